/**
 * What runs of a pipeline can come to, by trying every way that a run can go. Written from the language's rules alone (the keys that a
 * state offers, what each pattern ends with, how a table is looked up), so that it can contradict the compiler.
 */
import { ask, failed, hull, inTurn, none, note, type Outcomes, plus, type Turns, then, times } from "./outcomes.ts";

/** An agent of a made-up pipeline. `leaf` is a react agent of so many turns; `keys` are those that it declares. */
export type Agent =
  | { readonly kind: "leaf"; readonly turns: number; readonly keys: readonly string[] | null }
  | { readonly kind: "oneshot" }
  | ({ readonly kind: "critic" | "constitutional" } & Steps)
  | { readonly kind: "code"; readonly keys: readonly string[] }
  | ({ readonly kind: "human"; readonly turns: number } & Steps)
  /** `max`: how many attempts, or cycles. */
  | ({ readonly kind: "reflexion" | "plan-execute"; readonly max: number } & Steps)
  | ({ readonly kind: "chain-of-verification" } & FanOut & Steps)
  | ({ readonly kind: "best-of-n"; readonly n: number; readonly turns: number } & FanOut & Steps)
  | ({ readonly kind: "parallel"; readonly workers: readonly string[] } & FanOut)
  | ({ readonly kind: "debate"; readonly agents: readonly string[]; readonly rounds: number; readonly judge: string } & FanOut)
  | ({ readonly kind: "scatter"; readonly worker: string; readonly turns: number } & FanOut & Steps)
  | {
      readonly kind: "fsm";
      readonly initial: string;
      readonly states: readonly State[];
      readonly max: number;
      /** How often it is tried. */
      readonly attempts: number;
    };

/** `isStrict`: the first branch that fails ends it. */
interface FanOut {
  readonly isStrict: boolean;
}

/** The step files that are react; the others are one question. */
interface Steps {
  readonly acts: readonly string[];
}

/** A state: terminal (no entry but `!error`), a bare target (key null), or a table. Target null stops; a guard may hold or not. */
export interface State {
  readonly name: string;
  readonly entries: readonly { readonly key: string | null; readonly target: string | null; readonly isGuarded?: boolean }[];
}

export type Pipeline = Readonly<Record<string, Agent>>;

/** What was seen of a machine in all runs together, whoever called it. */
export interface Seen {
  readonly states: Set<string>;
  /** `state/key`, the key as written, `` for a bare target. */
  readonly taken: Set<string>;
  /** `state/key` of keys that nothing routed, in lower case. */
  readonly unrouted: Set<string>;
}

/** How many items a list has at most that a model makes: what the pipelines' config says. */
export const maxItems = 2;

/** What every step may cost beyond its turns: one repair, one empty answer. */
const repairs = 2;

/** The turns of a step file that is react and does not say how many. */
const stepTurns = 10;

export interface Explorer {
  /** Every way that a call with these words can end; null: any word of the universe. */
  readonly explore: (agent: string, words: readonly string[] | null) => Outcomes;
  readonly seen: ReadonlyMap<string, Seen>;
}

/** What models do: how often a loop may be shortened by one, and with which of the words that they may use they finish; default any. */
interface Habits {
  readonly compactions?: number;
  readonly choose?: (words: readonly string[]) => readonly string[];
}

/** Explores a pipeline in which models know the words of `universe`. */
export function explorerOf(
  pipeline: Pipeline,
  universe: readonly string[],
  { compactions = 0, choose = (words) => words }: Habits = {},
): Explorer {
  const known = new Map<string, Outcomes>();
  const seen = new Map<string, Seen>();
  const explore = (name: string, words: readonly string[] | null): Outcomes => {
    const allowed = [...new Set((words ?? universe).map((word) => word.toLowerCase()))].sort();
    const id = `${name} ${words === null ? "any" : allowed.join(" ")}`;
    const before = known.get(id);
    if (before) return before;
    const found = outcomesOf(name, words === null ? null : allowed);
    known.set(id, found);
    return found;
  };
  const outcomesOf = (name: string, allowed: readonly string[] | null): Outcomes => {
    const agent = pipeline[name];
    switch (agent?.kind) {
      case "leaf":
        return act(agent.keys ?? allowed ?? universe, agent.turns);
      case "oneshot":
        return new Map([
          ["result", ask],
          [failed, ask],
        ]);
      case "critic":
        return always(step(agent, "draft"), step(agent, "critique"), step(agent, "refine"));
      case "constitutional":
        return always(ask, step(agent, "critique"), step(agent, "revise"));
      case "reflexion": {
        // An attempt, and, but after the last, a reflection, which may be content.
        const round = [step(agent, "act"), step(agent, "reflect")];
        return agent.max === 1 ? always(step(agent, "act")) : inTurn(round, repeated(round, agent.max).slice(0, -1));
      }
      case "plan-execute": {
        // A plan, its steps, of which there is one at least, and a verdict, which may be content.
        const [execute, verify] = [step(agent, "execute"), step(agent, "verify")];
        return inTurn([ask, execute, verify], repeated([ask, ...repeated([execute], maxItems), verify], agent.max));
      }
      case "chain-of-verification": {
        // An answer, its claims, a check of each, if there is one, and the last word.
        const [verify, revise] = [step(agent, "verify"), step(agent, "revise")];
        return inTurn([ask, verify, revise], [ask, verify, ...repeated([step(agent, "check")], maxItems), revise]);
      }
      case "best-of-n":
        return afterEach(act(universe, agent.turns), agent);
      case "code":
        return new Map([...agent.keys, failed].map((key) => [key.toLowerCase(), none]));
      case "human":
        return then(act(universe, agent.turns), last(agent, "resume", allowed));
      case "parallel":
        return branches(
          agent.workers.map((worker) => explore(worker, null)),
          agent,
        );
      case "debate":
        return debate(agent, allowed);
      case "scatter":
        return scatter(agent, allowed);
      case "fsm":
        return retried(machine(name, agent, allowed), agent.attempts);
      default:
        throw new Error(`there is no agent ${name}`);
    }
  };
  /** As many variants as it has, then a judge, who hears of those that failed, even of all, unless the first one ended it. */
  const afterEach = (variant: Outcomes, agent: Agent & { kind: "best-of-n" }): Outcomes => {
    const { n, isStrict } = agent;
    const all = branches(
      Array.from({ length: n }, () => variant),
      { isStrict },
    );
    const heard = isStrict
      ? all
      : new Map([
          ["parallel", hull([...all.values()])],
          [failed, hull([...all.values()])],
        ]);
    return then(heard, always(step(agent, "judge")));
  };
  /** What a step file costs whose key nobody looks at. */
  const step = ({ acts }: Steps, file: string): Turns => (acts.includes(file) ? loop(stepTurns) : ask);
  /** A step file that ends it in its caller's words, where it is react. */
  const last = (agent: Steps, file: string, allowed: readonly string[] | null): Outcomes =>
    agent.acts.includes(file) ? act(allowed ?? universe, stepTurns) : always(ask);
  const loop = (turns: number): Turns => ({ min: 1, max: turns + repairs + compactions });
  const act = (words: readonly string[], turns: number): Outcomes => {
    const cost = loop(turns);
    return new Map([...choose(words).map((word) => [word.toLowerCase(), cost] as const), [failed, cost]]);
  };

  /** Everyone speaks in each round, then the judge ends it. */
  const debate = ({ agents, rounds, judge, isStrict }: Agent & { kind: "debate" }, allowed: readonly string[] | null): Outcomes => {
    const found = new Map<string, Turns>();
    const round = branches(
      agents.map((each) => explore(each, null)),
      { isStrict },
    );
    const [well, lost] = [round.get("parallel"), round.get(failed)];
    for (let before = 0; before < rounds && lost && (before === 0 || well); before += 1)
      note(found, failed, plus(times(well ?? none, before), lost));
    if (well) for (const [key, rest] of explore(judge, allowed)) note(found, key, plus(times(well, rounds), rest));
    return found;
  };

  /** The first step may end it, or split the work; then each item's worker ends somehow, and the last step ends it. */
  const scatter = (agent: Agent & { kind: "scatter" }, allowed: readonly string[] | null): Outcomes => {
    const { worker, turns, isStrict } = agent;
    const found = new Map<string, Turns>();
    for (const [key, cost] of act([...(allowed ?? universe), "parallel"], turns)) if (key !== "parallel") note(found, key, cost);
    const split = act([], turns).get(failed) ?? none;
    for (let items = 0; items <= maxItems; items += 1) {
      const each = Array.from({ length: items }, () => explore(worker, null));
      const workers = items === 0 ? new Map([["parallel", none]]) : branches(each, { isStrict });
      for (const [end, cost] of workers) {
        if (end === failed) note(found, failed, plus(split, cost));
        else for (const [key, rest] of last(agent, "reduce", allowed)) note(found, key, plus(plus(split, cost), rest));
      }
    }
    return found;
  };

  const machine = (name: string, fsm: Agent & { kind: "fsm" }, allowed: readonly string[] | null): Outcomes => {
    const saw = seen.get(name) ?? { states: new Set(), taken: new Set(), unrouted: new Set() };
    seen.set(name, saw);
    const stateOf = (state: string) => fsm.states.find((one) => one.name === state) ?? { name: state, entries: [] };
    const runs = (state: string | null) => state !== null && pipeline[state] !== undefined;
    const walked = new Map<string, Outcomes>();
    const walk = (at: string, left: number): Outcomes => {
      const id = `${at} ${left}`;
      const before = walked.get(id);
      if (before) return before;
      const found = new Map<string, Turns>();
      walked.set(id, found);
      if (left === 0) return found.set(failed, none);
      saw.states.add(at);
      const state = stateOf(at);
      for (const [key, cost] of explore(at, offered(state, runs, allowed))) {
        for (const way of lookUp(state, key)) {
          if (way === "lost") saw.unrouted.add(`${at}/${key}`);
          if (way === "lost" || way === "uncaught") note(found, failed, cost);
          else {
            const carried = key === failed ? "error" : key;
            if (way !== "over") saw.taken.add(`${at}/${way.key ?? ""}`);
            if (way === "over" || !runs(way.target)) {
              note(found, carried, cost);
              if (way !== "over" && way.target !== null) saw.states.add(way.target);
            } else for (const [end, rest] of walk(way.target ?? "", left - 1)) note(found, end, plus(cost, rest));
          }
        }
      }
      return found;
    };
    if (runs(fsm.initial)) return walk(fsm.initial, fsm.max);
    saw.states.add(fsm.initial);
    return new Map([["done", none]]);
  };
  return { explore, seen };
}

type Entry = State["entries"][number];

/** The words that a state offers: a table's own; with `*` to an end, or without a table, the caller's too; any where any word leads on. */
function offered({ entries }: State, runs: (state: string | null) => boolean, caller: readonly string[] | null): readonly string[] | null {
  const normal = entries.filter(({ key }) => key !== "!error");
  const rest = normal.filter(({ key }) => key === null || key === "*");
  if (rest.some(({ target }) => runs(target))) return null;
  const words = normal.flatMap(({ key }) => (key === null || key === "*" ? [] : [key]));
  if (words.length > 0 && rest.length === 0) return words;
  return caller === null ? null : [...words, ...caller];
}

/** Where a key may lead: entries, the end of a terminal state, nowhere, or out of the machine as a failure that nothing catches. */
function lookUp({ entries }: State, key: string): readonly (Entry | "over" | "lost" | "uncaught")[] {
  if (key === failed) return [entries.find((entry) => entry.key === "!error") ?? "uncaught"];
  const normal = entries.filter((entry) => entry.key !== "!error");
  if (normal.length === 0) return ["over"];
  const named = normal.filter((entry) => entry.key?.toLowerCase() === key && entry.key !== "*");
  const looked = [...named, ...normal.filter((entry) => entry.key === "*" || entry.key === null)];
  const last = looked.findIndex((entry) => !entry.isGuarded);
  return last === -1 ? [...looked, "lost"] : looked.slice(0, last + 1);
}

/** All at once. Everyone runs to an end, and it fails where everyone failed; or, strict, the first that fails ends the others wherever they are. */
function branches(all: readonly Outcomes[], { isStrict }: FanOut): Outcomes {
  const found = new Map<string, Turns>();
  const combine = (index: number, cost: Turns, ends: { readonly well: boolean; readonly failed: boolean }): void => {
    const one = all[index];
    if (!one)
      return ends.well && !(isStrict && ends.failed) ? note(found, "parallel", cost) : isStrict ? undefined : note(found, failed, cost);
    for (const isWell of [true, false]) {
      const costs = [...one].filter(([key]) => (key !== failed) === isWell).map(([, turns]) => turns);
      if (costs.length > 0) combine(index + 1, plus(cost, hull(costs)), { well: ends.well || isWell, failed: ends.failed || !isWell });
    }
  };
  combine(0, none, { well: false, failed: false });
  const most = all.map((one) => Math.max(...[...one.values()].map(({ max }) => max)));
  for (const [index, one] of isStrict ? all.entries() : []) {
    const lost = one.get(failed);
    const beside = most.reduce((sum, each, other) => (other === index ? sum : sum + each), 0);
    if (lost) note(found, failed, { min: lost.min, max: lost.max + beside });
  }
  return found;
}

/** Steps of which none is left out or done again. */
function always(...all: readonly Turns[]): Outcomes {
  return inTurn(all, all);
}

function repeated<T>(all: readonly T[], count: number): readonly T[] {
  return Array.from({ length: count }, () => all).flat();
}

/** Attempts that fail come before the one that counts. */
function retried(once: Outcomes, attempts: number): Outcomes {
  const lost = once.get(failed);
  const before = { min: 0, max: (lost?.max ?? 0) * (attempts - 1) };
  return new Map([...once].map(([key, turns]) => [key, key === failed ? times(turns, attempts) : plus(turns, before)]));
}
