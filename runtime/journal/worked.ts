import type { Path } from "../../compiler/ir/path.ts";
import type { Row } from "../4-trace/columns.ts";
import type { WorkedBefore } from "../work-clock.ts";

/** Collects from a log when there was work, and when agents began. */
export interface WorkLog {
  readonly note: (row: Row) => void;
  readonly before: () => WorkedBefore;
}

/** Work that was under way, from one moment to another: microseconds since 1970. */
type Stretch = readonly [from: number, to: number];

const work: ReadonlySet<string> = new Set(["llm_call", "tool_call", "code_call"]);

/** Starts with nothing. What was under way when a process was killed left no record, and does not count. */
export function workLog(): WorkLog {
  const stretches: Stretch[] = [];
  const begun = new Map<Path, number>();
  return {
    note: ({ kind, path, source, start_us: from, end_us: to, time_us: at }) => {
      if (work.has(kind ?? "") && source === null && from !== null && to !== null && from < to) stretches.push([from, to]);
      if (kind === "span_started" && path !== null && at !== null && !begun.has(path)) begun.set(path, at);
    },
    before: () => {
      const until = measure(unite(stretches));
      return {
        us: until(Number.POSITIVE_INFINITY),
        untilUs: (path) => {
          const at = begun.get(path);
          return at === undefined ? null : until(at);
        },
      };
    },
  };
}

/** Stretches that do not overlap, in order. */
function unite(stretches: readonly Stretch[]): readonly Stretch[] {
  const united: Stretch[] = [];
  for (const [from, to] of stretches.toSorted(([a], [b]) => a - b)) {
    const last = united.at(-1);
    if (last && from <= last[1]) united[united.length - 1] = [last[0], Math.max(last[1], to)];
    else united.push([from, to]);
  }
  return united;
}

/** How much of the stretches lies before a moment. */
function measure(united: readonly Stretch[]): (us: number) => number {
  const before: number[] = [0];
  for (const [from, to] of united) before.push((before.at(-1) ?? 0) + to - from);
  return (us) => {
    let [low, high] = [0, united.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((united[middle]?.[0] ?? 0) < us) low = middle + 1;
      else high = middle;
    }
    const last = united[low - 1];
    return last ? (before[low - 1] ?? 0) + Math.min(last[1], us) - last[0] : 0;
  };
}
