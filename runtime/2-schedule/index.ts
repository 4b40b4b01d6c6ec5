import type { Json } from "../../compiler/ir/json.ts";
import { callPath } from "../../compiler/ir/path.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { bug } from "../../compiler/ir/unreachable.ts";
import { contentKeys } from "../3-task/content-key.ts";
import type { RunModel } from "../3-task/task.ts";
import { createMemory } from "../session/memory.ts";
import type { Run } from "./frames.ts";
import { enterBlock } from "./ops/call.ts";
import { handlers } from "./ops/index.ts";
import { recordSpanEnd } from "./record.ts";
import { cancelBody } from "./run-body.ts";
import type { Command, Event } from "./types.ts";

export interface RunOptions {
  readonly plan: Plan;
  readonly entry: string;
  readonly task: Json;
  readonly models: Readonly<Record<string, RunModel>>;
}

/** Starts a run: a call of its entry's block, open for any key. The first commands come with the state. */
export function createRun(options: RunOptions): { readonly run: Run; readonly commands: readonly Command[] } {
  const { plan, entry, task, models } = options;
  const block = plan.blocks[entry];
  if (!block) throw bug(`the plan has no block ${entry}`);
  const run: Run = {
    plan,
    models,
    task,
    handlers,
    contentKeys: contentKeys(),
    agenda: [],
    tasks: new Map(),
    sent: new Map(),
    visits: new Map(),
    root: null,
    commands: [],
    ended: false,
  };
  run.root = enterBlock(run, {
    block: { run, block, input: task, keys: null, span: callPath("", entry, 1) },
    owner: null,
    memory: createMemory(),
    prev: "",
  });
  return { run, commands: drain(run) };
}

/** Takes one event and says what to do about it. */
export function advance(run: Run, event: Event): readonly Command[] {
  if (run.ended) return [];
  if (event.kind === "stop") stop(run, event.reason);
  else take(run, event);
  return drain(run);
}

function take(run: Run, { path, result }: Event & { kind: "settled" }): void {
  const frame = run.tasks.get(path);
  if (!frame) return;
  run.tasks.delete(path);
  frame.tasks.delete(path);
  run.handlers[frame.op.kind].task(run, frame as never, path, result); // the table pairs each kind with its own frame type
  run.sent.delete(path);
}

/** What fails from now on changes nothing: a run that is stopped ends `cancelled`. */
function stop(run: Run, reason: string): void {
  const { root } = run;
  if (!root || root.failure) return;
  root.failure = { failure: { code: "cancelled", message: reason, path: root.prefix }, op: -1 };
  cancelBody(run, root, reason);
}

function drain(run: Run): readonly Command[] {
  for (let index = 0; index < run.agenda.length; index += 1) run.agenda[index]?.();
  run.agenda.length = 0;
  const commands = run.commands;
  run.commands = [];
  const last = commands.at(-1);
  if (last?.kind !== "ended" || !run.root) return commands;
  commands.pop();
  recordSpanEnd(run, run.root.block.span, last.settled);
  return [...commands, ...run.commands, last];
}
