import { findPlaces, nearestPlace } from "../config/places.ts";
import { sourceNoDefaultExport } from "../diagnostics/codes.generated.ts";
import type { Diagnostic, Report } from "../diagnostics/diagnostic.ts";
import * as C from "../ir/codec.ts";
import { decodeWith } from "../ir/decode.ts";
import { isObject } from "../ir/json.ts";
import type { Span } from "../ir/span.ts";
import { type LoadedModule, loadModule } from "./module.ts";
import { startOf } from "./text.ts";
import type { SourceFile } from "./types.ts";

/** What a module of the project declares: how that is read, what it says where it is silent, and what is told of a mistake in it. */
export interface Declaration<T extends object> {
  readonly codec: C.Codec<T>;
  readonly defaults: Partial<T>;
  /** `defineWorker({ ... })`. */
  readonly wanted: string;
  readonly bad: (span: Span, facts: { readonly at: string; readonly problem: string }) => Diagnostic;
}

/** A declaration, the module that it stands in, bundled, and the files which that was made of. */
export interface Declared<T> extends Omit<LoadedModule, "value"> {
  readonly value: T;
}

/** What only the runtime calls. */
export const run = C.codec("a function", (value): value is () => unknown => typeof value === "function");

/** Bundles a module and reads what its default export declares; null where that fails. Reports `source/no-default-export` and `bad`. */
export async function readDeclared<T extends object>(
  root: string,
  { path, text }: SourceFile,
  declaration: Declaration<T>,
  report: Report,
): Promise<Declared<T> | null> {
  const module = await loadModule(root, path, text, report);
  if (!module) return null;
  if (module.value === undefined) {
    report(sourceNoDefaultExport(startOf(path), { wanted: declaration.wanted }));
    return null;
  }
  const given = isObject(module.value) ? { ...declaration.defaults, ...definedIn(module.value) } : module.value;
  const decoded = decodeWith(declaration.codec, given);
  if (decoded.kind === "ok") return { ...module, value: decoded.value };
  const places = findPlaces(path, "ts", text);
  for (const { at, message } of decoded.problems) {
    const key = at.split("/").slice(1);
    const span = nearestPlace(places, key, "value") ?? startOf(path);
    report(declaration.bad(span, { at: key.length === 0 ? "the declaration" : `\`${key.join(".")}\``, problem: message }));
  }
  return null;
}

function definedIn(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
