/** Made-up pipelines of a few agents, machines within machines, as data for the explorer and as files for the compiler. */
import fc from "fast-check";
import { type Agent, maxItems, type Pipeline, type State } from "./explorer.ts";
import { agent } from "./plan-of.ts";

/** The words that tables and agents use, and one that no table names. */
export const words = ["go", "Back", "done", "result", "parallel", "error"];
export const universe = [...words, "other"];

const leaves = ["a", "b", "c"];
const markers = ["end", "shelf"];
/** Agents besides the leaves; each may call those after it. */
const inner = ["main", "outer", "pair", "split", "deep"];

/** A machine whose states run some of `agents`. */
function fsm(agents: readonly string[]): fc.Arbitrary<Agent> {
  const names = fc
    .tuple(fc.subarray([...agents], { minLength: 1, maxLength: Math.min(agents.length, 4) }), fc.subarray(markers))
    .map((parts) => parts.flat());
  return names.chain((all) =>
    fc.record({
      kind: fc.constant("fsm" as const),
      initial: fc.constantFrom(...all),
      states: fc.tuple(...all.map((name) => state(name, all))),
      max: fc.integer({ min: 1, max: 5 }),
    }),
  );
}

function state(name: string, all: readonly string[]): fc.Arbitrary<State> {
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
  const bare = fc.constantFrom(...all).map((to) => ({ name, entries: [{ key: null, target: to }] }));
  if (markers.includes(name)) return fc.constant({ name, entries: [] });
  return fc.oneof(
    { weight: 1, arbitrary: caught.map((entries) => ({ name, entries: entries ?? [] })) },
    { weight: 2, arbitrary: bare },
    { weight: 4, arbitrary: fc.tuple(table, caught).map(([entries, last]) => ({ name, entries: [...entries, ...(last ?? [])] })) },
  );
}

const leaf: fc.Arbitrary<Agent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("leaf" as const),
      turns: fc.integer({ min: 1, max: 3 }),
      keys: fc.option(fc.subarray(words.slice(0, 3), { minLength: 1 }), { freq: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Agent>({ kind: "oneshot" }, { kind: "critic" }) },
);

/** Any pipeline that begins with the machine `main`. `fanOuts`: whether a parallel and a scatter may stand in it. */
export function pipelines(fanOuts: boolean): fc.Arbitrary<Pipeline> {
  const after = (name: string) =>
    [...inner.slice(inner.indexOf(name) + 1), ...leaves].filter((one) => fanOuts || !["pair", "split"].includes(one));
  const called = (name: string) => fc.constantFrom(...after(name));
  return fc.record({
    main: fsm(after("main")),
    outer: fsm(after("outer")),
    pair: fc.array(called("pair"), { minLength: 1, maxLength: 2 }).map((workers): Agent => ({ kind: "parallel", workers })),
    split: fc.record({
      kind: fc.constant("scatter" as const),
      worker: called("split"),
      turns: fc.integer({ min: 1, max: 2 }),
      reduce: fc.constantFrom("ask" as const, "act" as const),
    }),
    deep: fsm(leaves),
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

function textsOf(name: string, one: Agent): Readonly<Record<string, string>> {
  const step = (file: string, pattern: string) => ({ [`agents/${name}/${file}.md`]: `---\npattern: ${pattern}\n---\n${file}\n` });
  switch (one.kind) {
    case "leaf":
      return agent(name, `pattern: react\nmax_iter: ${one.turns}\n${one.keys ? `keys: ${JSON.stringify(one.keys)}` : ""}`);
    case "oneshot":
      return agent(name, "pattern: oneshot");
    case "critic":
      return {
        ...agent(name, "pattern: critic"),
        ...step("draft", "oneshot"),
        ...step("critique", "oneshot"),
        ...step("refine", "oneshot"),
      };
    case "parallel":
      return agent(name, `pattern: parallel\nworkers: ${JSON.stringify(one.workers)}`);
    case "scatter":
      return {
        ...agent(name, `pattern: scatter\nworker: ${one.worker}\nmax_iter: ${one.turns}`),
        ...step("reduce", one.reduce === "ask" ? "oneshot" : "react"),
      };
    case "fsm": {
      const states = Object.fromEntries(one.states.map((state) => [state.name, entriesOf(state)]));
      return agent(name, `pattern: fsm\ninitial: ${one.initial}\nmax_iter: ${one.max}\nstates: ${JSON.stringify(states)}`);
    }
  }
}

function entriesOf({ entries }: State) {
  const [first] = entries;
  if (!first) return null;
  return first.key === null ? first.target : entries.map(({ key, target }) => ({ [key ?? "*"]: target }));
}
