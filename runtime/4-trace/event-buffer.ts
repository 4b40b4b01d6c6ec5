/** For programs that embed the runtime: the events of a run, in memory, as they happen. */
import type { EventKind, TraceEvent } from "./columns.ts";

/** Events kept in memory. Give its `onEvent` to `exec`. It owns its list: nothing is shared between runs unless a program shares the buffer. */
export interface EventBuffer {
  readonly onEvent: (event: TraceEvent) => void;
  /** The events so far; they stay. */
  readonly peek: () => readonly TraceEvent[];
  /** The events so far; the buffer is empty then. */
  readonly take: () => readonly TraceEvent[];
  /** Keeps events from now on, or none. What was kept stays. */
  readonly enable: (on: boolean) => void;
}

/** What a buffer keeps. */
export interface EventBufferOptions {
  /** Only events of these kinds. Default: all. */
  readonly kinds?: readonly EventKind[];
  /** At most so many; the oldest go. Default: no bound. */
  readonly limit?: number;
}

/** Makes an empty buffer that keeps events from the start. */
export function eventBuffer({ kinds, limit = Number.POSITIVE_INFINITY }: EventBufferOptions = {}): EventBuffer {
  const wanted = kinds === undefined ? null : new Set(kinds);
  let events: TraceEvent[] = [];
  let isOn = true;
  return {
    onEvent: (event) => {
      if (!isOn || wanted?.has(event.kind) === false) return;
      events.push(event);
      if (events.length > 2 * limit) events = newest(events, limit);
    },
    peek: () => newest(events, limit),
    take: () => {
      const taken = newest(events, limit);
      events = [];
      return taken;
    },
    enable: (on) => {
      isOn = on;
    },
  };
}

/** A copy: whoever has it sees no later event. Cut at twice the limit, so that keeping one costs the same at any limit. */
function newest(events: readonly TraceEvent[], limit: number): TraceEvent[] {
  return events.slice(Math.max(0, events.length - limit));
}
