import type { WorkerDeclaration } from "../../compiler/ir/plan.ts";
import { text } from "../../compiler/ir/types.ts";
import { defaultTimeoutMs, type Worker } from "../worker.ts";
import { bundles } from "./bundles.generated.ts";
import { workers } from "./index.ts";

/** A worker with the module that a plan embeds. */
export interface BundledWorker extends WorkerDeclaration {
  readonly bundle: string;
}

/** The workers that come with tama, as a plan embeds them, by name: agents name them as `std/name`. */
export const shippedWorkers: Readonly<Record<string, BundledWorker>> = Object.fromEntries(
  Object.entries(workers).map(([name, worker]) => [name, bundled(worker, bundles[name] ?? "")]),
);

function bundled(worker: Worker, bundle: string): BundledWorker {
  const { capability, input = text, output = text, keys = [], reads = [], timeoutMs = defaultTimeoutMs } = worker;
  return { bundle, capability, input, output, keys, reads, timeoutMs };
}
