/** Made-up pipelines of a few agents, machines within machines, as data for the explorer and as files for the compiler. */
import fc from "fast-check";
import type { WorkerSource } from "../../compiler/1-source/types.ts";
import { type Agent, maxItems, type Pipeline, type State } from "./explorer.ts";
import { agent, worker } from "./plan-of.ts";

/** The words that tables and agents use, and one that no table names. */
export const words = ["go", "Back", "done", "result", "parallel", "error"];
export const universe = [...words, "other"];

/** The step files of each pattern that has some. */
const steps = {
  "best-of-n": ["judge"],
  "chain-of-verification": ["verify", "check", "revise"],
  constitutional: ["critique", "revise"],
  critic: ["draft", "critique", "refine"],
  human: ["resume"],
  "plan-execute": ["execute", "verify"],
  reflexion: ["act", "reflect"],
  scatter: ["reduce"],
} as const;

const leaves = ["a", "b", "c"];
const markers = ["end", "shelf"];
/** Agents besides the leaves; each may call those after it. */
const inner = ["main", "outer", "pair", "talk", "split", "deep"];
const fanOuts = ["pair", "talk", "split"];

/** A machine whose states run some of `agents`. `isRich`: guards may stand in it, and it may be tried again. */
function fsm(agents: readonly string[], isRich: boolean): fc.Arbitrary<Agent> {
  const names = fc
    .tuple(fc.subarray([...agents], { minLength: 1, maxLength: Math.min(agents.length, 4) }), fc.subarray(markers))
    .map((parts) => parts.flat());
  return names.chain((all) =>
    fc.record({
      kind: fc.constant("fsm" as const),
      initial: fc.constantFrom(...all),
      states: fc.tuple(...all.map((name) => state(name, all, isRich))),
      max: fc.integer({ min: 1, max: 5 }),
      attempts: isRich ? fc.constantFrom(1, 1, 2) : fc.constant(1),
    }),
  );
}

function state(name: string, all: readonly string[], isRich: boolean): fc.Arbitrary<State> {
  const target = fc.option(fc.constantFrom(...all), { freq: 3 });
  const caught = fc.option(
    target.map((to) => [{ key: "!error", target: to }]),
    { freq: 1 },
  );
  const table = fc.uniqueArray(fc.record({ key: fc.constantFrom(...words, "*"), target }), {
    minLength: 1,
    maxLength: 4,
    selector: ({ key }) => key.toLowerCase(),
  });
  const guards = isRich ? fc.array(fc.option(target, { freq: 1, nil: undefined }), { minLength: 4, maxLength: 4 }) : fc.constant([]);
  const bare = fc.constantFrom(...all).map((to) => ({ name, entries: [{ key: null, target: to }] }));
  if (markers.includes(name)) return fc.constant({ name, entries: [] });
  return fc.oneof(
    { weight: 1, arbitrary: caught.map((entries) => ({ name, entries: entries ?? [] })) },
    { weight: 2, arbitrary: bare },
    {
      weight: 4,
      arbitrary: fc.tuple(table, guards, caught).map(([entries, guarded, last]) => ({
        name,
        entries: [...entries.flatMap((entry, index) => [...before(entry, guarded[index]), entry]), ...(last ?? [])],
      })),
    },
  );
}

/** A guarded entry of the same key, looked at first. */
function before({ key }: Pick<State["entries"][number], "key">, target: string | null | undefined): State["entries"] {
  return target === undefined ? [] : [{ key, target, isGuarded: true }];
}

/** Some of a pattern's step files, to be react. */
function acts(kind: keyof typeof steps): fc.Arbitrary<readonly string[]> {
  return fc.subarray([...steps[kind]]);
}

function count(most: number): fc.Arbitrary<number> {
  return fc.integer({ min: 1, max: most });
}

const plainLeaf: fc.Arbitrary<Agent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("leaf" as const),
      turns: fc.integer({ min: 1, max: 3 }),
      keys: fc.option(fc.subarray(words.slice(0, 3), { minLength: 1 }), { freq: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Agent>({ kind: "oneshot" }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("critic" as const), acts: acts("critic") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("constitutional" as const), acts: acts("constitutional") }) },
);

const richLeaf: fc.Arbitrary<Agent> = fc.oneof(
  { weight: 5, arbitrary: plainLeaf },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reflexion" as const), max: count(3), acts: acts("reflexion") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("plan-execute" as const), max: count(3), acts: acts("plan-execute") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("chain-of-verification" as const),
      isStrict: fc.boolean(),
      acts: acts("chain-of-verification"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("best-of-n" as const),
      n: count(2),
      turns: count(2),
      isStrict: fc.boolean(),
      acts: acts("best-of-n"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("human" as const), turns: count(2), acts: acts("human") }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("code" as const), keys: fc.subarray(words.slice(0, 3), { minLength: 1 }) }),
  },
);

/** Any pipeline that begins with the machine `main`. `isRich`: whether fan-outs, guards, second attempts and all patterns may stand in it. */
export function pipelines(isRich: boolean): fc.Arbitrary<Pipeline> {
  const after = (name: string) => [...inner.slice(inner.indexOf(name) + 1), ...leaves].filter((one) => isRich || !fanOuts.includes(one));
  const called = (name: string) => fc.constantFrom(...after(name));
  const some = (name: string) => fc.array(called(name), { minLength: 1, maxLength: 2 });
  const isStrict = fc.boolean();
  const leaf = isRich ? richLeaf : plainLeaf;
  return fc.record({
    main: fsm(after("main"), isRich),
    outer: fsm(after("outer"), isRich),
    pair: fc.record({ kind: fc.constant("parallel" as const), workers: some("pair"), isStrict }),
    talk: fc.record({
      kind: fc.constant("debate" as const),
      agents: some("talk"),
      rounds: fc.integer({ min: 1, max: 2 }),
      judge: called("talk"),
      isStrict,
    }),
    split: fc.record({
      kind: fc.constant("scatter" as const),
      worker: called("split"),
      turns: fc.integer({ min: 1, max: 2 }),
      acts: acts("scatter"),
      isStrict,
    }),
    deep: fsm(leaves, isRich),
    a: leaf,
    b: leaf,
    c: leaf,
  });
}

/** A pipeline as the files of a project. `window`: how many tokens its model takes; null where that is not told. */
export function filesOf(pipeline: Pipeline, window: number | null = null): Readonly<Record<string, string>> {
  const model =
    window === null
      ? ""
      : `context_tokens = ${window}\nmax_tokens = ${Math.ceil(window / 4)}\nprice = { input = 3, cached = 1, output = 12 }\n`;
  const parts = Object.entries(pipeline).map(([name, one]) => textsOf(name, one));
  const config = `[project]\nname = "made"\nentrypoint = "main"\n[models.default]\nname = "openai:gpt-4o"\n${model}[limits]\nitems = ${maxItems}\n`;
  return Object.assign({ "tama.toml": config }, ...parts);
}

/** The workers of a pipeline's code. */
export function workersOf(pipeline: Pipeline): Readonly<Record<string, WorkerSource>> {
  return Object.assign({}, ...Object.entries(pipeline).map(([name, one]) => (one.kind === "code" ? worker(name, { keys: one.keys }) : {})));
}

function textsOf(name: string, one: Agent): Readonly<Record<string, string>> {
  const asking = (fields: string, kind: keyof typeof steps, react: readonly string[]) => {
    const pattern = (file: string) => (react.includes(file) ? "react" : "oneshot");
    const files = steps[kind].map((file) => [`agents/${name}/${file}.md`, `---\npattern: ${pattern(file)}\n---\n${file}\n`]);
    return { ...agent(name, `pattern: ${kind}\n${fields}`), ...Object.fromEntries(files) };
  };
  switch (one.kind) {
    case "leaf":
      return agent(name, `pattern: react\nmax_iter: ${one.turns}\n${one.keys ? `keys: ${JSON.stringify(one.keys)}` : ""}`);
    case "oneshot":
      return agent(name, "pattern: oneshot");
    case "critic":
    case "constitutional":
      return asking("", one.kind, one.acts);
    case "reflexion":
    case "plan-execute":
      return asking(`max_iter: ${one.max}`, one.kind, one.acts);
    case "chain-of-verification":
      return asking(onError(one), one.kind, one.acts);
    case "best-of-n":
      return asking(`n: ${one.n}\nmax_iter: ${one.turns}\n${onError(one)}`, one.kind, one.acts);
    case "human":
      return asking(`max_iter: ${one.turns}`, one.kind, one.acts);
    case "code":
      return agent(name, "pattern: code");
    case "parallel":
      return agent(name, `pattern: parallel\nworkers: ${JSON.stringify(one.workers)}\n${onError(one)}`);
    case "debate": {
      const { agents, rounds, judge } = one;
      return agent(name, `pattern: debate\nagents: ${JSON.stringify(agents)}\nrounds: ${rounds}\njudge: ${judge}\n${onError(one)}`);
    }
    case "scatter":
      return asking(`worker: ${one.worker}\nmax_iter: ${one.turns}\n${onError(one)}`, one.kind, one.acts);
    case "fsm": {
      const states = Object.fromEntries(one.states.map((state) => [state.name, entriesOf(state)]));
      const retry = one.attempts > 1 ? `\nretry: {attempts: ${one.attempts}}` : "";
      return agent(name, `pattern: fsm\ninitial: ${one.initial}\nmax_iter: ${one.max}\nstates: ${JSON.stringify(states)}${retry}`);
    }
  }
}

function onError({ isStrict }: { readonly isStrict: boolean }): string {
  return `on_error: ${isStrict ? "fail" : "collect"}`;
}

function entriesOf({ entries }: State) {
  const [first] = entries;
  if (!first) return null;
  if (first.key === null) return first.target;
  return entries.map(({ key, target, isGuarded }) => ({ [key ?? "*"]: target, ...(isGuarded ? { when: 'value == "a value"' } : {}) }));
}
