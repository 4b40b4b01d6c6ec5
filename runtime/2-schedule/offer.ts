import type { Act } from "../../compiler/ir/ops.ts";
import { jsonSchema, union } from "../../compiler/ir/types.ts";
import { finishParameters } from "../../stdlib/tools/finish.ts";
import { toolOrder, tools } from "../../stdlib/tools/index.ts";
import type { ToolSchema } from "../3-task/task.ts";
import { loopOf } from "./conversation.ts";
import type { OpFrame, Run } from "./frames.ts";
import { outputType, resolveKeys } from "./keys.ts";

/** What a model is offered in its next turn: start, finish with the caller's keys, read_skill where there are skills, then what skills have unlocked. */
export function offeredTools(run: Run, frame: OpFrame<Act>): readonly ToolSchema[] {
  const { unlocked } = loopOf(frame);
  const ordered = [...frame.op.tools, ...[...unlocked].sort(byOrder).filter((name) => !frame.op.tools.includes(name))];
  return [
    builtIn("start"),
    finishSchema(frame),
    ...(frame.op.skills.length > 0 ? [builtIn("read_skill")] : []),
    ...ordered.flatMap((name) => planTool(run, name)),
  ];
}

function finishSchema(frame: OpFrame<Act>): ToolSchema {
  const { op, body } = frame;
  const keys = resolveKeys(op.keys, body.block.keys);
  const named = keys === null ? [...Object.values(op.outputs.byKey), op.outputs.otherwise] : keys.map((key) => outputType(op.outputs, key));
  return { ...builtIn("finish"), parameters: finishParameters(keys, jsonSchema(union(named))) };
}

function builtIn(name: string): ToolSchema {
  const { description, parameters } = tools[name] ?? { description: "", parameters: {} };
  return { name, description, parameters };
}

function planTool(run: Run, name: string): readonly ToolSchema[] {
  const tool = run.plan.tools[name];
  return tool ? [{ name, description: tool.description, parameters: tool.parameters }] : [];
}

function byOrder(a: string, b: string): number {
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function rank(name: string): number {
  const place = toolOrder.indexOf(name);
  return place === -1 ? toolOrder.length : place;
}
