import { runsAmbiguous, runsNone, runsUnknown } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { Store } from "../5-store/store.ts";
import { cut } from "./columns-text.ts";
import { type Io, tell } from "./io.ts";
import { formatMs } from "./progress.ts";
import { formatTokens, paintStatus } from "./run-text.ts";
import { failed, objectsOf, withStore } from "./runs.ts";
import { treeLines } from "./span-lines.ts";
import { type Span, spanTree } from "./span-tree.ts";

/** The flags of `tama runs show`. */
export interface RunsShowOptions {
  readonly stateDir: string;
  /** A run's id, any beginning of it that is its own, or `last`. */
  readonly run: string;
  readonly format: "text" | "json";
  /** `true`: every span; else many of one name under one parent share a line. */
  readonly all: boolean;
}

/** `tama runs show RUN`: what a run did, as a tree of spans. */
export async function runsShowCommand(options: RunsShowOptions, io: Io): Promise<ExitCode> {
  return withStore(options.stateDir, io, async (store) => {
    const found = await findRun(store, options);
    if (found.kind === "failed") {
      tell(io, [found.diagnostic]);
      return exitCodes.diagnostics;
    }
    const result = await store.query(spansOf, [found.id, found.id]);
    if (result.kind === "failed") return failed(io, result);
    const spans = objectsOf(result);
    if (options.format === "json") io.stdout(`${JSON.stringify({ run: found.run, spans }, null, 2)}\n`);
    else io.stdout(text(found.run, spans.map(spanOf), { ...options, io }));
    return exitCodes.ok;
  });
}

const spansOf = `
  SELECT spans.*, l.input_tokens, l.cached_tokens, l.output_tokens, l.reasoning_tokens
  FROM spans LEFT JOIN llm_calls l ON l.trace_id = ? AND l.span_id = spans.span_id
  WHERE spans.trace_id = ? ORDER BY start_us, seq`;

type Row = Readonly<Record<string, Json>>;
type Found = { readonly kind: "ok"; readonly id: string; readonly run: Row } | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** The run that a word names. */
async function findRun(store: Store, { run: word, stateDir }: RunsShowOptions): Promise<Found> {
  const isLast = word === "last";
  const result = await store.query(
    `SELECT * FROM runs WHERE starts_with(trace_id, ?) ORDER BY timestamp DESC, trace_id LIMIT ${isLast ? 1 : 4}`,
    [isLast ? "" : word.toLowerCase()],
  );
  if (result.kind === "failed") return result;
  const runs = objectsOf(result);
  const [run] = runs;
  if (!run) return { kind: "failed", diagnostic: isLast ? runsNone(null, { dir: stateDir }) : runsUnknown(null, { run: word }) };
  const ids = runs.map((row) => String(row["trace_id"]));
  const shown = ids.slice(0, 3).map((id) => id.slice(0, Math.max(12, word.length + 4)));
  if (ids.length > 1)
    return {
      kind: "failed",
      diagnostic: runsAmbiguous(null, { run: word, ids: [...shown, ...(ids.length > 3 ? ["..."] : [])].join(", ") }),
    };
  return { kind: "ok", id: String(run["trace_id"]), run };
}

function spanOf(row: Row): Span {
  const text = (name: string) => (row[name] === null || row[name] === undefined ? null : String(row[name]));
  return {
    id: String(row["span_id"]),
    parent: text("parent_span_id"),
    name: text("name") ?? String(row["path"]),
    kind: text("kind") ?? "",
    startUs: Number(row["start_us"]),
    endUs: row["end_us"] === null ? null : Number(row["end_us"]),
    status: text("status"),
    note: text("message"),
    input: Number(row["input_tokens"] ?? 0) + Number(row["cached_tokens"] ?? 0),
    output: Number(row["output_tokens"] ?? 0) + Number(row["reasoning_tokens"] ?? 0),
  };
}

function text(run: Row, spans: readonly Span[], { all, io }: { all: boolean; io: Io }): string {
  const status = paintStatus(String(run["status"]), io.color);
  const tokens = formatTokens(run);
  const facts = [String(run["entrypoint"]), formatMs(Number(run["duration_ms"])), ...(tokens === "" ? [] : [`${tokens} tokens`])];
  const said = (label: string, value: Json | undefined) =>
    value === null || value === undefined ? [] : [`${label}  ${cut(String(value), io.columns - 8)}`];
  return [
    `run ${String(run["trace_id"])}  ${status}`,
    cut(facts.join(", "), io.columns),
    ...said("task  ", run["task"]),
    ...said("output", run["output"]),
    ...said("failed", run["message"]),
    "",
    ...treeLines(spanTree(spans, { collapseAbove: all ? Number.POSITIVE_INFINITY : 20 }), io),
    "",
  ].join("\n");
}
