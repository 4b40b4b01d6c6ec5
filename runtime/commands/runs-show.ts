import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { cut } from "./columns-text.ts";
import type { Row } from "./find-run.ts";
import type { Io } from "./io.ts";
import { formatMs, labelOf } from "./progress.ts";
import { conversations } from "./run-conversations.ts";
import { summary } from "./run-summary.ts";
import { formatCost, formatTokens, paintStatus } from "./run-text.ts";
import { treeLines } from "./span-lines.ts";
import { type Span, spanTree } from "./span-tree.ts";
import { rowsOf, withRuns } from "./with-store.ts";

/** The flags of `tama runs show`. */
export interface RunsShowOptions {
  readonly stateDir: string;
  /** A run's id, any beginning of it that is its own, or `last`. */
  readonly run: string;
  readonly format: "text" | "json";
  /** Everything: each span of a wide fan-out, `start` and `finish` of the protocol, each request whole. */
  readonly all: boolean;
  /** What is shown: the spans, what models were told and said, or totals. */
  readonly what: "spans" | "llm" | "summary";
}

/** `tama runs show RUN`: what a run did, as a tree of spans; or what it said, or what it took. */
export async function runsShowCommand(options: RunsShowOptions, io: Io): Promise<ExitCode> {
  const { stateDir, what, format } = options;
  return withRuns({ stateDir, runs: [options.run], io }, async (store, [found]) => {
    if (!found) return exitCodes.diagnostics;
    const shown = { store, id: found.id, head: headLines(found.run, io), all: options.all, io };
    if (what === "summary") return summary(shown, format);
    if (what === "llm") return conversations(shown, format);
    const spans = await rowsOf(store, spansOf, [found.id, found.id]);
    if (format === "json") io.stdout(`${JSON.stringify({ run: found.run, spans }, null, 2)}\n`);
    else io.stdout([...shown.head, "", ...tree(spans, options, io), ""].join("\n"));
    return exitCodes.ok;
  });
}

const spansOf = `
  SELECT spans.*, l.input_tokens, l.cached_tokens, l.output_tokens, l.reasoning_tokens
  FROM spans LEFT JOIN llm_calls l ON l.trace_id = ? AND l.span_id = spans.span_id
  WHERE spans.trace_id = ? ORDER BY start_us, seq`;

/** A run in a few lines: how it ended, what it took, what it was asked and answered. */
function headLines(run: Row, io: Io): readonly string[] {
  const status = paintStatus(String(run["status"]), io.page?.color);
  const tokens = formatTokens(run);
  const facts = [String(run["entrypoint"]), formatMs(Number(run["duration_ms"])), tokens && `${tokens} tokens`, formatCost(run)];
  const said = (label: string, value: Json | undefined) =>
    value === null || value === undefined ? [] : [`${label}  ${cut(String(value), io.columns - 8)}`];
  return [
    `run ${String(run["trace_id"])}  ${status}`,
    cut(facts.filter(Boolean).join(", "), io.columns),
    ...said("task  ", run["task"]),
    ...said("output", run["output"]),
    ...said("failed", run["message"]),
  ];
}

function tree(rows: readonly Row[], { all }: RunsShowOptions, io: Io): readonly string[] {
  const spans = rows.filter((row) => all || !isProtocol(row)).map(spanOf);
  return treeLines(spanTree(spans, { collapseAbove: all ? Number.POSITIVE_INFINITY : 20 }), io);
}

/** What only carries the protocol, and went well: the agent's own line says it. */
function isProtocol(row: Row): boolean {
  return (row["name"] === "tool:start" || row["name"] === "tool:finish") && row["status"] === "ok";
}

/** What of an agent's path tells it from others of its name. */
function placeOf(name: string, path: string): string {
  const [, agent = ""] = name.split(":");
  const attempt = /@\d+$/.exec(path)?.[0] ?? "";
  return `${labelOf({ name, path }).slice(agent.length)}${attempt === "@1" ? "" : attempt}`;
}

function spanOf(row: Row): Span {
  const text = (name: string) => (row[name] === null || row[name] === undefined ? null : String(row[name]));
  return {
    id: String(row["span_id"]),
    parent: text("parent_span_id"),
    name: text("name") ?? String(row["path"]),
    place: text("kind") === "agent" ? placeOf(text("name") ?? "", String(row["path"])) : "",
    kind: text("kind") ?? "",
    startUs: Number(row["start_us"]),
    endUs: row["end_us"] === null ? null : Number(row["end_us"]),
    status: text("status"),
    note: text("message"),
    input: Number(row["input_tokens"] ?? 0) + Number(row["cached_tokens"] ?? 0),
    output: Number(row["output_tokens"] ?? 0) + Number(row["reasoning_tokens"] ?? 0),
  };
}
