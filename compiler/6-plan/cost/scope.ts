import { type Env as ExprEnv, evaluate } from "../../ir/eval.ts";
import type { Expr } from "../../ir/expr.ts";
import { type Json, toText } from "../../ir/json.ts";
import type { Op } from "../../ir/ops.ts";
import type { Interval, PlanWorker } from "../../ir/plan.ts";
import { exprsIn } from "../../ir/walk.ts";
import { allWords, type Keys, keysAmong, noWords, ownKeys, someWords, uniteKeys, type Words } from "../../ir/words.ts";
import { most } from "./interval.ts";
import type { Spend } from "./spend.ts";
import type { Weigh } from "./weights.ts";

/** What is known while the ops of a block are counted. Ids are unique in a block, so one table of them serves all its bodies. */
export interface Scope {
  readonly blocks: ReadonlyMap<string, Spend>;
  readonly workers: Readonly<Record<string, Pick<PlanWorker, "keys">>>;
  readonly ops: Map<string, Op>;
  readonly spends: Map<string, Spend>;
  /** What a surrounding `choose` says of the key of an op. */
  readonly keys: Map<string, Words>;
  /** What a model request takes. */
  readonly weigh: Weigh;
  /** What an op takes, given this scope. */
  readonly spendOf: (op: Op, scope: Scope) => Spend;
  /** The iteration of a repeat, where one is looked at by itself. */
  readonly indices: Map<string, number>;
}

/** The value of an expression that depends on nothing but iterations that are known; undefined of any other. */
export function constantOf(expr: Expr, { indices }: Pick<Scope, "indices">): Json | undefined {
  const isKnown = ({ kind, ...rest }: Expr) =>
    !["text", "task", "input", "keys", "state", "item", "outcome"].includes(kind) &&
    !(kind === "index" && "op" in rest && !indices.has(rest.op));
  if (!exprsIn(expr).every(isKnown)) return undefined;
  const none = () => null;
  const env: ExprEnv = {
    text: () => "",
    task: none,
    input: none,
    keys: none,
    outcome: none,
    loop: (_kind, op) => indices.get(op) ?? null,
  };
  return evaluate(expr, env);
}

/** How many items a list can have. Of the builtins only those are known that say something of it. */
export function lengthOf(list: Expr, scope: Pick<Scope, "indices" | "ops">): Interval {
  const unknown = { min: 0, max: most };
  if (list.kind === "list") return { min: list.items.length, max: list.items.length };
  if (list.kind === "outcome" && list.field === "value") {
    const op = scope.ops.get(list.op);
    return op?.kind === "pure" ? lengthOf(op.value, scope) : unknown;
  }
  if (list.kind !== "builtin") return unknown;
  if (list.name === "parse-list") return { min: 1, max: most };
  const count = list.name === "range" && list.args[0] ? constantOf(list.args[0], scope) : undefined;
  return typeof count === "number" ? { min: count, max: count } : unknown;
}

/** How large a number can be. */
export function numberOf(expr: Expr, scope: Scope): Interval {
  const constant = constantOf(expr, scope);
  if (typeof constant === "number") return { min: Math.trunc(constant), max: Math.trunc(constant) };
  if (expr.kind === "builtin" && expr.name === "length" && expr.args[0]) return lengthOf(expr.args[0], scope);
  return { min: 0, max: most };
}

/** Whose key an expression is, in lower case or not; null of any other. */
export function keyOf(expr: Expr): string | null {
  if (expr.kind === "outcome" && expr.field === "key") return expr.op;
  const [only] = expr.kind === "builtin" && expr.name === "lower" ? expr.args : [];
  return only ? keyOf(only) : null;
}

/** The keys that an expression of a key can come to. */
export function keysIn(expr: Expr, scope: Pick<Scope, "keys" | "spends">): Keys {
  const op = keyOf(expr);
  if (op !== null) return keysAmong(uniteKeys((scope.spends.get(op)?.ways ?? []).map(({ keys }) => keys)), scope.keys.get(op) ?? allWords);
  if (expr.kind === "literal") return ownKeys(someWords([toText(expr.value)]));
  if (expr.kind === "if") return uniteKeys([expr.then, expr.else].map((one) => keysIn(one, scope)));
  if (expr.kind === "switch") return uniteKeys([...expr.cases.map(({ then }) => then), expr.else].map((one) => keysIn(one, scope)));
  return ownKeys(allWords);
}

/** A case's value as the word that it stands for. */
export function wordIn(value: Json): Words {
  return typeof value === "string" ? someWords([value]) : noWords;
}

/** Whether a body looks at the iteration of a repeat where it chooses. */
export function choosesByIndex(ops: Iterable<Op>, repeat: string): boolean {
  for (const op of ops) {
    if (op.kind !== "choose") continue;
    for (const expr of exprsIn(op.on)) if (expr.kind === "index" && expr.op === repeat) return true;
  }
  return false;
}
