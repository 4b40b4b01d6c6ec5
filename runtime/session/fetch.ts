import type { ArtifactTask, TaskResult } from "../3-task/task.ts";
import { truncate } from "../3-task/truncate.ts";
import type { Blobs } from "./blobs.ts";
import { fromBytes } from "./encoding.ts";

/** Reads an artifact's bytes for a model. Bytes that are gone or damaged, or no text where text is wanted, fail the call. */
export function artifactResult(blobs: Blobs, task: ArtifactTask, nowUs: () => number): TaskResult {
  const startUs = nowUs();
  const bytes = blobs.read(task.digest);
  const text = bytes && fromBytes(bytes, task.encoding);
  const times = { startUs, endUs: nowUs(), thread: 0, attempts: [] };
  if (text !== null) return { kind: "ok", answer: { kind: "tool", text: truncate(text) }, ...times };
  const why = bytes ? `'${task.name}' is not text: read it with the encoding base64` : `the bytes of '${task.name}' are gone or damaged`;
  return { kind: "failed", code: "tool", message: why, details: null, ...times };
}
