/**
 * The time that a run is at work: while at least one model call, tool or worker is under way. What only waits for people takes none.
 *
 * - K1: the time of processes before this one counts, as their log tells it.
 * - K2: a watch is told of once, when its time is used up, and never while nothing is under way.
 */
import type { Path } from "../compiler/ir/path.ts";

export interface WorkClock {
  /** A piece of work begins, or has ended. */
  readonly begin: () => void;
  readonly end: () => void;
  /** Bounds the time from now on; of a piece of work that a process before this one began, from then on. */
  readonly watch: (path: Path, wallMs: number) => void;
  readonly unwatch: (path: Path) => void;
  /** The watches whose time is used up already. */
  readonly over: () => readonly Path[];
  readonly close: () => void;
}

/** What processes before this one worked: in all, and until the agent's span at a path began; null where none had begun it. Microseconds. */
export interface WorkedBefore {
  readonly us: number;
  readonly untilUs: (path: Path) => number | null;
}

/** Calls back after a time; what it gives takes that back. */
export type After = (ms: number, call: () => void) => () => void;

export interface WorkClockOptions {
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  readonly after: After;
  readonly before: WorkedBefore | null;
  readonly onOver: (path: Path) => void;
}

/** The longest time that a timer takes; what is further off is looked at again then. */
export const longestTimerMs = 2 ** 31 - 1;

/** Starts a clock at rest. */
export function workClock({ nowUs, after, before, onOver }: WorkClockOptions): WorkClock {
  const ends = new Map<Path, number>();
  let workedUs = before?.us ?? 0;
  let sinceUs = 0;
  let under = 0;
  /** When the timer goes off, in time at work, and what takes it back; infinite where none runs. */
  let armed = { forUs: Number.POSITIVE_INFINITY, disarm: () => {} };

  const atUs = () => workedUs + (under > 0 ? Math.max(0, nowUs() - sinceUs) : 0);
  const over = () => {
    const now = atUs();
    return [...ends].flatMap(([path, endUs]) => (endUs <= now ? [path] : []));
  };
  const rest = () => {
    armed.disarm();
    armed = { forUs: Number.POSITIVE_INFINITY, disarm: () => {} };
  };
  const arm = (endUs: number) => {
    if (under === 0 || endUs >= armed.forUs) return;
    rest();
    const leftMs = Math.max(0, Math.ceil((endUs - atUs()) / 1000));
    armed = { forUs: endUs, disarm: after(Math.min(leftMs, longestTimerMs), look) };
  };
  const look = () => {
    rest();
    for (const path of over()) {
      ends.delete(path);
      onOver(path);
    }
    armForNext();
  };
  const armForNext = () => {
    if (under > 0) arm([...ends.values()].reduce((next, endUs) => Math.min(next, endUs), Number.POSITIVE_INFINITY));
  };

  return {
    begin: () => {
      under += 1;
      if (under > 1) return;
      sinceUs = nowUs();
      armForNext();
    },
    end: () => {
      if (under === 1) workedUs = atUs();
      under -= 1;
      if (under === 0) rest();
    },
    watch: (path, wallMs) => {
      const from = path === "" ? 0 : (before?.untilUs(path) ?? atUs());
      ends.set(path, from + wallMs * 1000);
      arm(from + wallMs * 1000);
    },
    unwatch: (path) => {
      ends.delete(path);
      if (ends.size === 0) rest();
    },
    over,
    close: rest,
  };
}

/** Timers of the process. They keep it from ending no longer than the run does. */
export const processTimers: After = (ms, call) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};
