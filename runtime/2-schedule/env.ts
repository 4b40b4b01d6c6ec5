import type { Env } from "../../compiler/ir/eval.ts";
import type { OutcomeField } from "../../compiler/ir/expr.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { BodyFrame, LoopFrame } from "./frames.ts";

const envs = new WeakMap<BodyFrame, Env>();

/** What the expressions of a body can read. */
export function envOf(body: BodyFrame): Env {
  const known = envs.get(body);
  if (known) return known;
  const { run } = body.block;
  const env: Env = {
    text: (digest) => run.plan.texts[digest] ?? "",
    task: () => run.task,
    input: () => body.block.input,
    keys: () => body.block.keys,
    loop: (kind, op) => loopValue(body, kind, op),
    outcome: (op, field) => outcomeField(body, op, field),
  };
  envs.set(body, env);
  return env;
}

function loopValue(body: BodyFrame, kind: "state" | "index" | "item", op: string): Json {
  let loop: LoopFrame | null = null;
  for (let at: BodyFrame | null = body; at && loop === null; at = at.outer) if (at.loop?.op === op) loop = at.loop;
  return loop ? loop[kind] : null;
}

function outcomeField(body: BodyFrame, op: string, field: OutcomeField): Json {
  for (let at: BodyFrame | null = body; at; at = at.outer) {
    const outcome = at.outcomes.get(op);
    if (outcome) return outcome[field];
  }
  return null;
}
