/**
 * The time that a run, and each run of an agent that is bounded, is at work: while at least one model call, tool or worker of its own is
 * under way. What only waits takes none: for people, for its turn on a thread, for room among requests under way.
 *
 * - K1: the time of processes before this one counts, as their log tells it.
 * - K2: a watch is told of once, when its time is used up, and never while nothing of its own is under way.
 */
import { enclosing, type Path } from "../compiler/ir/path.ts";

export interface WorkClock {
  /** The work of the task at a path. */
  readonly piece: (path: Path) => Piece;
  /** Bounds the time of all work at or within a path: the run's, which is empty, or an agent's. */
  readonly watch: (path: Path, wallMs: number) => void;
  readonly unwatch: (path: Path) => void;
  /** The watches whose time is used up already. */
  readonly over: () => readonly Path[];
  readonly close: () => void;
}

/** A piece of work. Each call may come more than once; after the end nothing is heard any more. */
export interface Piece {
  readonly begin: () => void;
  readonly pause: () => void;
  readonly end: () => void;
}

/** What processes before this one worked at or within a path, in microseconds. */
export type WorkedBefore = (path: Path) => number;

/** Calls back after a time; what it gives takes that back. */
export type After = (ms: number, call: () => void) => () => void;

export interface WorkClockOptions {
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  readonly after: After;
  readonly before: WorkedBefore;
  readonly onOver: (path: Path) => void;
}

/** The time of one watch. `under`: how many pieces of work are under way, since when. */
interface Meter {
  readonly mostUs: number;
  workedUs: number;
  sinceUs: number;
  under: number;
}

/** The longest time that a timer takes; what is further off is looked at again then. */
export const longestTimerMs = 2 ** 31 - 1;

/** Starts a clock at rest. */
export function workClock({ nowUs, after, before, onOver }: WorkClockOptions): WorkClock {
  const meters = new Map<Path, Meter>();
  /** When the timer goes off, and what takes it back; infinite where none runs. */
  let armed = { atUs: Number.POSITIVE_INFINITY, disarm: () => {} };
  let active = 0;

  const workedUs = ({ workedUs, sinceUs, under }: Meter) => workedUs + (under > 0 ? Math.max(0, nowUs() - sinceUs) : 0);
  const over = () => [...meters].flatMap(([path, meter]) => (workedUs(meter) >= meter.mostUs ? [path] : []));
  const rest = () => {
    armed.disarm();
    armed = { atUs: Number.POSITIVE_INFINITY, disarm: () => {} };
  };
  const arm = (meter: Meter) => {
    const leftUs = Math.max(0, meter.mostUs - workedUs(meter));
    const atUs = nowUs() + leftUs;
    if (atUs >= armed.atUs) return;
    rest();
    armed = { atUs, disarm: after(Math.min(Math.ceil(leftUs / 1000), longestTimerMs), look) };
  };
  const look = () => {
    rest();
    for (const [path, meter] of meters) {
      if (meter.under === 0 || workedUs(meter) < meter.mostUs) continue;
      forget(path);
      onOver(path);
    }
    for (const meter of meters.values()) if (meter.under > 0) arm(meter);
  };
  const forget = (path: Path) => {
    if ((meters.get(path)?.under ?? 0) > 0) active -= 1;
    meters.delete(path);
    if (active === 0) rest();
  };

  const start = (path: Path) => {
    for (const meter of around(meters, path)) {
      meter.under += 1;
      if (meter.under > 1) continue;
      active += 1;
      meter.sinceUs = nowUs();
      arm(meter);
    }
  };
  const stop = (path: Path) => {
    for (const meter of around(meters, path)) {
      if (meter.under === 1) {
        meter.workedUs = workedUs(meter);
        active -= 1;
      }
      meter.under = Math.max(0, meter.under - 1);
    }
    if (active === 0) rest();
  };

  return {
    piece: (path) => {
      let [isOn, isOver] = [false, false];
      const begin = () => {
        if (isOn || isOver) return;
        isOn = true;
        start(path);
      };
      const pause = () => {
        if (isOn) stop(path);
        isOn = false;
      };
      const end = () => {
        pause();
        isOver = true;
      };
      return { begin, pause, end };
    },
    watch: (path, wallMs) => void meters.set(path, { mostUs: wallMs * 1000, workedUs: before(path), sinceUs: 0, under: 0 }),
    unwatch: forget,
    over,
    close: () => {
      meters.clear();
      active = 0;
      rest();
    },
  };
}

/** The watches that a task counts for: the run's, and those of the agents around it. */
function around(meters: ReadonlyMap<Path, Meter>, path: Path): readonly Meter[] {
  if (meters.size === 0) return [];
  return ["", ...enclosing(path)].flatMap((place) => meters.get(place) ?? []);
}

/** Timers of the process. They keep it from ending no longer than the run does. */
export const processTimers: After = (ms, call) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};
