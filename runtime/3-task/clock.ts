/** A point in time by the calendar and by the monotonic clock, which all threads of a process share. Plain, so that it crosses threads. */
export interface Clock {
  readonly epochUs: number;
  readonly monotonicNs: bigint;
}

/** Ties the calendar to the monotonic clock, now. */
export function startClock(): Clock {
  return { epochUs: Date.now() * 1_000, monotonicNs: process.hrtime.bigint() };
}

/** Reads a clock: microseconds since 1970, never running backwards, alike on every thread. */
export function readClock(clock: Clock): () => number {
  return () => clock.epochUs + Math.round(Number(process.hrtime.bigint() - clock.monotonicNs) / 1_000);
}
