import { enclosing, type Path } from "../../compiler/ir/path.ts";
import type { Row } from "../4-trace/columns.ts";
import type { WorkedBefore } from "../work-clock.ts";

/** Collects from a log when there was work, and where. */
export interface WorkLog {
  readonly note: (row: Row) => void;
  readonly before: () => WorkedBefore;
}

/** Work that was under way, from one moment to another: microseconds since 1970. */
type Stretch = readonly [from: number, to: number];

const work: ReadonlySet<string> = new Set(["llm_call", "tool_call", "code_call"]);

/** Starts with nothing. What was under way when a process was killed left no record, and does not count. */
export function workLog(): WorkLog {
  const done: { readonly path: Path; readonly stretch: Stretch }[] = [];
  return {
    note: ({ kind, path, source, start_us: from, end_us: to }) => {
      if (!work.has(kind ?? "") || source !== null || from === null || to === null || from >= to) return;
      done.push({ path: path ?? "", stretch: [from, to] });
    },
    before: () => {
      const whole = sumOf(done.map(({ stretch }) => stretch));
      let within: ReadonlyMap<Path, readonly Stretch[]> | null = null; // made where an agent is bounded
      return (path) => {
        if (path === "") return whole;
        within ??= byPlace(done);
        return sumOf(within.get(path) ?? []);
      };
    },
  };
}

/** The stretches of all that lies within a place. */
function byPlace(done: readonly { readonly path: Path; readonly stretch: Stretch }[]): ReadonlyMap<Path, readonly Stretch[]> {
  const places = new Map<Path, Stretch[]>();
  for (const { path, stretch } of done)
    for (const place of enclosing(path)) {
      const known = places.get(place);
      if (known) known.push(stretch);
      else places.set(place, [stretch]);
    }
  return places;
}

/** How long at least one of them lasts. */
function sumOf(stretches: readonly Stretch[]): number {
  return unite(stretches).reduce((sum, [from, to]) => sum + to - from, 0);
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
