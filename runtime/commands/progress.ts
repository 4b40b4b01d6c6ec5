import colors from "picocolors";
import type { TraceEvent } from "../4-trace/columns.ts";
import type { Io } from "./io.ts";

/** Tells on stderr what a run does, a line per step, as it happens. */
export function progress(io: Io): (event: TraceEvent) => void {
  const depths = new Map<string, number>();
  const paint = colors.createColors(io.color);
  const line = (depth: number, text: string) => io.stderr(`${clip(`${"  ".repeat(depth)}${text}`, io.columns)}\n`);
  return (event) => {
    const depth = (depths.get(event.parent ?? "") ?? 0) + 1;
    if (event.kind === "span_started") {
      depths.set(event.path, depth);
      line(depth, `→ ${event.name?.replace("agent:", "") ?? event.path}`);
    }
    if (event.kind === "span_ended" && event.status !== "ok")
      line(depths.get(event.path) ?? 1, paint.red(`✗ ${event.status}: ${event.message ?? ""}`));
    if (event.kind === "llm_call" || event.kind === "code_call") line(depth, paint.dim(leaf(event)));
    if (event.kind === "tool_call" && event.span_kind === "tool") line(depth, paint.dim(leaf(event)));
    if (event.kind === "phase_change") line(depth, `↪ ${event.key ?? ""}`);
    if (event.kind === "schema_retry" || event.kind === "empty_completion_retry")
      line(depth, paint.yellow(`↻ ${event.message ?? event.kind}`));
  };
}

function leaf(event: TraceEvent): string {
  const ms = ((event.end_us ?? 0) - (event.start_us ?? 0)) / 1000;
  const tokens =
    event.input_tokens == null
      ? ""
      : ` ${event.input_tokens + (event.cached_tokens ?? 0)}→${(event.output_tokens ?? 0) + (event.reasoning_tokens ?? 0)} tokens`;
  const time = event.start_us == null ? "" : ` ${formatMs(ms)}`;
  const trouble = event.status === "ok" ? "" : ` ${event.status}: ${event.message ?? ""}`;
  return `${event.name ?? event.kind}${time}${tokens}${trouble}`;
}

/** A duration for people: `85 ms`, `1.2 s`, `3m 05s`. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)}m ${String(Math.round((ms % 60_000) / 1000)).padStart(2, "0")}s`;
}

function clip(text: string, columns: number): string {
  const [first = ""] = text.split("\n");
  return first.length > columns ? `${first.slice(0, Math.max(columns - 1, 1))}…` : first;
}
