/** The options by which limits are set for one run, in place of the plan's. */
import { type Command, InvalidArgumentError } from "commander";
import { type LimitName, limitKinds, limitNames } from "../../compiler/ir/limits.ts";
import type { Limits } from "../../compiler/ir/plan.ts";
import type { LimitOverrides } from "../2-schedule/limit-overrides.ts";

/** Amounts by agent; the run's under an empty name. */
type Amounts = ReadonlyMap<string, number>;

/** What the command line says of limits. */
export interface LimitFlags {
  readonly limitCalls?: Amounts;
  readonly limitTokens?: Amounts;
  readonly limitWall?: Amounts;
  readonly limitUsd?: Amounts;
  readonly limitItems?: Amounts;
  readonly limitConcurrency?: Amounts;
}

const flagOf: Readonly<Record<LimitName, keyof LimitFlags>> = {
  calls: "limitCalls",
  tokens: "limitTokens",
  wall: "limitWall",
  usd: "limitUsd",
  items: "limitItems",
  concurrency: "limitConcurrency",
};

const meanings: Readonly<Record<LimitName, string>> = {
  calls: "at most so many model calls, of the run or of each run of an agent",
  tokens: "at most so many tokens: 200k",
  wall: "at most so much time at work: 90s, 10m, 1h30m; waiting for people takes none",
  usd: "at most so many US dollars, by the prices that the plan tells",
  items: "at most so many items in one fan-out",
  concurrency: "at most so many model calls at once",
};

/** Adds the options. */
export function limitFlags(command: Command): Command {
  return limitNames.reduce((made, name) => made.option(`--limit-${name} <[agent=]n>`, meanings[name], reader(name)), command);
}

/** What the flags say. */
export function overridesOf(flags: LimitFlags): LimitOverrides {
  const given = limitNames.flatMap((name) =>
    [...(flags[flagOf[name]] ?? [])].map(([agent, amount]) => ({ agent, field: limitKinds[name].field, amount })),
  );
  const of = (name: string): Partial<Limits> =>
    Object.fromEntries(given.filter(({ agent }) => agent === name).map(({ field, amount }) => [field, amount]));
  const names = [...new Set(given.map(({ agent }) => agent))].filter((name) => name !== "");
  return { run: of(""), agents: Object.fromEntries(names.map((name) => [name, of(name)])) };
}

/** The option that raises a limit. */
export function flagFor(limit: string, agent: string | null): string {
  return `--limit-${limit} ${agent === null ? "" : `${agent}=`}${limit === "wall" ? "TIME" : "N"}`;
}

/** Names of agents hold no `=`. */
function reader(name: LimitName): (value: string, before: Amounts | undefined) => Amounts {
  const { read, expected } = limitKinds[name];
  return (value, before = new Map()) => {
    const at = value.indexOf("=");
    const amount = read(value.slice(at + 1));
    if (amount === null) throw new InvalidArgumentError(`wanted: ${expected.replaceAll("`", "")}, behind AGENT= for an agent`);
    return new Map([...before, [value.slice(0, Math.max(at, 0)), amount]]);
  };
}
