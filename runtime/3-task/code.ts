import type { Digest } from "../../compiler/ir/digest.ts";
import { isObject, type Json } from "../../compiler/ir/json.ts";
import { copied, noAnswer } from "./not-json.ts";
import type { CodeAnswer, CodeTask } from "./task.ts";

/** The default export of a worker's or a tool's bundle: what it declares, and its function. */
export interface LoadedModule {
  readonly declared: Readonly<Record<string, unknown>>;
  readonly run: (input: Json, context: object) => unknown;
}

/** Imports bundles, each once. A text says why one cannot be used. */
export type ModuleLoader = (bundle: Digest) => Promise<LoadedModule | string>;

/** A loader of the given bundles. */
export function moduleLoader(bundles: Readonly<Record<Digest, string>>): ModuleLoader {
  const loaded = new Map<Digest, Promise<LoadedModule | string>>();
  return (bundle) => {
    const module = loaded.get(bundle) ?? load(bundles[bundle]);
    loaded.set(bundle, module);
    return module;
  };
}

/** Calls a worker. Its mistakes (it throws, returns what is no JSON or a key that it did not declare) come as a text. */
export async function runCode(task: CodeTask, modules: ModuleLoader): Promise<CodeAnswer | string> {
  const worker = await modules(task.bundle);
  if (typeof worker === "string") return `worker ${task.worker} cannot be loaded: ${worker}`;
  try {
    const result = await worker.run(task.input, { memory: task.memory });
    return answerOf(task.worker, keysOf(worker), result);
  } catch (error) {
    return `worker ${task.worker} threw: ${describe(error)}`;
  }
}

async function load(source: string | undefined): Promise<LoadedModule | string> {
  if (source === undefined) return "its bundle is not part of the plan";
  try {
    const module: { readonly default?: unknown } = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
    return readModule(module.default);
  } catch (error) {
    return describe(error);
  }
}

function readModule(exported: unknown): LoadedModule | string {
  if (!isObject(exported)) return "it has no default export";
  const { run } = exported;
  if (typeof run !== "function") return "its default export has no `run`";
  return { declared: exported, run: (input, context) => Reflect.apply(run, exported, [input, context]) };
}

function keysOf({ declared }: LoadedModule): readonly string[] {
  const keys = declared["keys"];
  return Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
}

/** Where keys are declared the result is `{key, value}`, and the key has its declared spelling; else the whole result is the value. */
function answerOf(name: string, keys: readonly string[], result: unknown): CodeAnswer | string {
  const problem = noAnswer(result);
  if (problem !== null) return `worker ${name} ${problem}`;
  const value = copied(result);
  if (keys.length === 0) return { kind: "code", key: "done", value };
  const declared = `the keys ${keys.join(", ")}`;
  if (!isObject(result) || typeof result["key"] !== "string" || !("value" in result))
    return `worker ${name} declares ${declared} but returned no {key, value}`;
  const wanted = result["key"].toLowerCase();
  const key = keys.find((word) => word.toLowerCase() === wanted);
  return key === undefined
    ? `worker ${name} returned the key ${JSON.stringify(result["key"])}; it declares ${declared}`
    : { kind: "code", key, value: copied(result["value"]) };
}

/** The message and the worker's own frames: a data URL is called `worker`, frames of ours and of Node are left out. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frames = (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at .*data:text\/javascript/.test(line))
    .slice(0, 5)
    .map((line) => line.replace(/data:text\/javascript;base64,[A-Za-z0-9+/=]*/, "worker").trim());
  return [withoutPaths(`${error.name}: ${error.message}`), ...frames].join("\n  ");
}

function withoutPaths(text: string): string {
  return text.replace(/data:text\/javascript;base64,[A-Za-z0-9+/=]*/g, "worker");
}
