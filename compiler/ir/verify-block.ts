import { builtins } from "./builtins.ts";
import type { Problem } from "./codec.ts";
import type { Expr } from "./expr.ts";
import type { Body, Op, Result } from "./ops.ts";
import type { Block } from "./plan.ts";
import { bodiesOf, partsOf, readsOf } from "./walk.ts";

type Names = Readonly<Record<string, unknown>>;

/** What the ops of a block may name: a plan, or what is to become one. */
export interface Known {
  readonly models: Names;
  readonly skills: Names;
  readonly tools: Names;
  readonly workers: Names;
  readonly texts: Names;
  readonly blocks: Readonly<Record<string, Block>>;
}

/** What is wrong with the ops of a block: names of what the plan does not have, ids used twice, reads of what has not ended. */
export function verifyBlock(plan: Known, name: string): readonly Problem[] {
  const block = plan.blocks[name];
  if (!block) return [];
  const check: Check = { plan, ids: new Set(), tell: [] };
  if (block.agent !== name) check.tell.push(`its agent is named \`${block.agent}\``);
  verifyBody(check, block.body, { ops: new Set(), loop: null, outer: null, locals: [] });
  return check.tell.map((message) => ({ at: `/blocks/${name}`, message }));
}

interface Check {
  readonly plan: Known;
  readonly ids: Set<string>;
  readonly tell: string[];
}

/** What may be read in a body: its ops so far, the repeat or map whose body it is, and what encloses it. */
interface Scope {
  readonly ops: Set<string>;
  readonly loop: { readonly op: string; readonly kind: "repeat" | "map" } | null;
  readonly outer: Scope | null;
  /** Names that an `each` around an expression binds. */
  readonly locals: readonly string[];
}

function verifyBody(check: Check, body: Body, scope: Scope): void {
  for (const op of body.ops) {
    verifyOp(check, op, scope);
    scope.ops.add(op.id);
  }
  verifyResult(check, body.result, scope);
}

/** A result passes on an op of its own body only. */
function verifyResult(check: Check, result: Result, scope: Scope): void {
  if (result.kind === "outcome") for (const expr of [result.key, result.value]) verifyExpr(check, "a result", expr, scope);
  else if (!scope.ops.has(result.op)) check.tell.push(`a result passes on \`${result.op}\`, which is not an op of its body`);
}

function verifyOp(check: Check, op: Op, scope: Scope): void {
  const where = `op \`${op.id}\``;
  if (check.ids.has(op.id)) check.tell.push(`two ops have the id \`${op.id}\``);
  check.ids.add(op.id);
  for (const id of op.after) if (!scope.ops.has(id)) check.tell.push(`${where} waits for \`${id}\`, which is not before it`);
  for (const [what, known, name] of namesOf(check.plan, op))
    if (!Object.hasOwn(known, name)) check.tell.push(`${where}: no ${what} is named \`${name}\``);
  for (const expr of readsOf(op)) verifyExpr(check, where, expr, scope);
  verifyInner(check, op, scope);
}

/** The bodies that an op holds. What ends a repeat reads its body's ops, so it is checked with them in scope. */
function verifyInner(check: Check, op: Op, outer: Scope): void {
  const loop = op.kind === "repeat" || op.kind === "map" ? { op: op.id, kind: op.kind } : null;
  for (const body of bodiesOf(op)) {
    const scope: Scope = { ops: new Set(), loop, outer, locals: [] };
    verifyBody(check, body, scope);
    if (op.kind === "repeat") for (const expr of [op.until, op.next]) verifyExpr(check, `op \`${op.id}\``, expr, scope);
  }
}

type Reference = readonly [what: string, known: Readonly<Record<string, unknown>>, name: string];

function namesOf(plan: Known, op: Op): readonly Reference[] {
  switch (op.kind) {
    case "ask":
      return [["model", plan.models, op.model]];
    case "act":
      return [
        ["model", plan.models, op.model],
        ...op.skills.map((name): Reference => ["skill", plan.skills, name]),
        ...op.tools.map((name): Reference => ["tool", plan.tools, name]),
      ];
    case "code":
      return [["worker", plan.workers, op.worker]];
    case "call":
      return [["block", plan.blocks, op.block]];
    default:
      return [];
  }
}

function verifyExpr(check: Check, where: string, expr: Expr, scope: Scope): void {
  const problem = problemOf(check.plan, expr, scope);
  if (problem) check.tell.push(`${where} ${problem}`);
  const bound = expr.kind === "each" ? { ...scope, locals: [...scope.locals, expr.item, expr.position] } : scope;
  for (const part of partsOf(expr)) verifyExpr(check, where, part, expr.kind === "each" && part === expr.over ? scope : bound);
}

function problemOf(plan: Known, expr: Expr, scope: Scope): string | null {
  switch (expr.kind) {
    case "text":
      return Object.hasOwn(plan.texts, expr.text) ? null : `reads a text that the plan does not have: ${expr.text}`;
    case "outcome":
      return some(scope, ({ ops }) => ops.has(expr.op)) ? null : `reads \`${expr.op}\`, which is not before it`;
    case "item":
      return inLoop(scope, expr.op, ["map"]) ? null : `reads the item of \`${expr.op}\`, which is no map around it`;
    case "state":
      return inLoop(scope, expr.op, ["repeat"]) ? null : `reads the state of \`${expr.op}\`, which is no repeat around it`;
    case "index":
      return inLoop(scope, expr.op, ["map", "repeat"]) ? null : `reads the index of \`${expr.op}\`, which is no loop around it`;
    case "local":
      return scope.locals.includes(expr.name) ? null : `reads \`${expr.name}\`, which no \`each\` around it binds`;
    case "builtin":
      return problemOfCall(expr);
    default:
      return null;
  }
}

function problemOfCall({ name, args }: Expr & { kind: "builtin" }): string | null {
  const params = Object.hasOwn(builtins, name) ? builtins[name]?.params : undefined;
  if (!params) return `uses a function that is not known: \`${name}\``;
  return args.length === params.length ? null : `calls \`${name}\` with ${args.length} arguments, not ${params.length}`;
}

function inLoop(scope: Scope, op: string, kinds: readonly string[]): boolean {
  return some(scope, ({ loop }) => loop?.op === op && kinds.includes(loop.kind));
}

function some(scope: Scope, holds: (one: Scope) => boolean): boolean {
  return holds(scope) || (scope.outer !== null && some(scope.outer, holds));
}
