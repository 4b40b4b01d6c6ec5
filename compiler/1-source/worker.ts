import { defaultTimeoutMs } from "../../stdlib/worker.ts";
import { findPlaces, nearestPlace } from "../config/places.ts";
import { sourceBadWorker, sourceNoDefaultExport } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import * as C from "../ir/codec.ts";
import { decodeWith, type } from "../ir/decode.ts";
import { isObject } from "../ir/json.ts";
import * as T from "../ir/types.ts";
import { type LoadedModule, loadModule } from "./module.ts";
import { startOf } from "./text.ts";
import type { WorkerSource } from "./types.ts";

/** A worker and the files that its bundle was made of. */
export interface LoadedWorker {
  readonly source: WorkerSource;
  readonly inputs: readonly string[];
}

const word = C.codec(
  "a word in kebab-case",
  (value): value is string => typeof value === "string" && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(value),
);
const key = C.codec("a word", (value): value is string => typeof value === "string" && value.trim() !== "");
const positive = C.codec("a whole number from 1", (value): value is number => Number.isSafeInteger(value) && Number(value) >= 1);
const run = C.codec("a function", (value): value is () => unknown => typeof value === "function");

type Declared = Pick<WorkerSource, "capability" | "input" | "output" | "keys" | "reads" | "timeoutMs"> & {
  readonly description: string;
  readonly run: () => unknown;
};
const declaration: C.Codec<Declared> = C.objectOf<Declared>({
  capability: word,
  description: C.string,
  input: type,
  output: type,
  keys: C.listOf(key),
  reads: C.listOf(key),
  timeoutMs: positive,
  run,
});
const defaults = { description: "", input: T.text, output: T.text, keys: [], reads: [], timeoutMs: defaultTimeoutMs };

/** Bundles a worker and reads its declaration; null where that fails. Reports `source/no-default-export` and `source/bad-worker`. */
export async function readWorker(root: string, path: string, text: string, report: Report): Promise<LoadedWorker | null> {
  const module = await loadModule(root, path, text, report);
  if (!module) return null;
  if (module.value === undefined) {
    report(sourceNoDefaultExport(startOf(path), { wanted: "defineWorker({ ... })" }));
    return null;
  }
  const source = declarationOf(path, text, module, report);
  return source && { source, inputs: module.inputs };
}

function declarationOf(path: string, text: string, module: LoadedModule, report: Report): WorkerSource | null {
  const given = isObject(module.value) ? { ...defaults, ...definedIn(module.value) } : module.value;
  const decoded = decodeWith(declaration, given);
  if (decoded.kind === "ok") {
    const { description: _, run: __, ...declared } = decoded.value;
    return { path, bundle: module.bundle, ...declared };
  }
  const places = findPlaces(path, "ts", text);
  for (const { at, message } of decoded.problems) {
    const key = at.split("/").slice(1);
    const span = nearestPlace(places, key, "value") ?? startOf(path);
    report(sourceBadWorker(span, { at: key.length === 0 ? "the declaration" : `\`${key.join(".")}\``, problem: message }));
  }
  return null;
}

function definedIn(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
