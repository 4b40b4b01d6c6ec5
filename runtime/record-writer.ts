import { canonical } from "../compiler/ir/json.ts";
import type { Path } from "../compiler/ir/path.ts";
import type { Run } from "./2-schedule/frames.ts";
import type { Command, Recorded } from "./2-schedule/types.ts";
import type { TraceEvent } from "./4-trace/columns.ts";
import type { Recorder } from "./4-trace/recorder.ts";
import type { Follower } from "./journal/follower.ts";
import { taskKinds } from "./journal/journal.ts";
import type { KnownRows } from "./journal/known-rows.ts";
import type { Blobs } from "./session/blobs.ts";

/** Where a result was taken from: a replayed run, or the cache. */
export interface Source {
  readonly source: "replay" | "cache";
  readonly source_run: string;
}

/** A record that leads a run as far as it goes. */
export interface RecordToFollow {
  readonly follower: Follower;
  /** What the rows of tasks tell of where their results are from; null in a run that goes on with its own log. */
  readonly source: Source | null;
  /** What the log holds already and is not written again. */
  readonly known: KnownRows | null;
}

export interface WriterOptions {
  readonly recorder: Recorder;
  /** Where the bytes of artifacts are. They are kept before the row that tells of them is written. */
  readonly blobs: Blobs;
  /** Default: none. */
  readonly record?: RecordToFollow;
  readonly onEvent: (event: TraceEvent) => void;
}

export type RecordWriter = ReturnType<typeof recordWriter>;

/** Writes what the scheduler tells into the trace, but for what a record that is followed holds already. */
export function recordWriter({ recorder, blobs, onEvent, record: followed }: WriterOptions) {
  const known = followed?.known ?? null;
  const sources = new Map<Path, Source>();
  /** The event, unless it is known. */
  const say = (event: TraceEvent, isFollowing: boolean): TraceEvent | null => {
    const mayBeKnown = isFollowing || event.span_kind === "synthetic"; // those stand before the answer that they belong to
    if (mayBeKnown && known?.take(event)) return null;
    recorder.event(event);
    return event;
  };
  const record = ({ event, texts, messages }: Recorded, isFollowing: boolean) => {
    const all: { -readonly [C in keyof TraceEvent]: TraceEvent[C] } = { ...event };
    for (const column of hashed) {
      const text = texts[column];
      if (text !== undefined) all[column] = recorder.text(text);
    }
    if (messages) all.input_hash = recorder.messages(messages);
    const source = taskKinds[event.kind] && event.content_key != null ? sources.get(event.path) : undefined;
    return say(source ? { ...all, ...source } : all, isFollowing);
  };
  const tell = (events: readonly (TraceEvent | null)[]) => {
    for (const event of events) if (event) onEvent(event);
  };
  return {
    /** From now on the row of this task tells where its result is from. */
    take: (path: Path, source: Source) => void sources.set(path, source),
    record: (recorded: Recorded, isFollowing: boolean) => tell([record(recorded, isFollowing)]),
    /** Every row among the commands, by one write; the bytes that a row tells of are kept before. */
    all: (commands: readonly Command[], isFollowing: boolean) => {
      const said: (TraceEvent | null)[] = [];
      recorder.together(() => {
        for (const command of commands) {
          if (command.kind === "keep") blobs.keep(command.digest, command.bytes);
          else if (command.kind === "record") said.push(record(command, isFollowing));
        }
      });
      tell(said);
    },
    /** A stop from without is a decision of a clock or a person: a replay stops there too. */
    stop: (run: Run, reason: string, isFollowing: boolean) => {
      const detail = canonical({ decision: "stop" });
      const path = run.root?.prefix ?? "";
      tell([say({ kind: "decision", path, status: "cancelled", message: reason, detail }, isFollowing)]);
    },
  };
}

/** The columns that hold digests of texts. */
const hashed = ["input_hash", "value_hash", "old_hash"] as const;
