import { type Digest, digest, shortDigest } from "../../compiler/ir/digest.ts";
import type { Json, JsonObject } from "../../compiler/ir/json.ts";
import { canonical, toText } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { unreachable } from "../../compiler/ir/unreachable.ts";
import { plainType } from "../3-task/content-key.ts";
import type { Task, TaskResult } from "../3-task/task.ts";
import type { TraceEvent } from "../4-trace/columns.ts";
import type { ArtifactWritten } from "../session/artifacts.ts";
import type { Merged, Written } from "../session/memory.ts";
import type { BodyFrame, OpFrame, Run } from "./frames.ts";
import type { Recorded, Settled } from "./types.ts";

/** Hands an event to the trace. */
export function record(run: Run, event: TraceEvent, texts: Recorded["texts"] = {}, messages: Recorded["messages"] = null): void {
  run.commands.push({ kind: "record", event, texts, messages });
}

/** An agent span opens: a call's attempt, or a step with a span of its own. The run's own has no parent (""), and none before it. */
export function recordSpanStart(run: Run, span: { path: Path; parent: Path; prev: Path; name: string; input: Json }): void {
  const { path, parent, prev, name, input } = span;
  const around = parent === "" ? {} : { parent, prev };
  record(run, { kind: "span_started", path, ...around, name, span_kind: "agent" }, { input_hash: toText(input) });
}

/** An agent span closes. */
export function recordSpanEnd(run: Run, path: Path, settled: Settled): void {
  if (settled.kind === "failed") {
    const status = settled.failure.code === "cancelled" ? "cancelled" : "failed";
    record(run, { kind: "span_ended", path, status, code: settled.failure.code, message: settled.failure.message });
    return;
  }
  record(run, { kind: "span_ended", path, status: "ok", key: settled.key }, { value_hash: toText(settled.value) });
}

/** What a tool call came to. */
export interface ToolCallTold {
  readonly name: string;
  /** `synthetic`: what a model's plain text stands for in the protocol. */
  readonly span: "tool" | "synthetic";
  /** The arguments, as the model wrote them. */
  readonly raw: string;
  readonly event: Omit<Partial<TraceEvent>, "kind" | "path"> & { readonly status: string };
  readonly result: string;
}

/** A tool call, which is the op's last span from then on. */
export function recordToolCall(run: Run, frame: OpFrame, path: Path, { name, span, raw, event, result }: ToolCallTold): void {
  record(
    run,
    {
      kind: "tool_call",
      path,
      parent: spanOf(frame),
      prev: frame.lastSpan,
      name: `tool:${name}`,
      span_kind: span,
      tool_name: name,
      ...event,
    },
    { input_hash: raw, value_hash: result },
  );
  frame.lastSpan = path;
}

/** A write to memory, by a tool. */
export function recordWrite(run: Run, frame: OpFrame, { path, tool }: { path: Path; tool: string }, written: Written): void {
  const kind = written.value === undefined ? "state_deleted" : "state_set";
  const texts = {
    ...(written.value === undefined ? {} : { value_hash: canonical(written.value) }),
    ...(written.old === undefined ? {} : { old_hash: canonical(written.old) }),
  };
  const { key, version } = written;
  record(run, { kind, path, parent: spanOf(frame), tool_name: tool, key, version, overlay: frame.memory.overlay }, texts);
}

/** A write to an artifact. */
export function recordArtifact(run: Run, frame: OpFrame, path: Path, { artifact, old }: ArtifactWritten): void {
  const { name, version, digest, size } = artifact;
  const detail = canonical({ size, is_update: old !== null, old_size: old?.size ?? null });
  const event = { path, parent: spanOf(frame), key: name, version, overlay: frame.memory.overlay, detail };
  const kind = digest === null ? "artifact_deleted" : "artifact_written";
  record(run, { kind, ...event, value_hash: digest, old_hash: old?.digest ?? null });
}

/** A join of parallel branches: which version each of their writes got, and what collided. */
export function recordMerge(run: Run, at: Pick<BodyFrame, "memory" | "prefix" | "block">, merged: Merged): void {
  const entries = merged.entries.map(({ key, version, overlay }) => ({ key, version, overlay }));
  const artifacts = merged.artifacts.map(({ artifact, overlay }) => ({ key: artifact.name, version: artifact.version, overlay }));
  const kept = { entries: artifacts, conflicts: merged.artifactConflicts.map(({ key, overlays }) => ({ key, overlays })) };
  const conflicts = merged.conflicts.map(({ key, overlays }) => ({ key, overlays }));
  const detail = canonical({ entries, conflicts, ...(artifacts.length > 0 ? { artifacts: kept } : {}) });
  record(run, {
    kind: "state_merged",
    path: at.prefix,
    parent: at.block.span,
    overlay: at.memory.overlay,
    version: at.memory.version,
    detail,
  });
}

/** The agent span that an op's own spans are children of. */
export function spanOf(frame: OpFrame): Path {
  const { op } = frame;
  return (op.kind === "ask" || op.kind === "act") && op.span === "own" ? frame.path : frame.body.block.span;
}

/** The `detail` of a task's row: what its key is made of beside the columns, then what came of it. */
export function taskDetail(run: Run, task: Task, result: TaskResult): { detail?: string } {
  const request = requestFacts(run, task);
  const detail = {
    ...(Object.keys(request).length > 0 ? { request } : {}),
    ...(result.kind === "failed" && result.details !== null ? { details: result.details } : {}),
    ...(result.kind === "ok" && result.answer.kind === "model" ? { finish: result.answer.finish, model: result.answer.model } : {}),
    ...(result.kind === "ok" && result.answer.kind === "wait" && result.answer.by === "deadline" ? { by: "deadline" } : {}),
  };
  return Object.keys(detail).length > 0 ? { detail: canonical(detail) } : {};
}

/** What a task's content key holds that its row's columns do not tell. */
export function requestFacts(run: Run, task: Task): JsonObject {
  switch (task.kind) {
    case "model":
      return run.contentKeys.modelFacts(task);
    case "code":
      return {
        bundle: shortDigest(task.bundle),
        ...(Object.keys(task.memory).length > 0 ? { memory: shortDigest(digest(task.memory)) } : {}),
      };
    case "tool":
      return { fingerprint: shortDigest(run.plan.tools[task.tool]?.fingerprint ?? "") };
    case "wait":
      return { answer: shortDigest(digest(plainType(task.answer))) };
    case "artifact":
      return { artifact: shortDigest(task.digest), encoding: task.encoding };
    default:
      return unreachable(task);
  }
}

/** The journal key of a task by content. */
export function contentKey(run: Run, task: Task): Digest {
  switch (task.kind) {
    case "model":
      return run.contentKeys.model(task);
    case "code":
      return run.contentKeys.code(task);
    case "tool":
      return run.contentKeys.tool({ tool: task.tool, fingerprint: run.plan.tools[task.tool]?.fingerprint ?? "", args: task.args });
    case "wait":
      return run.contentKeys.wait(task);
    case "artifact":
      return run.contentKeys.artifact(task);
    default:
      return unreachable(task);
  }
}
