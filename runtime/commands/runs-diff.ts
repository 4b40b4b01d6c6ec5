import { printable } from "../../compiler/diagnostics/render/cells.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { ColumnName } from "../4-trace/columns.ts";
import type { Store } from "../5-store/store.ts";
import { cut } from "./columns-text.ts";
import { type Change, compareRuns, type Difference } from "./compare-runs.ts";
import type { Row } from "./find-run.ts";
import type { Io } from "./io.ts";
import { formatMs } from "./progress.ts";
import { formatCost, formatTokens, formatUsd, paintStatus } from "./run-text.ts";
import { rowsOf, withRuns } from "./with-store.ts";

/** The flags of `tama runs diff`. */
export interface RunsDiffOptions {
  readonly stateDir: string;
  readonly a: string;
  readonly b: string;
  readonly format: "text" | "json";
}

/** `tama runs diff A B`: what differs between two runs, by path. Nothing on stdout where nothing does. */
export async function runsDiffCommand({ stateDir, a, b, format }: RunsDiffOptions, io: Io): Promise<ExitCode> {
  return withRuns({ stateDir, runs: [a, b], io }, async (store, [left, right]) => {
    if (!left || !right) return exitCodes.diagnostics;
    const differences = compareRuns(await eventsOf(store, left.id), await eventsOf(store, right.id));
    if (format === "json") {
      io.stdout(`${JSON.stringify({ a: left.run, b: right.run, differences }, null, 2)}\n`);
      return exitCodes.ok;
    }
    const heads = (color?: boolean) => [`A  ${runLine(left.run, color)}`, `B  ${runLine(right.run, color)}`];
    if (differences.length === 0) io.stderr(`${heads(io.color).join("\n")}\nno difference but in times\n`);
    else io.stdout([...heads(io.page?.color), "", ...(await blocks(store, differences, io)), ""].join("\n"));
    return exitCodes.ok;
  });
}

async function eventsOf(store: Store, id: string): Promise<readonly Row[]> {
  return rowsOf(store, "SELECT * FROM log WHERE trace_id = ? AND kind NOT IN ('text', 'message') ORDER BY seq", [id]);
}

function runLine(run: Row, color?: boolean): string {
  const tokens = formatTokens(run);
  const facts = [String(run["entrypoint"]), formatMs(Number(run["duration_ms"])), tokens && `${tokens} tokens`, formatCost(run)];
  return `${String(run["trace_id"]).slice(0, 12)}  ${paintStatus(String(run["status"]), color)}  ${facts.filter(Boolean).join(", ")}`;
}

/** What the calls of the protocol differ in, the agents around them say. */
async function blocks(store: Store, differences: readonly Difference[], io: Io): Promise<readonly string[]> {
  const texts = await textsOf(store, differences);
  const telling = differences.filter(({ name }) => name !== "tool:start" && name !== "tool:finish");
  return (telling.length > 0 ? telling : differences).flatMap((difference) => block(difference, texts, io));
}

/** The texts that the differences name by digest. */
async function textsOf(store: Store, differences: readonly Difference[]): Promise<ReadonlyMap<string, string>> {
  const hashes = differences.flatMap(({ changes }) =>
    changes.flatMap(({ column, a, b }) => (column.endsWith("_hash") ? [a, b].filter((value) => typeof value === "string") : [])),
  );
  const found = await rowsOf(
    store,
    `SELECT hash, any_value(text) AS text FROM texts WHERE hash IN (SELECT unnest(from_json(?, '["VARCHAR"]'))) GROUP BY hash`,
    [JSON.stringify(hashes)],
  );
  return new Map(found.flatMap(({ hash, text }) => (typeof text === "string" ? [[String(hash), text] as const] : [])));
}

/** A path stands whole, however long: what its end tells apart must be seen, and `tama why` wants all of it. */
function block(difference: Difference, texts: ReadonlyMap<string, string>, io: Io): readonly string[] {
  const { path, name, where, below, changes, ms } = difference;
  const title = printable(name === null ? path : `${path} (${name})`);
  if (where !== "both") {
    const more = below === 0 ? "" : ` and ${below} below it`;
    return [`only in ${where.toUpperCase()}: ${title}${more}`];
  }
  const told = changes.filter((change) => !isImplied(change, changes)).map((change) => changeLine(change, texts, io));
  const time = ms.a === null || ms.b === null ? [] : [`  time: ${formatMs(ms.a)} | ${formatMs(ms.b)}`];
  return [title, ...told, ...time];
}

/** A request's key follows from what was asked. */
function isImplied({ column }: Change, changes: readonly Change[]): boolean {
  return column === "content_key" && changes.some((other) => other.column === "input_hash");
}

const names: Readonly<Partial<Record<ColumnName, string>>> = {
  key: "route",
  value_hash: "output",
  input_hash: "input",
  old_hash: "value before",
  content_key: "request",
  input_tokens: "tokens in",
  cached_tokens: "tokens from cache",
  output_tokens: "tokens out",
  reasoning_tokens: "tokens of reasoning",
  cost_usd: "cost",
};

function changeLine({ event, column, a, b }: Change, texts: ReadonlyMap<string, string>, io: Io): string {
  const what = column === "kind" ? (event ?? "event") : `${event === null ? "" : `${event} `}${names[column] ?? column}`;
  if (column === "kind") return `  ${what}: ${a === null ? "only in B" : "only in A"}`;
  const [left, right] = column === "cost_usd" ? [usdOf(a), usdOf(b)] : [textOf(a, texts), textOf(b, texts)];
  if (left === null || right === null) return `  ${what}: differs`;
  const room = Math.max(8, Math.floor((io.columns - what.length - 7) / 2));
  const from = Math.max(0, commonStart(left, right) - 8);
  const shown = (text: string) => cut(from === 0 ? text : `…${text.slice(from)}`, room);
  return `  ${what}: ${shown(left)} | ${shown(right)}`;
}

function usdOf(value: Json): string {
  return typeof value === "number" ? formatUsd(value) : "no price is told";
}

/** A value as people read it; null for a digest whose text is not there. */
function textOf(value: Json, texts: ReadonlyMap<string, string>): string | null {
  if (value === null) return "nothing";
  if (typeof value !== "string") return String(value);
  return /^sha256:[0-9a-f]{64}$/.test(value) ? (texts.get(value) ?? null) : value;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
