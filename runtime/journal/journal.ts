/** A run's log as a look-up: what came of its tasks, by path. */
import type { Digest } from "../../compiler/ir/digest.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { type Edit, readEdit } from "../2-schedule/edits.ts";
import { type Verdict, verdicts } from "../2-schedule/review.ts";
import type { Usage } from "../3-task/task.ts";
import type { Row } from "../4-trace/columns.ts";
import { readRun } from "../4-trace/read.ts";
import type { WorkedBefore } from "../work-clock.ts";
import { detailOf, usageOf } from "./result.ts";
import { type Started, startedOf } from "./started.ts";
import { workLog } from "./worked.ts";

/** A task's last record: of a model, a tool or artifact, worker code or a question. */
export interface RecordedTask {
  readonly kind: "model" | "tool" | "code" | "wait";
  readonly path: Path;
  /** Its place in the run's order. */
  readonly seq: number;
  readonly contentKey: Digest;
  readonly row: Row;
}

/** A question that was asked, and when: microseconds since 1970. */
export interface Asked {
  readonly contentKey: Digest;
  readonly timeUs: number;
  readonly row: Row;
  /** Whether no answer was recorded since; else it was answered, or withdrawn. */
  readonly stands: boolean;
}

/** What a person said of an agent that had ended, and where in the run's order. */
export interface Judged {
  readonly seq: number;
  readonly verdict: Verdict;
}

/** A run as its log tells it. */
export interface Journal {
  readonly traceId: string;
  /** Null: the run was killed before it began. */
  readonly started: Started | null;
  /** How it ended last; null where a process was killed, or is still at it. */
  readonly ended: Row | null;
  readonly tasks: ReadonlyMap<Path, RecordedTask>;
  /** Tasks with an effect that were begun, with the place of the record that says so. */
  readonly intents: ReadonlyMap<Path, number>;
  /** Questions to people, as they were last asked. */
  readonly asked: ReadonlyMap<Path, Asked>;
  /** Where its last process was stopped from without: by a person or a signal, and why; or because time at work was used up, and whose. */
  readonly stops: readonly (
    | { readonly kind: "stop"; readonly seq: number; readonly reason: string }
    | { readonly kind: "time"; readonly seq: number; readonly path: Path }
  )[];
  /** What people changed in requests, by the path of a turn. */
  readonly edits: ReadonlyMap<Path, Edit>;
  /** What people said of agents, by path: of how each ended last. */
  readonly verdicts: ReadonlyMap<Path, Judged>;
  /** How agents' spans ended last, by path. */
  readonly spans: ReadonlyMap<Path, string>;
  /** What requests took that were made again, by path, but for the last of each. */
  readonly earlier: ReadonlyMap<Path, readonly (Usage | null)[]>;
  /** The time at work. */
  readonly worked: () => WorkedBefore;
  /** A text by its digest; null where the log keeps digests only. */
  readonly text: (hash: string | null) => string | null;
  /** The messages of a request, first to last, by the digest of the last. */
  readonly messages: (head: string | null) => readonly Row[];
  /** Digests of the texts and messages that the log holds. */
  readonly hashes: ReadonlySet<Digest>;
  /** False where the log keeps digests in place of texts, so that nothing can be done again by it. */
  readonly keepsTexts: boolean;
}

/** Which kind of task a row tells of. */
export const taskKinds: Readonly<Partial<Record<string, RecordedTask["kind"]>>> = {
  llm_call: "model",
  tool_call: "tool",
  code_call: "code",
  wait_answer: "wait",
};

/** Reads the log in folder `dir`. */
export function readJournal(dir: string, traceId: string): Journal {
  const marks: Row[] = [];
  const tasks = new Map<Path, RecordedTask>();
  const intents = new Map<Path, number>();
  const edited = new Map<Path, Row>();
  const stops: Journal["stops"][number][] = [];
  const earlier = new Map<Path, (Usage | null)[]>();
  const judged = judgements();
  const worked = workLog();
  const asked = new Map<Path, Asked>();
  const said = new Map<Digest, Row>();
  for (const row of readRun(dir)) {
    if (row.kind === "text" || row.kind === "message") said.set(row.hash ?? "", row);
    else if (row.kind === "run_started" || row.kind === "run_ended") {
      marks.push(row);
      if (row.kind === "run_started") stops.length = 0; // it went on
    } else if (row.kind === "intent") intents.set(row.path ?? "", row.seq ?? 0);
    else if (row.kind === "decision") {
      stops.push(...stopsIn(row));
      if (detailOf(row)["decision"] === "edit") edited.set(row.path ?? "", row);
    } else addTask(tasks, earlier, row);
    judged.note(row);
    worked.note(row);
    if (row.kind === "wait_asked" || row.kind === "wait_answer") addAsked(asked, row);
  }
  const text = (hash: string | null) => (hash === null ? null : (said.get(hash)?.text ?? null));
  const last = marks.at(-1);
  return {
    traceId,
    started: startedOf(marks, text),
    ended: last?.kind === "run_ended" ? last : null,
    tasks,
    intents,
    asked,
    stops,
    edits: editsOf(edited, text),
    verdicts: judged.verdicts,
    spans: judged.spans,
    earlier,
    worked: worked.before,
    text,
    messages: (head) => messagesTo(head, said),
    hashes: new Set(said.keys()),
    keepsTexts: [...said.values()].every((row) => row.kind !== "text" || row.text !== null),
  };
}

/** Of a record, what the scheduler must know from the start: what was spent, what people changed and said, and how agents ended. */
export function saidBefore({
  earlier,
  edits,
  verdicts: judged,
  spans,
}: Journal): Pick<Journal, "earlier" | "edits" | "verdicts" | "spans"> {
  return { earlier, edits, verdicts: judged, spans };
}

function editsOf(rows: ReadonlyMap<Path, Row>, text: (hash: string | null) => string | null): ReadonlyMap<Path, Edit> {
  const edits = new Map<Path, Edit>();
  for (const [path, { value_hash: hash }] of rows) {
    const edit = readEdit(text(hash) ?? "");
    if (edit) edits.set(path, edit);
  }
  return edits;
}

/** Collects how agents ended, and what people said of that: an end without a word after one with a word makes that void. */
function judgements() {
  const said = new Map<Path, Judged>();
  const spans = new Map<Path, string>();
  let last: Path | null = null;
  const note = (row: Row) => {
    const path = row.path ?? "";
    if (row.kind === "decision") {
      const verdict = verdicts.find((word) => word === detailOf(row)["decision"]);
      if (!verdict) return;
      said.set(path, { seq: row.seq ?? 0, verdict });
      last = path;
    } else if (row.kind === "span_ended") {
      spans.set(path, row.status ?? "");
      if (last !== path) said.delete(path);
      last = null;
    }
  };
  return { note, verdicts: said, spans };
}

function addAsked(asked: Map<Path, Asked>, row: Row): void {
  const { path, content_key: contentKey, time_us: timeUs } = row;
  if (path === null || contentKey === null || timeUs === null) return;
  const before = asked.get(path);
  if (row.kind === "wait_asked") asked.set(path, { contentKey, timeUs, row, stands: true });
  else if (before) asked.set(path, { ...before, stands: false });
}

/** Other decisions follow from what was answered, or their answer's own row tells them. */
function stopsIn(row: Row): Journal["stops"] {
  const { decision, limit, account } = detailOf(row);
  const seq = row.seq ?? 0;
  if (decision === "stop") return [{ kind: "stop", seq, reason: row.message ?? "" }];
  return decision === "limit" && limit === "wall" && typeof account === "string" ? [{ kind: "time", seq, path: account }] : [];
}

/** A row of a task has a key by content; tools that the scheduler answers itself have none, and are no tasks. */
function addTask(tasks: Map<Path, RecordedTask>, earlier: Map<Path, (Usage | null)[]>, row: Row): void {
  const kind = taskKinds[row.kind ?? ""];
  const { path, seq, content_key: contentKey } = row;
  if (!kind || path === null || seq === null || contentKey === null) return;
  const before = kind === "model" ? tasks.get(path) : undefined;
  if (before && before.row.source === null) earlier.set(path, [...(earlier.get(path) ?? []), usageOf(before.row)]);
  tasks.set(path, { kind, path, seq, contentKey, row });
}

function messagesTo(head: string | null, said: ReadonlyMap<Digest, Row>): readonly Row[] {
  const found: Row[] = [];
  for (let hash = head; hash !== null; ) {
    const row = said.get(hash);
    if (row?.kind !== "message") break;
    found.push(row);
    hash = row.parent_hash;
  }
  return found.reverse();
}
