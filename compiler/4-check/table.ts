import { offeredKeys } from "../../stdlib/patterns/fsm.ts";
import type { ParsedRoute, ParsedState } from "../2-parse/types.ts";
import {
  allWords,
  calledWith,
  isNone,
  type Keys,
  keysAmong,
  keysOfSet,
  keysWithout,
  noKeys,
  noWords,
  ownKeys,
  someWords,
  type Words,
  wordsOf,
} from "../ir/words.ts";

/** How an agent can end: with which keys, and whether it can fail. Null keys: not known. */
export interface Ending {
  readonly keys: Keys | null;
  readonly fails: boolean;
}

/** What is known of an agent where nothing is. */
export const unknownEnding: Ending = { keys: null, fails: true };

/** One way on from a state, with the keys that take it. `route` null: the state is terminal. `to` null: the machine ends here. */
export interface Move {
  readonly route: ParsedRoute | null;
  readonly keys: Keys;
  readonly to: string | null;
}

/** What can happen in a state that runs an agent. */
export interface Step {
  readonly moves: readonly Move[];
  /** Keys that no entry takes. */
  readonly unrouted: Words;
  /** Entries that no key takes, whatever the caller allows. */
  readonly idle: readonly ParsedRoute[];
}

/** Whether some key takes a move, where the caller allows these words. */
export function fires({ keys }: Move, caller: Words): boolean {
  return !isNone(wordsOf(keys, caller));
}

/** The keys that a state offers its agent. */
export function offerOf({ routes }: ParsedState, runs: (state: string) => boolean): Keys {
  const entries = routes.filter((route) => !isError(route));
  return keysOfSet(
    offeredKeys(
      entries.map(({ key, target }) => ({ key: key?.value ?? null, target: target?.value ?? null })),
      runs,
    ),
  );
}

/** Splits the keys of a state's agent among the entries of its table, as a run looks them up. */
export function stepOf(state: ParsedState, { keys, fails }: Ending, offered: Keys): Step {
  const { routes } = state;
  const exits = keys ? calledWith(keys, offered) : ownKeys(allWords);
  const errors = routes.filter(isError);
  const wild = routes.filter(({ key }) => key === null || key.value === "*");
  const named = routes.filter((route) => !errors.includes(route) && !wild.includes(route));
  const settled = named.filter((route) => !isGuarded(route)).flatMap(({ key }) => key?.value ?? []);
  const rest = keysWithout(exits, someWords(settled));
  const ways = [
    ...firstOf(named).map((route) => ({ route, keys: keysAmong(exits, someWords([route.key?.value ?? ""])) })),
    ...firstOf(wild).map((route) => ({ route, keys: rest })),
    ...errors.map((route) => ({ route, keys: fails ? ownKeys(someWords(["error"])) : noKeys })),
  ];
  const moves = ways.map((way) => ({ ...way, to: way.route.target?.value ?? null })).filter((move) => fires(move, allWords));
  const taken = new Set(moves.map(({ route }) => route));
  const isClosed = wild.some((route) => !isGuarded(route)) || (named.length === 0 && wild.length === 0) || keys === null;
  return {
    moves: named.length + wild.length === 0 ? [...moves, { route: null, keys: exits, to: null }] : moves,
    unrouted: isClosed ? noWords : wordsOf(rest, allWords),
    idle: routes.filter((route) => !taken.has(route)),
  };
}

/** Of entries with the same key those that can be looked at: up to the first that no guard keeps shut. */
function firstOf(entries: readonly ParsedRoute[]): readonly ParsedRoute[] {
  const shut = new Set<string>();
  return entries.filter((route) => {
    const key = route.key?.value.toLowerCase() ?? "*";
    if (shut.has(key)) return false;
    if (!isGuarded(route)) shut.add(key);
    return true;
  });
}

/** Whether a run can die in a state, because nothing takes its agent's key, or must, because its agent never ends well. */
export function isDeadly(step: Step | undefined): boolean {
  return step !== undefined && (step.moves.length === 0 || !isNone(step.unrouted));
}

/** Whether an entry catches the failure of its state. */
export function isError({ key }: ParsedRoute): boolean {
  return key?.value === "!error";
}

/** Whether an entry has a guard, which may keep it shut. */
function isGuarded(route: ParsedRoute): boolean {
  return route.when !== null;
}
