/** Finding ops in a block, and evaluating their expressions with made-up outcomes. */
import { type Env, evaluate } from "../../compiler/ir/eval.ts";
import type { Expr } from "../../compiler/ir/expr.ts";
import type { Json } from "../../compiler/ir/json.ts";
import type { Op } from "../../compiler/ir/ops.ts";
import type { Block, Plan } from "../../compiler/ir/plan.ts";
import { opsOf } from "../../compiler/ir/walk.ts";

/** The op of an id and a kind, anywhere in a block. */
export function opOf<K extends Op["kind"]>(block: Block, kind: K, id: string): Op & { readonly kind: K } {
  const found = opsOf(block.body).find((op): op is Op & { readonly kind: K } => op.id === id && op.kind === kind);
  if (!found) throw new Error(`${block.agent} has no ${kind} ${id}`);
  return found;
}

/** What an expression is to find. What is not given is null. */
export interface Given {
  readonly input?: Json;
  readonly keys?: readonly string[];
  readonly loops?: Readonly<Record<string, Json>>;
  readonly outcomes?: Readonly<Record<string, { readonly key?: string; readonly value?: Json; readonly failed?: boolean }>>;
}

/** Evaluates an expression of a plan. */
export function evaluated(plan: Plan, expr: Expr, given: Given = {}): Json {
  const env: Env = {
    text: (digest) => plan.texts[digest] ?? "",
    task: () => given.input ?? null,
    input: () => given.input ?? null,
    keys: () => given.keys ?? null,
    loop: (_kind, op) => given.loops?.[op] ?? null,
    outcome: (op, field) => given.outcomes?.[op]?.[field] ?? (field === "failed" ? false : null),
  };
  return evaluate(expr, env);
}
