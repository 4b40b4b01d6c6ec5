import { createRequire } from "node:module";
import { compileFunction, constants } from "node:vm";
import { type Bounded, boundedBy } from "./bounded.ts";

/** A module's default export, or why there is none. */
export type Evaluated = { readonly kind: "ok"; readonly value: unknown } | { readonly kind: "failed"; readonly reason: string };

/** How long a module may take to load, and a function of it to run. */
const defaultLimitMs = 10_000;
const maxDepth = 64;

/**
 * Loads a bundled module for its default export, as a copy whose objects and lists are plain, and whose functions do not run forever.
 * `undefined` where it has none. This runs code of the project. What is not ended: a loop after an `await`, and a loop in a module that
 * awaits at its top level.
 */
export async function evaluate(bundle: string, limitMs = defaultLimitMs): Promise<Evaluated> {
  const bounded = boundedBy(limitMs);
  try {
    const script = await asScript(bundle);
    const exported = script === null ? await awaited(bundle, limitMs) : bounded(() => exportOf(script));
    return { kind: "ok", value: plain(exported, bounded, maxDepth) };
  } catch (error) {
    return { kind: "failed", reason: firstLine(error) };
  }
}

/** The module as a script, which can be ended while it runs; null for one that awaits at its top level, which no script can. */
async function asScript(bundle: string): Promise<string | null> {
  const { transform } = await import("esbuild");
  try {
    return (await transform(bundle, { format: "cjs", platform: "node", target: "node20", charset: "utf8", logLevel: "silent" })).code;
  } catch {
    return null;
  }
}

function exportOf(script: string): unknown {
  const module: { exports: { readonly default?: unknown } } = { exports: {} };
  const options = { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  const load = compileFunction(script, ["module", "exports", "require"], options);
  load(module, module.exports, createRequire(import.meta.url));
  return module.exports.default;
}

async function awaited(bundle: string, limitMs: number): Promise<unknown> {
  const stop = new AbortController();
  try {
    const loaded = import(`data:text/javascript;base64,${Buffer.from(bundle).toString("base64")}`);
    return (await Promise.race([loaded, timeout(limitMs, stop.signal)])).default;
  } finally {
    stop.abort();
  }
}

/** Rejects when the time is over; a timer also keeps Node awake, which otherwise exits on a promise that never settles. */
function timeout(limitMs: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not load within ${limitMs / 1000} s`)), limitMs);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}

/** Values of other kinds stay as they are: whoever decodes the copy tells what is wrong with them. */
function plain(value: unknown, bounded: Bounded, depth: number): unknown {
  if (typeof value === "function") return boundedFunction(value, bounded);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) throw new Error("its default export is nested too deep");
  if (Array.isArray(value)) return value.map((item) => plain(item, bounded, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field, bounded, depth - 1)]));
}

function boundedFunction(inner: CallableFunction, bounded: Bounded): (...args: readonly unknown[]) => unknown {
  return function (this: unknown, ...args) {
    return bounded(() => Reflect.apply(inner, this, args));
  };
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? `${error.name === "Error" ? "" : `${error.name}: `}${error.message}` : String(error);
  return message.split("\n")[0] ?? "";
}
