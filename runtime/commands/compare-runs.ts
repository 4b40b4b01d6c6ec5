import type { Json } from "../../compiler/ir/json.ts";
import { type Column, type ColumnName, columnNames, columns, type EventKind, placementKinds } from "../4-trace/columns.ts";
import type { Row } from "./find-run.ts";

/** What differs at one path of two runs. */
export interface Difference {
  readonly path: string;
  /** The span's name; null where the path has none. */
  readonly name: string | null;
  readonly where: "both" | "a" | "b";
  /** How many paths below it are in that run alone, too; they are not told apart. */
  readonly below: number;
  readonly changes: readonly Change[];
  /** How long it took in each run, in milliseconds. Times differ always, and are no change. */
  readonly ms: { readonly a: number | null; readonly b: number | null };
}

/** A column that has another value. `event` is the kind of the event, null for a span's own. */
export interface Change {
  readonly event: string | null;
  readonly column: ColumnName;
  readonly a: Json;
  readonly b: Json;
}

/** Events that depend on a machine's luck, or are told by others. */
const uncompared: ReadonlySet<string> = new Set(["text", "message", ...placementKinds]);
/** Events that make up a span; of each the last counts. */
const ofSpans: ReadonlySet<EventKind> = new Set(["span_started", "span_ended", "llm_call", "tool_call", "code_call", "wait_answer"]);
const texts: readonly ColumnName[] = ["text", "hash", "parent_hash", "system_hash"];

/** Columns in which a replay of a run is equal to it, and what the same tokens cost. */
const compared = columnNames.filter((name) => {
  const { class: kind }: Column = columns[name];
  return name === "cost_usd" || ((kind === "identity" || kind === "content") && !texts.includes(name));
});

/** Kinds whose events two runs are compared by. */
export function isCompared(kind: Json | undefined): boolean {
  return ![...uncompared].some((other) => other === kind);
}

/** Compares the events of two runs by path, in the order of the first run, then of the second. Rows are those of `log`. */
export function compareRuns(a: readonly Row[], b: readonly Row[]): readonly Difference[] {
  const [left, right] = [byPath(a), byPath(b)];
  const paths = [...new Set([...left.keys(), ...right.keys()])];
  const found = paths.flatMap((path) => difference(path, left.get(path), right.get(path)));
  return collapsed(found);
}

/** The events of a path: by kind for a span's own, by kind and number for others. */
type Events = ReadonlyMap<string, Row>;

function byPath(rows: readonly Row[]): ReadonlyMap<string, Events> {
  const paths = new Map<string, Map<string, Row>>();
  for (const row of rows.filter(({ kind }) => isCompared(kind))) {
    const path = String(row["path"]);
    const events = paths.get(path) ?? new Map<string, Row>();
    events.set(keyOf(row, events), row);
    paths.set(path, events);
  }
  return paths;
}

function keyOf({ kind }: Row, events: Events): string {
  const isSpan = [...ofSpans].some((other) => other === kind);
  return isSpan ? String(kind) : `${String(kind)} ${[...events.values()].filter((other) => other["kind"] === kind).length + 1}`;
}

function difference(path: string, a: Events | undefined, b: Events | undefined): readonly Difference[] {
  const known = a ?? b ?? new Map<string, Row>();
  const name = [...known.values()].flatMap((row) => (typeof row["name"] === "string" ? [row["name"]] : []))[0] ?? null;
  const base = { path, name, below: 0, ms: { a: msOf(a), b: msOf(b) } };
  if (!a || !b) return [{ ...base, where: a ? "a" : "b", changes: [] }];
  const keys = [...new Set([...a.keys(), ...b.keys()])];
  const changes = keys.flatMap((key) => changesOf(key, a.get(key), b.get(key)));
  return changes.length === 0 ? [] : [{ ...base, where: "both", changes }];
}

function changesOf(key: string, a: Row | undefined, b: Row | undefined): readonly Change[] {
  const isSpan = [...ofSpans].some((other) => other === key);
  const event = isSpan ? null : (key.split(" ")[0] ?? key);
  if (!a || !b) return [{ event: event ?? key, column: "kind", a: a?.["kind"] ?? null, b: b?.["kind"] ?? null }];
  const different = compared.filter((column) => (a[column] ?? null) !== (b[column] ?? null));
  return different.map((column) => ({ event, column, a: a[column] ?? null, b: b[column] ?? null }));
}

function msOf(events: Events | undefined): number | null {
  const rows = [...(events?.values() ?? [])];
  const [start, end] = [rows.find(({ kind }) => kind === "span_started"), rows.find(({ kind }) => kind === "span_ended")];
  if (start && end) return (Number(end["time_us"]) - Number(start["time_us"])) / 1000;
  const leaf = rows.find((row) => typeof row["start_us"] === "number" && typeof row["end_us"] === "number");
  return leaf ? (Number(leaf["end_us"]) - Number(leaf["start_us"])) / 1000 : null;
}

/** Of a whole part that only one run has, the top is told, and how much is below it. */
function collapsed(found: readonly Difference[]): readonly Difference[] {
  const tops = new Map<string, number>();
  const kept = found.filter((each) => {
    const top = each.where === "both" ? undefined : topOf(each, tops);
    if (top !== undefined) tops.set(top, (tops.get(top) ?? 0) + 1);
    else if (each.where !== "both") tops.set(`${each.where} ${each.path}`, 0);
    return top === undefined;
  });
  return kept.map((each) => ({ ...each, below: tops.get(`${each.where} ${each.path}`) ?? 0 }));
}

/** The outermost path above that is in the same run alone, among those seen: a span's start comes before what is in it. */
function topOf({ where, path }: Difference, tops: ReadonlyMap<string, number>): string | undefined {
  for (let end = path.search(/[/:[]/); end !== -1; end = nextCut(path, end + 1)) {
    const above = `${where} ${path.slice(0, end)}`;
    if (tops.has(above)) return above;
  }
  return undefined;
}

function nextCut(path: string, from: number): number {
  const found = path.slice(from).search(/[/:[]/);
  return found === -1 ? -1 : from + found;
}
