import { sourceBundleFailed, sourceLoadFailed } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { lineStarts, type Span } from "../ir/span.ts";
import { type BundleError, bundle } from "./bundle.ts";
import { evaluate } from "./evaluate.ts";
import { startOf } from "./text.ts";

/** A TypeScript module of the project, bundled and evaluated once. */
export interface LoadedModule {
  readonly bundle: string;
  /** The default export as plain data; undefined where there is none. */
  readonly value: unknown;
  readonly inputs: readonly string[];
}

/** Bundles and evaluates a module; null where it cannot be. Reports `source/bundle-failed` and `source/load-failed`. */
export async function loadModule(root: string, path: string, text: string, report: Report): Promise<LoadedModule | null> {
  const bundled = await bundle(root, path);
  if (bundled.kind === "failed") {
    for (const error of bundled.errors) report(bundleFailed(path, text, error));
    return null;
  }
  const evaluated = await evaluate(bundled.text);
  if (evaluated.kind === "failed") {
    report(sourceLoadFailed(startOf(path), { reason: evaluated.reason }));
    return null;
  }
  return { bundle: bundled.text, value: evaluated.value, inputs: bundled.inputs };
}

/** A finding in the module's own text, or one about its start which names the place in a file that it imports. */
function bundleFailed(path: string, text: string, error: BundleError): ReturnType<typeof sourceBundleFailed> {
  if (error.file === null || error.file === path) return sourceBundleFailed(spanOf(path, text, error), { reason: error.message });
  return sourceBundleFailed(startOf(path), { reason: `${error.message} (${error.file}:${error.line}:${error.byte + 1})` });
}

function spanOf(path: string, text: string, { line, byte, bytes }: BundleError): Span {
  const starts = lineStarts(text);
  const from = starts[line - 1] ?? 0;
  const encoded = Buffer.from(text.slice(from, starts[line] ?? text.length));
  const start = from + encoded.subarray(0, byte).toString().length;
  return { file: path, start, end: start + encoded.subarray(byte, byte + bytes).toString().length };
}
