import type { Expr, OutcomeField } from "../../ir/expr.ts";
import { isList } from "../../ir/json.ts";
import { list, type Type, text, union } from "../../ir/types.ts";
import { alternatives, areDisjoint, binaryType, builtinType, fieldType, itemType, typeOfValue, unaryType } from "../../ir/typing.ts";
import { unreachable } from "../../ir/unreachable.ts";
import { exactCases } from "./cases.ts";
import { endKey, endValue, type Flow, flow, joined, type Outcome, sourcesOf } from "./outcome.ts";

/** What expressions read, as far as it is known before a run. */
export interface Known {
  readonly input: Flow;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** What is known better than that, where a condition holds or a case is looked at by itself. */
  readonly narrowed: (op: string) => Outcome | undefined;
  readonly loops: ReadonlyMap<string, { readonly state: Flow; readonly item: Flow }>;
  readonly locals: Readonly<Record<string, Flow>>;
}

/** Which truths a condition can have. */
export interface Truth {
  readonly canHold: boolean;
  readonly canFail: boolean;
}

const int: Type = { kind: "int" };
const bool: Type = { kind: "bool" };
const nothing: Type = { kind: "null" };
const either: Truth = { canHold: true, canFail: true };

/** What is known of an expression's value. Sound: whatever a run finds is of that type. */
export function evaluateFlow(expr: Expr, known: Known): Flow {
  switch (expr.kind) {
    case "literal":
      return flow(typeOfValue(expr.value));
    case "text":
    case "task":
      return flow(text);
    case "input":
      return known.input;
    case "keys":
      return flow(union([list(text), nothing]));
    case "state":
    case "item":
      return known.loops.get(expr.op)?.[expr.kind] ?? unknown;
    case "index":
      return flow(int);
    case "outcome":
      return outcomeField(outcomeOf(known, expr.op), expr.field);
    case "local":
      return (Object.hasOwn(known.locals, expr.name) ? known.locals[expr.name] : undefined) ?? flow(nothing);
    case "field":
      return mapped(evaluateFlow(expr.of, known), (of) => fieldType(of, expr.name));
    case "at":
      return mapped(evaluateFlow(expr.of, known), itemType);
    case "list":
      return combined(expr.items, known, (types) => list(union(types)));
    case "object":
      return objectFlow(expr, known);
    case "template":
      return combined(expr.parts, known, () => text);
    case "if":
      return joined(branchesOf(expr, known));
    case "switch":
      return joined(casesOf(expr, known).map((branch) => evaluateFlow(branch, known)));
    case "each":
      return eachFlow(expr, known);
    case "unary":
      return mapped(evaluateFlow(expr.operand, known), (operand) => unaryType(expr.operator, operand));
    case "binary":
      return combined([expr.left, expr.right], known, ([left = unknown.type, right = unknown.type]) =>
        binaryType(expr.operator, left, right),
      );
    case "builtin":
      return combined(expr.args, known, (types) => builtinType(expr.name, types));
    default:
      return unreachable(expr);
  }
}

/** Whether a condition can hold, and whether it can fail to. */
export function truthOf(expr: Expr, known: Known): Truth {
  if (expr.kind === "literal") return { canHold: expr.value === true, canFail: expr.value !== true };
  if (expr.kind === "outcome" && expr.field === "failed") return failedTruth(outcomeOf(known, expr.op));
  if (expr.kind === "unary" && expr.operator === "not") {
    const { canHold, canFail } = truthOf(expr.operand, known);
    return { canHold: canFail, canFail: canHold };
  }
  if (expr.kind !== "binary") return either;
  if (expr.operator === "in") return memberTruth(expr, known);
  if (expr.operator === "==" || expr.operator === "!=") return equalTruth(expr, known);
  if (expr.operator !== "and" && expr.operator !== "or") return either;
  const [left, right] = [truthOf(expr.left, known), truthOf(expr.right, known)];
  return expr.operator === "and"
    ? { canHold: left.canHold && right.canHold, canFail: left.canFail || right.canFail }
    : { canHold: left.canHold || right.canHold, canFail: left.canFail && right.canFail };
}

/** What is known where a condition about failures holds, or where it does not. */
export function assuming(expr: Expr, holds: boolean, known: Known): Known {
  if (expr.kind === "unary" && expr.operator === "not") return assuming(expr.operand, !holds, known);
  if (expr.kind !== "outcome" || expr.field !== "failed") return known;
  return narrow(known, expr.op, (variant) => variant.failed === holds);
}

/** What is known where an op has ended with a key. A variant of just that key goes before those of any word. */
export function withKey(known: Known, op: string, key: string): Known {
  const wanted: Type = { kind: "literal", value: key };
  const isExact = (type: Type) => alternatives(type).some((one) => one.kind === "literal" && one.value === key);
  const exact = (outcomeOf(known, op) ?? []).some((variant) => isExact(variant.key));
  return narrow(known, op, (variant) => (exact ? isExact(variant.key) : !areDisjoint(variant.key, wanted)));
}

/** What is known where an op has ended with none of some keys. */
export function withoutKeys(known: Known, op: string, keys: readonly string[]): Known {
  return narrow(known, op, ({ key }) => alternatives(key).some((one) => one.kind !== "literal" || !keys.includes(one.value)));
}

/** How an op has ended, as far as is known here. */
export function outcomeOf({ narrowed, outcomes }: Known, op: string): Outcome | undefined {
  return narrowed(op) ?? outcomes.get(op);
}

export const unknown: Flow = flow({ kind: "any" });

/** What else is known better is not copied: each condition on one of a thousand branches would copy what the others know. */
function narrow(known: Known, op: string, keeps: (variant: Outcome[number]) => boolean): Known {
  const kept = outcomeOf(known, op)?.filter(keeps);
  return kept ? { ...known, narrowed: (one) => (one === op ? kept : known.narrowed(one)) } : known;
}

function outcomeField(outcome: Outcome | undefined, field: OutcomeField): Flow {
  if (!outcome) return unknown;
  if (field === "failed") return flow(bool);
  return field === "value" ? endValue(outcome) : { type: endKey(outcome), from: endValue(outcome).from };
}

function mapped(of: Flow, change: (type: Type) => Type): Flow {
  return { type: change(of.type), from: of.from };
}

function combined(parts: readonly Expr[], known: Known, make: (types: readonly Type[]) => Type): Flow {
  const flows = parts.map((part) => evaluateFlow(part, known));
  return { type: make(flows.map(({ type }) => type)), from: sourcesOf(flows) };
}

/** A field whose condition may fail may miss; one whose condition cannot hold is none. Of two of a name the later counts, where it is there. */
function objectFlow({ fields }: Expr & { kind: "object" }, known: Known): Flow {
  const present = new Map<string, { readonly mayMiss: boolean; readonly value: Flow }>();
  for (const { name, value, when } of fields) {
    const truth = when ? truthOf(when, known) : { canHold: true, canFail: false };
    if (!truth.canHold) continue;
    const given = evaluateFlow(value, when ? assuming(when, true, known) : known);
    const before = truth.canFail ? present.get(name) : undefined;
    const mayMiss = truth.canFail && (before?.mayMiss ?? true);
    present.set(name, { mayMiss, value: before ? joined([before.value, given]) : given });
  }
  const type: Type = {
    kind: "object",
    fields: Object.fromEntries([...present].map(([name, { value }]) => [name, value.type])),
    optional: [...present].flatMap(([name, { mayMiss }]) => (mayMiss ? [name] : [])),
  };
  return { type, from: sourcesOf([...present.values()].map(({ value }) => value)) };
}

function branchesOf(expr: Expr & { kind: "if" }, known: Known): readonly Flow[] {
  const { canHold, canFail } = truthOf(expr.when, known);
  return [
    ...(canHold ? [evaluateFlow(expr.then, assuming(expr.when, true, known))] : []),
    ...(canFail ? [evaluateFlow(expr.else, assuming(expr.when, false, known))] : []),
  ];
}

/** The branches that a switch can take. */
function casesOf(expr: Expr & { kind: "switch" }, known: Known): readonly Expr[] {
  let left = alternatives(evaluateFlow(expr.on, known).type);
  const exact = exactCases(expr.cases, left);
  if (exact) return [...exact.taken.map(({ then }) => then), ...(exact.isOpen ? [expr.else] : [])];
  const taken: Expr[] = [];
  for (const { is, then } of expr.cases) {
    const wanted = typeOfValue(is);
    if (left.some((one) => !areDisjoint(one, wanted))) taken.push(then);
    left = left.filter((one) => !isSame(one, wanted));
  }
  return left.length > 0 ? [...taken, expr.else] : taken;
}

function eachFlow(expr: Expr & { kind: "each" }, known: Known): Flow {
  const over = evaluateFlow(expr.over, known);
  const items = alternatives(over.type).flatMap((one) => (one.kind === "list" ? [one.item] : one.kind === "any" ? [one] : []));
  const locals = { ...known.locals, [expr.item]: { type: union(items), from: over.from }, [expr.position]: flow(int) };
  const yielded = evaluateFlow(expr.yield, { ...known, locals });
  return { type: list(yielded.type), from: yielded.from };
}

function failedTruth(outcome: Outcome | undefined): Truth {
  if (!outcome) return either;
  return { canHold: outcome.some(({ failed }) => failed), canFail: outcome.some(({ failed }) => !failed) };
}

/** Told apart where the right side is a list of constants, as of states. */
function memberTruth({ left, right }: Expr & { kind: "binary" }, known: Known): Truth {
  if (right.kind !== "literal" || !isList(right.value)) return either;
  const items = right.value.map(typeOfValue);
  const found = alternatives(evaluateFlow(left, known).type);
  return {
    canHold: found.some((one) => items.some((item) => !areDisjoint(one, item))),
    canFail: found.some((one) => !items.some((item) => isSame(one, item))),
  };
}

/** Whether two types are of one and the same value. */
function isSame(a: Type, b: Type): boolean {
  return (a.kind === "null" && b.kind === "null") || (a.kind === "literal" && b.kind === "literal" && a.value === b.value);
}

function equalTruth(expr: Expr & { kind: "binary" }, known: Known): Truth {
  const [left, right] = [evaluateFlow(expr.left, known).type, evaluateFlow(expr.right, known).type];
  const canBeEqual = !areDisjoint(left, right);
  const isEqual = isSame(left, right);
  return expr.operator === "==" ? { canHold: canBeEqual, canFail: !isEqual } : { canHold: !isEqual, canFail: canBeEqual };
}
