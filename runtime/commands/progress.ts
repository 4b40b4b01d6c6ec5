import colors from "picocolors";
import { isObject, parseJson } from "../../compiler/ir/json.ts";
import type { TraceEvent } from "../4-trace/columns.ts";
import { cut } from "./columns-text.ts";
import type { Io } from "./io.ts";
import { shortly } from "./shortly.ts";

/** An agent under way: how it is shown, how deep it stands, when it began. */
interface Shown {
  readonly label: string;
  readonly depth: number;
  readonly startUs: number;
}

/** Tells on stderr what a run does as it happens: a line where an agent starts and ends, and one for each call between. */
export function progress(io: Io, nowUs: () => number): (event: TraceEvent) => void {
  const agents = new Map<string, Shown>();
  const paint = colors.createColors(io.color);
  const line = (depth: number, text: string, tint: (text: string) => string = (plain) => plain) => {
    const lead = "  ".repeat(depth);
    io.stderr(`${lead}${tint(cut(firstLine(text), Math.max(1, io.columns - lead.length)))}\n`);
  };
  return (event) => {
    const parent = agents.get(event.parent ?? "");
    const depth = (parent?.depth ?? depthOf(event)) + 1;
    const label = parent?.label ?? labelOf({ path: event.parent ?? "" });
    switch (event.kind) {
      case "span_started":
        agents.set(event.path, { label: labelOf(event), depth, startUs: nowUs() });
        return line(depth, `→ ${labelOf(event)}${attemptOf(event.path)} ${patternOf(event)}`);
      case "span_ended":
        return ended(event, agents.get(event.path));
      case "llm_call":
      case "code_call":
      case "wait_answer":
        return line(depth, `${label} · ${leaf(event)}`, event.status === "ok" ? paint.dim : paint.red);
      case "tool_call":
        return protocol.has(event.tool_name ?? "") ? undefined : line(depth, `${label} · ${leaf(event)}`, paint.dim);
      case "phase_change":
        return line(depth, `↪ ${event.key ?? ""}`);
      case "loop_intervention":
        return line(depth, `${label} · tool:${event.tool_name} gives the same again: ${guardOf(event)}`, paint.yellow);
      case "context_compaction":
        return line(depth, `${label} · conversation shortened: ${shortenedBy(event)}`, paint.dim);
      case "schema_retry":
      case "empty_completion_retry":
        return line(depth, `${label} ↻ ${event.message ?? event.kind}`, paint.yellow);
      default:
        return undefined;
    }
  };

  function ended(event: TraceEvent, agent: Shown | undefined): void {
    if (!agent) return;
    agents.delete(event.path);
    const time = formatMs((nowUs() - agent.startUs) / 1000);
    const label = `${agent.label}${attemptOf(event.path)}`;
    if (event.status === "ok") line(agent.depth, `✓ ${label}: ${event.key ?? ""}, ${time}`, paint.green);
    else line(agent.depth, `✗ ${label}: ${shortly(event.message ?? event.status ?? "")}`, paint.red);
  }
}

/** Tools that only carry the protocol: what they say is in the agent's own lines. */
const protocol: ReadonlySet<string> = new Set(["start", "finish"]);

/** The agent's name, with the iteration or item that it belongs to: `rewriter[3]`; a step like `act_3` says it already. */
export function labelOf({ name, path }: Pick<TraceEvent, "name" | "path">): string {
  const [, agent = nameIn(path)] = (name ?? "").split(":");
  const [, index] = /\[(\d+)\][^[\]@]*(?:@\d+)?$/.exec(path) ?? [];
  return index === undefined || agent.endsWith(`_${index}`) ? agent : `${agent}[${index}]`;
}

/** Which attempt of an agent it is, where it is not the first. */
export function attemptOf(path: string): string {
  const attempt = Number(/@(\d+)$/.exec(path)?.[1] ?? 1);
  return attempt > 1 ? `, attempt ${attempt}` : "";
}

/** Of a run that goes on, the agents that it was in were told by another process: their paths tell of them. */
function depthOf({ parent = "" }: TraceEvent): number {
  return parent.match(/@/g)?.length ?? 0;
}

function nameIn(path: string): string {
  return path.replace(/@\d+$/, "").split("/").at(-1) ?? path;
}

function patternOf({ name }: TraceEvent): string {
  return `(${(name ?? "").split(":")[2]?.replaceAll("_", "-") ?? ""})`;
}

/** What a loop guard did: warn, block or skip. */
function guardOf(event: TraceEvent): string {
  return String(toldBy(event)["kind"] ?? "");
}

/** How a conversation was shortened. */
function shortenedBy(event: TraceEvent): string {
  const { method, archived_messages: count } = toldBy(event);
  const [what, how] = method === "summary" ? ["message", "summed up"] : ["result", "left out"];
  return `${count} ${what}${count === 1 ? "" : "s"} ${how}`;
}

function toldBy({ detail }: TraceEvent): Readonly<Record<string, unknown>> {
  const said = parseJson(detail ?? "");
  return isObject(said) ? said : {};
}

function leaf(event: TraceEvent): string {
  const time = event.start_us == null || event.end_us == null ? "" : ` ${formatMs((event.end_us - event.start_us) / 1000)}`;
  const tokens = event.input_tokens == null ? "" : ` ${tokensOf(event)}`;
  const trouble = event.status === "ok" ? "" : ` ${event.status}: ${shortly(event.message ?? "")}`;
  return `${event.name ?? event.kind}${time}${tokens}${trouble}`;
}

function tokensOf(event: TraceEvent): string {
  return `${(event.input_tokens ?? 0) + (event.cached_tokens ?? 0)}→${(event.output_tokens ?? 0) + (event.reasoning_tokens ?? 0)} tokens`;
}

/** A duration for people: `85 ms`, `1.2 s`, `3m 05s`. */
export function formatMs(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, "0")}s`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
