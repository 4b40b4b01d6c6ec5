import { type Digest, digestBytes, shortDigest } from "../../compiler/ir/digest.ts";
import { canonical, isObject, parseJson } from "../../compiler/ir/json.ts";
import { type Path, withoutAttempts } from "../../compiler/ir/path.ts";
import { linkDigest } from "../3-task/message-chain.ts";
import type { Message } from "../3-task/task.ts";
import type { TraceEvent } from "./columns.ts";
import type { LogWriter, Said } from "./log.ts";

/** Turns what happened into rows of a run's log. */
export interface Recorder {
  /** Acknowledges an event. The time is now, unless the event says when it happened. */
  readonly event: (event: TraceEvent) => void;
  /** The digest of a text, which the log holds from now on (once per run and process). */
  readonly text: (value: string) => Digest;
  /** The digest of a list of messages: the hash of the last, chained to the ones before it. Null for none. Only new ones are hashed and written. */
  readonly messages: (list: readonly Message[]) => Digest | null;
  /** Does work whose events are acknowledged together, by one write at its end. */
  readonly together: (work: () => void) => void;
  readonly flush: () => void;
  readonly close: () => void;
}

export interface RecorderOptions {
  readonly log: LogWriter;
  readonly traceId: string;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  /** `hash`: the log holds digests in place of texts and reasons. Names stay: of agents, tools, keys and state entries. */
  readonly texts: "full" | "hash";
  /** Digests of what the log holds already. Default: nothing. */
  readonly known?: Iterable<Digest>;
}

/** A recorder on an open log, which it closes. */
export function createRecorder({ log, traceId, nowUs, texts, known: before = [] }: RecorderOptions): Recorder {
  const ids = spanIds(traceId);
  const known = new Set<Digest>(before);

  const text = (value: string): Digest => {
    const hash = digestBytes(value);
    if (known.has(hash)) return hash;
    log.append({ time_us: nowUs(), kind: "text", hash, text: texts === "full" ? value : null });
    known.add(hash);
    return hash;
  };

  const appendMessage = ({ hash, parent, system, message }: Linked): void => {
    if (known.has(hash)) return;
    const content = text(contentOf(message));
    const calls = message.role === "assistant" && message.calls.length > 0 ? text(callsOf(message)) : null;
    log.append({
      time_us: nowUs(),
      kind: "message",
      hash,
      parent_hash: parent,
      system_hash: system,
      role: message.role,
      value_hash: content,
      input_hash: calls,
      key: message.role === "tool" ? message.call : null,
    });
    known.add(hash);
  };

  return {
    event: (event) => {
      const kept = texts === "full" ? event : withoutWords(event);
      log.append(kept, linksOf(event, ids), { time_us: event.time_us ?? nowUs() });
    },
    text,
    messages: chain(appendMessage, text),
    together: log.together,
    flush: log.flush,
    close: log.close,
  };
}

/** A message with the ones before it, as digests. */
interface Linked {
  readonly message: Message;
  readonly hash: Digest;
  readonly parent: Digest | null;
  readonly system: Digest | null;
}

/** Links messages into a chain of hashes. What a message's hash was after the same parent is remembered with the message. */
function chain(append: (linked: Linked) => void, text: (value: string) => Digest): (list: readonly Message[]) => Digest | null {
  const memo = new WeakMap<Message, Linked>();
  return (list) => {
    let last: Linked | null = null;
    for (const message of list) {
      const parent: Digest | null = last?.hash ?? null;
      const before = memo.get(message);
      if (before && before.parent === parent) {
        last = before;
        continue;
      }
      const system: Digest | null = parent === null && message.role === "system" ? text(contentOf(message)) : (last?.system ?? null);
      last = { message, parent, system, hash: linkDigest(parent, message) };
      memo.set(message, last);
      append(last);
    }
    return last?.hash ?? null;
  };
}

function contentOf(message: Message): string {
  return message.parts.map((part) => part.text).join("");
}

function callsOf({ calls }: Extract<Message, { role: "assistant" }>): string {
  return canonical(calls.map(({ id, name, args }) => ({ id, name, args })));
}

/** A reason may quote what a model said: a run that keeps no texts keeps its digest, and neither its details nor the answer that a deadline gives. */
function withoutWords(event: TraceEvent): TraceEvent {
  const message = typeof event.message === "string" ? { message: digestBytes(event.message) } : {};
  const detail = /"(details|deadline)"/.test(event.detail ?? "") ? { detail: withoutDetails(event.detail ?? "") } : {};
  return { ...event, ...message, ...detail };
}

function withoutDetails(detail: string): string | null {
  const parsed = parseJson(detail);
  if (parsed === undefined || !isObject(parsed)) return null;
  const { details: _, deadline, ...kept } = parsed;
  return JSON.stringify(isObject(deadline) ? { ...kept, deadline: { ...deadline, default: null } } : kept);
}

/** An event's paths as ids. */
function linksOf({ path, parent, prev }: TraceEvent, ids: (path: Path) => Ids): Said {
  const { span, node } = ids(path);
  const spanOf = (other: Path | undefined) => (other === undefined ? null : ids(other).span);
  return { span_id: span, node_id: node, parent_span_id: spanOf(parent), prev_span_id: spanOf(prev) };
}

interface Ids {
  readonly span: string;
  readonly node: string;
}

/** Span and node of a path. Events come in runs about the same few paths, so the last ones are kept. */
function spanIds(traceId: string): (path: Path) => Ids {
  const kept = new Map<Path, Ids>();
  return (path) => {
    const found = kept.get(path);
    if (found) return found;
    const made = { span: spanId(traceId, path), node: shortDigest(digestBytes(withoutAttempts(path))) };
    if (kept.size === 4096) kept.clear();
    kept.set(path, made);
    return made;
  };
}

/** The span of a path in a run. */
export function spanId(traceId: string, path: Path): string {
  return shortDigest(digestBytes(`${traceId} ${path}`));
}
