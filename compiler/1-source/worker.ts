import { defaultTimeoutMs } from "../../stdlib/worker.ts";
import { sourceBadWorker } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import * as C from "../ir/codec.ts";
import { type } from "../ir/decode.ts";
import type { WorkerDeclaration } from "../ir/plan.ts";
import * as T from "../ir/types.ts";
import { type Declaration, readDeclared, run } from "./declared.ts";
import type { SourceFile, WorkerSource } from "./types.ts";

/** A worker and the files that its bundle was made of. */
export interface LoadedWorker {
  readonly source: WorkerSource;
  readonly inputs: readonly string[];
}

const key = C.codec("a word", (value): value is string => typeof value === "string" && value.trim() !== "");

type Declared = WorkerDeclaration & {
  readonly description: string;
  readonly run: () => unknown;
};
const declaration: Declaration<Declared> = {
  codec: C.objectOf<Declared>({
    capability: C.word,
    description: C.string,
    input: type,
    output: type,
    keys: C.listOf(key),
    reads: C.listOf(key),
    timeoutMs: C.positive,
    run,
  }),
  defaults: { description: "", input: T.text, output: T.text, keys: [], reads: [], timeoutMs: defaultTimeoutMs },
  wanted: "defineWorker({ ... })",
  bad: sourceBadWorker,
};

/** Bundles a worker and reads its declaration; null where that fails. Reports `source/no-default-export` and `source/bad-worker`. */
export async function readWorker(root: string, file: SourceFile, report: Report): Promise<LoadedWorker | null> {
  const declared = await readDeclared(root, file, declaration, report);
  if (!declared) return null;
  const { description: _, run: __, ...worker } = declared.value;
  return { source: { path: file.path, bundle: declared.bundle, ...worker }, inputs: declared.inputs };
}
