import type { Interval } from "../../ir/plan.ts";

/** Where counting ends: every larger number is told as this one. */
export const most = Number.MAX_SAFE_INTEGER;

export const nothing: Interval = { min: 0, max: 0 };

/** Both, one after the other. */
export function plus(a: Interval, b: Interval): Interval {
  return { min: Math.min(a.min + b.min, most), max: Math.min(a.max + b.max, most) };
}

/** As often as `times` says. */
export function scaled({ min, max }: Interval, times: Interval): Interval {
  return { min: Math.min(min * times.min, most), max: Math.min(max * times.max, most) };
}

/** Either of them. */
export function hull(a: Interval, b: Interval): Interval {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** Any of them; null where there is none. */
export function hullOf(all: readonly (Interval | null)[]): Interval | null {
  return all.reduce((one, other) => (one && other ? hull(one, other) : (one ?? other)), null);
}
