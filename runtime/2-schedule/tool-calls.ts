import { isFatal } from "../../compiler/ir/failure.ts";
import { isObject, type JsonObject, parseJson } from "../../compiler/ir/json.ts";
import type { Act } from "../../compiler/ir/ops.ts";
import { type Path, toolPath } from "../../compiler/ir/path.ts";
import { nameOfSkill, type PlanTool } from "../../compiler/ir/plan.ts";
import { unreachable } from "../../compiler/ir/unreachable.ts";
import { builtInTool } from "../../stdlib/tools/index.ts";
import { defaultTimeoutMs } from "../../stdlib/worker.ts";
import type { ArtifactTask, OwnTool, TaskResult, ToolTask } from "../3-task/task.ts";
import { truncate } from "../3-task/truncate.ts";
import { isArtifactTool, runArtifactTool } from "./artifact-tools.ts";
import { dispatch, inputOf, loopOf, outcomeOf } from "./conversation.ts";
import type { OpFrame, Run, TurnCalls } from "./frames.ts";
import { contentKey, record, recordArtifact, recordToolCall, recordWrite, spanOf, type ToolCallTold, taskDetail } from "./record.ts";
import { noteWrite } from "./roll-back.ts";
import { runStateTool } from "./state-tools.ts";

type Call = TurnCalls["calls"][number];

/** What a call came to at once. `refused`: not run, and the model is told why. */
interface Reply {
  readonly status: "ok" | "failed" | "refused";
  readonly text: string;
}

/** Runs a tool call, or hands it out. False: it has to wait until those before it have ended. */
export function callTool(run: Run, frame: OpFrame<Act>, calls: TurnCalls, call: Call): boolean {
  const args = parseArgs(call.args);
  const tool = toolFor(run, frame, call.name);
  if (tool === "thread" && args) return handOut(run, frame, calls, { call, args });
  if (calls.running.size > 0) return false;
  const reply =
    tool === null
      ? refusal(run, frame, call.name)
      : args
        ? replyTo(run, frame, calls, { call, args })
        : refused(`the arguments of ${call.name} are not a JSON object`);
  if (reply) note(run, frame, calls, { call, reply });
  return true;
}

/** Takes the answer of a tool that was handed out. A failure goes to the model as text, but for those that end a run. */
export function toolAnswered(run: Run, frame: OpFrame<Act>, task: ToolTask | ArtifactTask, result: TaskResult): void {
  const { calls } = loopOf(frame);
  const index = calls?.running.get(task.path);
  if (!calls || index === undefined) return;
  calls.running.delete(task.path);
  const answer =
    result.kind === "ok" && result.answer.kind === "tool"
      ? result.answer.text
      : truncate(`[error: ${result.kind === "failed" ? result.message : "no answer"}]`);
  calls.results[index] = answer;
  const failure = result.kind === "failed" ? { code: result.code, message: result.message, path: task.path } : null;
  if (failure && isFatal(failure)) calls.fatal ??= failure;
  if (failure?.code !== "refused") calls.made.add(index);
  const times = { start_us: result.startUs, end_us: result.endUs, thread: result.thread };
  recordCall(run, frame, task.path, {
    name: task.tool,
    raw: calls.calls[index]?.args ?? "",
    event: { content_key: contentKey(run, task), ...times, ...outcomeOf(result), ...taskDetail(run, task, result) },
    result: calls.results[index] ?? "",
  });
  if (failure?.code === "refused") recordRejected(run, frame, task.path, { tool: task.tool, why: failure.message });
}

/** A call's arguments as a model wrote them, none at all or `null` being none, JSON in a JSON text being meant; null where they are not a JSON object. */
export function parseArgs(raw: string): JsonObject | null {
  if (raw.trim() === "") return {};
  const parsed = parseJson(raw);
  const meant = typeof parsed === "string" ? parseJson(parsed) : parsed;
  if (meant === null) return {};
  return meant !== undefined && isObject(meant) ? (meant as JsonObject) : null;
}

/** Read-only tools of one turn run side by side; any other waits until it is alone. */
function handOut(run: Run, frame: OpFrame<Act>, calls: TurnCalls, asked: { call: Call; args: JsonObject }): boolean {
  const tool = run.plan.tools[asked.call.name];
  const readOnly = (name: string) => run.plan.tools[name]?.effects.every((effect) => effect === "read" || effect === "code") ?? false;
  const runningAll = [...calls.running.values()].every((index) => readOnly(calls.calls[index]?.name ?? ""));
  if (calls.running.size > 0 && !(readOnly(asked.call.name) && runningAll)) return false;
  const path = toolPath(calls.turnPath, calls.next + 1);
  calls.running.set(path, calls.next);
  const task: ToolTask = { kind: "tool", path, tool: asked.call.name, args: asked.args, own: tool ? ownOf(tool) : null };
  if (tool?.undo !== "idempotent" && !readOnly(asked.call.name)) {
    noteWrite(frame);
    record(run, { kind: "intent", path, parent: spanOf(frame), tool_name: task.tool, content_key: contentKey(run, task) });
  }
  dispatch(run, frame, task);
  return true;
}

/** What a call of a tool of the project's own takes. */
function ownOf({ bundle, effects, undo, timeoutMs }: PlanTool): OwnTool | null {
  return bundle === null ? null : { bundle, effects, timeoutMs: timeoutMs ?? defaultTimeoutMs, writes: undo === "undo" };
}

/** Where a call runs, null for a tool that this loop does not offer now. */
function toolFor(run: Run, frame: OpFrame<Act>, name: string): "protocol" | "state" | "thread" | null {
  const where = builtInTool(name)?.where ?? null;
  if (where === "protocol") return name === "read_skill" && frame.op.skills.length === 0 ? null : where;
  const offered = frame.op.tools.includes(name) || loopOf(frame).unlocked.has(name);
  const tool = offered ? run.plan.tools[name] : undefined;
  if (!tool) return null;
  return tool.bundle === null ? where : "thread";
}

function refusal(run: Run, frame: OpFrame<Act>, name: string): Reply {
  const skill = frame.op.skills.find((each) => run.plan.skills[each]?.tools.includes(name));
  if (skill) return refused(`tool '${name}' is locked: call read_skill("${nameOfSkill(skill)}") first`);
  return refused(`unknown tool '${name}' — was it declared in the skill's tools: list?`);
}

/** The answer, null where it is still to come. */
function replyTo(run: Run, frame: OpFrame<Act>, calls: TurnCalls, { call, args }: { call: Call; args: JsonObject }): Reply | null {
  switch (call.name) {
    case "start":
      return { status: "ok", text: inputOf(frame) };
    case "read_skill":
      return readSkill(run, frame, args);
    default:
      if (isArtifactTool(call.name)) return onArtifact(run, frame, calls, { call, args });
      return onState(run, frame, calls, { call, args });
  }
}

function readSkill(run: Run, frame: OpFrame<Act>, args: JsonObject): Reply {
  const name = typeof args["name"] === "string" ? args["name"] : "";
  const known = frame.op.skills.find((each) => nameOfSkill(each) === name);
  const skill = known === undefined ? undefined : run.plan.skills[known];
  if (!skill) return refused(`skill '${name}' is not one of: ${frame.op.skills.map(nameOfSkill).join(", ")}`);
  for (const tool of skill.tools) loopOf(frame).unlocked.add(tool);
  return { status: "ok", text: `# Skill: ${name}\n\n${run.plan.texts[skill.body] ?? ""}` };
}

function onState(run: Run, frame: OpFrame<Act>, calls: TurnCalls, { call, args }: { call: Call; args: JsonObject }): Reply {
  const done = runStateTool(call.name, args, frame.memory);
  if (done.kind === "failed") return refused(done.message);
  const path = toolPath(calls.turnPath, calls.next + 1);
  if (done.written) {
    noteWrite(frame);
    recordWrite(run, frame, { path, tool: call.name }, done.written);
  }
  return { status: "ok", text: done.text };
}

function onArtifact(run: Run, frame: OpFrame<Act>, calls: TurnCalls, { call, args }: { call: Call; args: JsonObject }): Reply | null {
  const done = runArtifactTool(call.name, args, { memory: frame.memory, maxBytes: run.maxArtifactBytes });
  const path = toolPath(calls.turnPath, calls.next + 1);
  switch (done.kind) {
    case "failed":
      return refused(done.message);
    case "ok":
      return { status: "ok", text: done.text };
    case "stored":
      noteWrite(frame);
      run.commands.push({ kind: "keep", digest: done.digest, bytes: done.bytes });
      recordArtifact(run, frame, path, done.written);
      return { status: "ok", text: done.text };
    case "read": {
      const { name, digest } = done.artifact;
      calls.running.set(path, calls.next);
      dispatch(run, frame, { kind: "artifact", path, tool: call.name, name, digest, encoding: done.encoding });
      return null;
    }
    default:
      return unreachable(done);
  }
}

/** Records a call that was answered at once, and keeps its answer for the model. */
function note(run: Run, frame: OpFrame<Act>, calls: TurnCalls, { call, reply }: { call: Call; reply: Reply }): void {
  const path = toolPath(calls.turnPath, calls.next + 1);
  const isStart = call.name === "start";
  const text = isStart ? reply.text : truncate(reply.status === "ok" ? reply.text : `[error: ${reply.text}]`);
  calls.results[calls.next] = text;
  if (reply.status === "ok") calls.made.add(calls.next);
  const why = reply.status === "ok" ? {} : { code: "tool", message: reply.text };
  recordCall(run, frame, path, { name: call.name, raw: call.args, event: { status: reply.status, ...why }, result: text });
  if (reply.status === "refused") recordRejected(run, frame, path, { tool: call.name, why: reply.text });
}

function recordRejected(run: Run, frame: OpFrame<Act>, path: Path, { tool, why }: { tool: string; why: string }): void {
  const { turn } = loopOf(frame);
  record(run, { kind: "tool_rejected", path, parent: spanOf(frame), tool_name: tool, message: why, iteration: turn });
}

/** Records a call that was left out, and keeps what the model is told in place of a result. */
export function noteSkipped(run: Run, frame: OpFrame<Act>, calls: TurnCalls, { call, text }: { call: Call; text: string }): void {
  const path = toolPath(calls.turnPath, calls.next + 1);
  calls.results[calls.next] = text;
  const event = { status: "refused", code: "tool", message: "skipped: it gave the same result each time" };
  recordCall(run, frame, path, { name: call.name, raw: call.args, event, result: text });
}

type Told = Omit<ToolCallTold, "span">;

function countUp(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function recordCall(run: Run, frame: OpFrame<Act>, path: Path, told: Told): void {
  const { tools } = loopOf(frame);
  countUp(tools.called, told.name);
  if (told.event.status === "ok") countUp(tools.answered, told.name);
  recordCallRow(run, frame, path, told);
}

/** Records how a finish was judged; `refused`: why it does not hold. It is no tool that a loop uses, and counts as none. */
export function recordFinish(
  run: Run,
  frame: OpFrame<Act>,
  path: Path,
  { raw, result, refused }: { raw: string; result: string; refused: { code: string; message: string } | null },
): void {
  const event = refused ? { status: "refused", code: refused.code, message: refused.message } : { status: "ok" };
  recordCallRow(run, frame, path, { name: "finish", raw, event, result });
  if (refused) recordRejected(run, frame, path, { tool: "finish", why: refused.message });
}

function recordCallRow(run: Run, frame: OpFrame<Act>, path: Path, told: Told): void {
  const event = { iteration: loopOf(frame).turn, ...told.event };
  recordToolCall(run, frame, path, { name: told.name, span: "tool", raw: told.raw, event, result: told.result });
}

function refused(text: string): Reply {
  return { status: "refused", text };
}
