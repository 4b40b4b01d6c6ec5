import type { ParsedState } from "../2-parse/types.ts";
import { bottomUp } from "../graph.ts";
import { ownKeys, someWords, uniteKeys } from "../ir/words.ts";
import { type Ending, isDeadly, isError, type Move, offerOf, type Step, stepOf } from "./table.ts";

/** The states of an agent as they were written. `endingOf` is null for a state that is a marker. */
export interface Machine {
  readonly initial: string;
  readonly states: readonly ParsedState[];
  readonly maxSteps: number;
  readonly endingOf: (state: string) => Ending | null;
}

/** What can become of a machine's runs. */
export interface Verdict {
  /** The states that a run could come to, each with how many steps that takes at least, itself included. */
  readonly depths: ReadonlyMap<string, number>;
  /** Those of them that the bound leaves time for. */
  readonly reached: ReadonlySet<string>;
  readonly steps: ReadonlyMap<string, Step>;
  /** States from which no run ends, however long it goes on. */
  readonly endless: readonly string[];
  /** How many steps the shortest run takes; null where none ends. */
  readonly shortest: number | null;
  readonly ending: Ending;
}

/** Follows a machine's states for every key that their agents can finish with. Each name in it is that of a state. */
export function follow(machine: Machine): Verdict {
  const byName = new Map(machine.states.map((state) => [state.name.value, state]));
  const steps = new Map(machine.states.flatMap((state) => running(machine, state)));
  if (byName.has(machine.initial) && !steps.has(machine.initial)) return atMarker(machine, steps);
  const depths = depthsOf(machine, steps);
  const reached = new Set([...depths].flatMap(([name, depth]) => (depth <= machine.maxSteps ? [name] : [])));
  const visited = [...reached].flatMap((name) => steps.get(name) ?? []);
  const ends = visited.flatMap(({ moves }) => moves.filter((move) => !goesOn(move, steps)));
  const failing = [...reached].some((name) => machine.endingOf(name)?.fails && !isCaught(byName.get(name)));
  const isKnown = [...reached].every((name) => machine.endingOf(name)?.keys);
  const keys = uniteKeys(ends.map((move) => move.keys));
  return {
    depths,
    reached,
    steps,
    ...distances(depths, steps),
    ending: { keys: isKnown ? keys : null, fails: failing || visited.some(isDeadly) || exhausts(machine, steps) },
  };
}

function atMarker({ initial }: Machine, steps: Verdict["steps"]): Verdict {
  const ending = { keys: ownKeys(someWords(["done"])), fails: false };
  return { depths: new Map([[initial, 0]]), reached: new Set([initial]), steps, endless: [], shortest: 0, ending };
}

/** What can happen in a state; none for a marker. */
function running({ endingOf }: Machine, state: ParsedState): readonly (readonly [string, Step])[] {
  const ending = endingOf(state.name.value);
  return ending
    ? [
        [
          state.name.value,
          stepOf(
            state,
            ending,
            offerOf(state, (name) => endingOf(name) !== null),
          ),
        ],
      ]
    : [];
}

function depthsOf({ initial }: Machine, steps: Verdict["steps"]): Verdict["depths"] {
  const depths = new Map([[initial, 1]]);
  // A map's iteration goes on to what is added meanwhile.
  for (const [name, depth] of depths)
    for (const next of successors(steps.get(name), steps)) if (!depths.has(next)) depths.set(next, depth + 1);
  return depths;
}

/** Whether a run can use up its steps: one that can go in a circle, or whose longest way has as many. */
function exhausts({ initial, maxSteps }: Machine, steps: Verdict["steps"]): boolean {
  const onward = new Map([...steps].map(([name, step]) => [name, successors(step, steps)]));
  const longest = new Map<string, number>();
  for (const name of bottomUp(onward))
    longest.set(
      name,
      (onward.get(name) ?? []).reduce((most, next) => Math.max(most, 1 + (longest.get(next) ?? 0)), 0),
    );
  return (longest.get(initial) ?? Number.POSITIVE_INFINITY) >= maxSteps;
}

function successors(step: Step | undefined, steps: Verdict["steps"]): readonly string[] {
  return (step?.moves ?? []).flatMap((move) => (goesOn(move, steps) ? (move.to ?? []) : []));
}

/** Whether a move leads to another state that runs an agent. */
function goesOn({ to }: Move, steps: Verdict["steps"]): boolean {
  return to !== null && steps.has(to);
}

/** Which states lead to no end, looked at from the ends, and how far the nearest is. A state in which a run dies leads nowhere, but not in a circle. */
function distances(depths: Verdict["depths"], steps: Verdict["steps"]): Pick<Verdict, "endless" | "shortest"> {
  const names = [...depths.keys()];
  const before = new Map<string, string[]>();
  for (const name of names) {
    for (const next of successors(steps.get(name), steps)) {
      const known = before.get(next);
      if (known) known.push(name);
      else before.set(next, [name]);
    }
  }
  const ends = names.filter((name) => steps.get(name)?.moves.some((move) => !goesOn(move, steps)));
  const over = backFrom([...ends, ...names.filter((name) => isDeadly(steps.get(name)))], before);
  const shortest = Math.min(...ends.map((name) => depths.get(name) ?? Number.POSITIVE_INFINITY));
  return { endless: names.filter((name) => !over.has(name)), shortest: Number.isFinite(shortest) ? shortest : null };
}

function backFrom(starts: readonly string[], before: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set(starts);
  // A set's iteration goes on to what is added meanwhile.
  for (const name of seen) for (const earlier of before.get(name) ?? []) seen.add(earlier);
  return seen;
}

function isCaught(state: ParsedState | undefined): boolean {
  return state?.routes.some(isError) ?? false;
}
