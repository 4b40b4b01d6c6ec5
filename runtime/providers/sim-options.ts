import type { ModelTask } from "../3-task/task.ts";

/** How a simulated model decides. README.md says what each does. */
export const simPolicies = ["brief", "random", "every-route", "worst", "slow"] as const;

/** What goes wrong with simulated requests. */
export const simFaults = ["429", "5xx", "malformed", "hang", "loops", "never-finishes"] as const;

/** What models do that do not keep to the protocol, or to what was asked. */
export const simSlips = [
  "prose",
  "fences",
  "chatter",
  "thinking-aloud",
  "two-finishes",
  "empty",
  "null-arguments",
  "quoted-arguments",
  "truncated",
  "unknown-key",
  "unknown-tool",
  "no-usage",
] as const;

export type SimPolicy = (typeof simPolicies)[number];
export type SimFault = (typeof simFaults)[number];
export type SimSlip = (typeof simSlips)[number];

/** How a model is simulated. */
export interface SimOptions {
  readonly policy: SimPolicy;
  /** Whole, from 0. Another seed decides otherwise. */
  readonly seed: number;
  /** How many items a made-up list has. */
  readonly items: number;
  /** Null: nothing goes wrong. */
  readonly fault: SimFault | null;
  /** Of which of these one is made at a time; none: the protocol is kept. */
  readonly sloppy: readonly SimSlip[];
  /** How often something goes wrong: the share of requests, of `loops` and `never-finishes` that of steps. */
  readonly rate: number;
}

const usual: SimOptions = { policy: "brief", seed: 0, items: 3, fault: null, sloppy: [], rate: 0.2 };

/** The name of the model that is simulated without options. */
export const plainSim = "sim";

/**
 * Reads the name of a simulated model: `sim`, or options as `policy=worst,seed=3`. A text says what is wrong with it.
 */
export function readSimOptions(name: string): SimOptions | string {
  if (name === plainSim) return usual;
  let options: SimOptions = usual;
  for (const pair of name.split(",")) {
    const equals = pair.indexOf("=");
    if (equals < 1) return `\`${pair}\` is no option: wanted are pairs such as policy=worst,seed=3`;
    const [key, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (!reader) return `there is no option \`${key}\`, but ${Object.keys(readers).join(", ")}`;
    const read = reader(value);
    if (typeof read === "string") return `${key} is ${read}, not \`${value}\``;
    options = { ...options, ...read };
  }
  return options;
}

/** The options of a task's model, which was judged before the run began; those that cannot be read count as none. */
export function optionsOf({ model }: Pick<ModelTask, "model">): SimOptions {
  const options = readSimOptions(model.name);
  return typeof options === "string" ? usual : options;
}

/** What each option says; a text says what is wanted instead. */
const readers: Readonly<Record<string, (value: string) => Partial<SimOptions> | string>> = {
  policy: (value) => oneOf(simPolicies, value, (policy) => ({ policy })),
  seed: (value) => whole(value, 0, (seed) => ({ seed })),
  items: (value) => whole(value, 1, (items) => ({ items })),
  fault: (value) => oneOf(simFaults, value, (fault) => ({ fault })),
  sloppy: (value) => (value === "all" ? { sloppy: simSlips } : slipsIn(value)),
  rate: (value) => (/^(0(\.\d+)?|1)$/.test(value) ? { rate: Number(value) } : "a number from 0 to 1"),
};

function oneOf<T extends string, R>(known: readonly T[], value: string, found: (one: T) => R): R | string {
  const one = known.find((each) => each === value);
  return one === undefined ? `one of ${known.join(", ")}` : found(one);
}

function whole<R>(value: string, from: number, found: (number: number) => R): R | string {
  const number = Number(value);
  return /^\d+$/.test(value) && Number.isSafeInteger(number) && number >= from ? found(number) : `a whole number from ${from}`;
}

function slipsIn(value: string): Partial<SimOptions> | string {
  const slips = value.split("+").map((word) => simSlips.find((each) => each === word));
  const known = slips.flatMap((slip) => slip ?? []);
  return known.length === slips.length ? { sloppy: known } : `all, or some of ${simSlips.join(", ")}, joined by +`;
}
