/** Random projects of every pattern, nested, for laws of recorded runs. The same seed makes the same project. */
import type { WorkerSource } from "../../compiler/1-source/types.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { agent, forcedPlanOf, skill, worker } from "./plan-of.ts";
import { generator } from "./random-plan.ts";

type Files = Readonly<Record<string, string>>;

/** What a project may be made of. */
export interface RandomProject {
  readonly seed: number;
  /** How many agents call others, the entry not counted. */
  readonly inner: number;
  /** `collect`: where steps run side by side, a failure is a value, so that no order decides what becomes of the others; `any`: as it comes. */
  readonly onError: "collect" | "any";
  /** Whether people are asked. */
  readonly waits: boolean;
}

/** Compiles a random project. Its entry `main` is a machine; agents call those that come after them. */
export function randomProject(options: RandomProject): Plan {
  const random = generator(options.seed);
  const names = Array.from({ length: options.inner }, (_, index) => `in-${index + 1}`);
  const parts = names.map((name, index) =>
    inner({ ...options, random, name, pattern: "", callable: [...names.slice(index + 1), ...leaves] }),
  );
  const main = machine({ ...options, random, name: "main", pattern: "fsm", callable: [...names, ...leaves] });
  return forcedPlanOf({ "tama.toml": config, ...Object.assign({}, ...parts), ...main, ...leafFiles(random), ...notes }, workers);
}

interface Making extends RandomProject {
  readonly random: (below: number) => number;
  readonly name: string;
  readonly pattern: string;
  readonly callable: readonly string[];
}

const config = '[project]\nname = "made"\nentrypoint = "main"\n[models.default]\nname = "openai:gpt-4o"\n[limits]\nitems = 20\n';
const leaves = ["note", "keyed", "say", "count"];
const notes = skill("notes", ["tama_mem_append", "tama_mem_get", "tama_mem_set", "tama_http_post", "tama_http_get"]);
const bundle = "export default { run: (text, { memory }) => `${text.length} letters, ${JSON.stringify(memory)}` };";
const workers: Readonly<Record<string, WorkerSource>> = worker("count", { path: "agents/count/worker.ts", reads: ["log"], bundle });

function leafFiles(random: Making["random"]): Files {
  return {
    ...agent("note", `pattern: react\nmax_iter: 4\ncall: {uses: [notes]}${retry(random)}`),
    ...agent("keyed", `pattern: react\nkeys: [yes, no]\nmax_iter: 4\ncall: {uses: [notes]}${retry(random)}`),
    ...agent("say", `pattern: oneshot${random(2) === 0 ? "\noutput: {score: int, words: list<text>}" : ""}${retry(random)}`),
    ...agent("count", `pattern: code${retry(random)}`),
    "agents/count/worker.ts": "",
  };
}

function retry(random: Making["random"]): string {
  return random(3) === 0 ? "\nretry: {attempts: 2}" : "";
}

const makers: readonly (readonly [name: string, make: (making: Making) => Files])[] = [
  ["fsm", machine],
  ["fsm", machine],
  ["parallel", (making) => fanOut(making, `workers: [${some(making, 3).join(", ")}]`)],
  ["scatter", (making) => ({ ...fanOut(making, `worker: ${one(making)}\nmax_iter: 3`), ...step(making, "reduce") })],
  ["debate", (making) => fanOut(making, `agents: [${some(making, 2).join(", ")}]\nrounds: ${1 + making.random(2)}\njudge: ${one(making)}`)],
  ["best-of-n", (making) => ({ ...fanOut(making, "n: 2\ncall: {uses: [notes]}"), ...step(making, "judge") })],
  ["chain-of-verification", (making) => ({ ...fanOut(making, ""), ...steps(making, ["verify", "check", "revise"]) })],
  ["critic", (making) => ({ ...plain(making, ""), ...steps(making, ["draft", "critique", "refine"]) })],
  ["constitutional", (making) => ({ ...plain(making, ""), ...steps(making, ["critique", "revise"]) })],
  ["reflexion", (making) => ({ ...plain(making, "max_iter: 2"), ...steps(making, ["act", "reflect"]) })],
  ["plan-execute", (making) => ({ ...plain(making, "max_iter: 2"), ...steps(making, ["execute", "verify"]) })],
  ["human", human],
  ["human", human],
];

function inner(making: Making): Files {
  const allowed = makers.filter(([name]) => making.waits || name !== "human");
  const [pattern = "", make = machine] = allowed[making.random(allowed.length)] ?? [];
  return make({ ...making, pattern });
}

function human(making: Making): Files {
  return { ...plain(making, "call: {uses: [notes]}"), ...step(making, "resume") };
}

/** A machine that runs up to four agents; whatever they finish with leads on, back, or out. */
function machine(making: Making): Files {
  const { random, name } = making;
  const states = [...new Set(some(making, 4))];
  const lines = states.map((state, index) => `  ${state}: ${wayOut(making, [...states.slice(index + 1), "~"], states)}`);
  return agent(name, `pattern: fsm\ninitial: ${states[0]}\nmax_iter: ${3 + random(4)}\nstates:\n${lines.join("\n")}${retry(random)}`);
}

function wayOut({ random }: Making, on: readonly string[], all: readonly string[]): string {
  const next = on[random(Math.min(2, on.length))] ?? "~";
  const back = all[random(all.length)] ?? "~";
  const caught = random(2) === 0 ? `, {"!error": ${on[random(on.length)] ?? "~"}}` : "";
  const routes = [`{"*": ${next}}`, `{yes: ${back}}, {"*": ${next}}`, `{done: ${next}}, {"*": ${on.at(-1) ?? "~"}}`];
  return `[${routes[random(routes.length)]}${caught}]`;
}

function fanOut(making: Making, fields: string): Files {
  const onError = making.onError === "collect" || making.random(2) === 0 ? "collect" : "fail";
  return plain(making, `${fields}\non_error: ${onError}`);
}

function plain({ name, pattern, random }: Making, fields: string): Files {
  return agent(name, `pattern: ${pattern}\n${fields}${retry(random)}`);
}

function steps(making: Making, names: readonly string[]): Files {
  return Object.assign({}, ...names.map((name) => step(making, name)));
}

function step({ name, random }: Making, file: string): Files {
  const front = random(2) === 0 ? "pattern: oneshot" : "pattern: react\ncall: {uses: [notes]}\nmax_iter: 4";
  return { [`agents/${name}/${file}.md`]: `---\n${front}\n---\nDo the ${file}.\n` };
}

function one({ callable, random }: Making): string {
  return callable[random(callable.length)] ?? "";
}

function some(making: Making, most: number): readonly string[] {
  return Array.from({ length: 1 + making.random(most) }, () => one(making));
}
