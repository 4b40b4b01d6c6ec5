/** Random plans of every kind of op but `wait`, for laws of whatever runs them. The same seed makes the same plan. */
import { binary, builtin, type Expr, field, literal } from "../../compiler/ir/expr.ts";
import { type Body, type Op, openKeys, type Result } from "../../compiler/ir/ops.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { bodiesOf } from "../../compiler/ir/walk.ts";
import { tools } from "../../stdlib/tools/index.ts";
import { act, ask, base, callOp, code, madePlan, pure, valueOfOp } from "./made-plan.ts";

export interface RandomPlan {
  readonly seed: number;
  /** The most ops of a body. */
  readonly width: number;
  /** How deep bodies nest in a block. */
  readonly depth: number;
  /** `alone`: an op that may fail has no other beside it, so that no order decides what becomes of the others; `anywhere`: as it comes. */
  readonly failures: "none" | "alone" | "anywhere";
}

const blocks = ["main", "b1", "b2"] as const;

/** Makes a plan. Worker `solid` never fails, `fragile` may; both read the memory keys `k` and `list`. */
export function randomPlan(options: RandomPlan): Plan {
  const random = generator(options.seed);
  const bodies: Record<string, Body> = {};
  const risky = new Set<string>();
  for (const name of blocks.toReversed()) {
    const maker: Maker = { ...options, random, risky, callable: Object.keys(bodies), ids: 0, scopes: [] };
    bodies[name] = makeBody(maker, options.depth, 1 + random(options.width));
    if (mayFail(bodies[name], risky)) risky.add(name);
  }
  const reads = ["k", "list"];
  return madePlan(bodies, { solid: { reads }, fragile: { reads } });
}

/** Whole numbers from 0, below what is asked for. @see Tommy Ettinger's mulberry32 */
export function generator(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface Maker extends RandomPlan {
  readonly random: (below: number) => number;
  /** Blocks that may end in a failure. */
  readonly risky: Set<string>;
  readonly callable: readonly string[];
  /** What may be read where we are: ops before, and loops around. */
  readonly scopes: { readonly ops: string[]; readonly loop: Expr | null }[];
  ids: number;
}

function makeBody(maker: Maker, depth: number, size: number, loop: Expr | null = null): Body {
  const scope = { ops: [] as string[], loop };
  maker.scopes.push(scope);
  const ops: Op[] = [];
  for (let count = 0; count < size; count += 1) {
    const op = makeOp(maker, depth);
    ops.push(op);
    scope.ops.push(op.id);
  }
  const result = makeResult(maker, ops);
  maker.scopes.pop();
  return { ops: maker.failures === "alone" ? fenced(ops, maker.risky) : ops, result };
}

function makeResult(maker: Maker, ops: readonly Op[]): Result {
  const last = ops.at(-1);
  if (last && maker.random(2) === 0) return { kind: "pass", op: last.id };
  return { kind: "outcome", key: literal(`key-${maker.random(3)}`), value: digestOf(maker) };
}

const stateTools = Object.values(tools).flatMap(({ name, where }) => (where === "state" ? [name] : []));
const leaves = ["pure", "solid", "solid", "ask", "act", "act"] as const;
const nested = ["map", "map", "repeat", "choose"] as const;

function makeOp(maker: Maker, depth: number): Op {
  const { random, callable } = maker;
  const kinds: readonly string[] = [
    ...leaves,
    ...(maker.failures === "none" ? [] : ["fragile"]),
    ...(callable.length > 0 ? ["call", "call"] : []),
    ...(depth > 0 ? nested : []),
  ];
  maker.ids += 1;
  return opOfKind(maker, kinds[random(kinds.length)] ?? "pure", `o${maker.ids}`, depth);
}

function opOfKind(maker: Maker, kind: string, id: string, depth: number): Op {
  const { random } = maker;
  switch (kind) {
    case "pure":
      return pure(id, some(maker));
    case "solid":
    case "fragile":
      return code(id, kind, digestOf(maker));
    case "ask":
      return ask(id, digestOf(maker), { span: random(2) === 0 ? "own" : "none" });
    case "act":
      return act(id, digestOf(maker), { tools: ["tama_files_read", ...stateTools] });
    case "call": {
      const block = maker.callable[random(maker.callable.length)] ?? "";
      const keys = random(2) === 0 ? openKeys : ({ kind: "set", words: ["done", "x"], caller: random(2) === 0 } as const);
      return callOp(id, block, digestOf(maker), { keys, attempts: 1 + random(2), onFailure: random(2) === 0 ? "value" : "propagate" });
    }
    case "map":
      return makeMap(maker, id, depth);
    case "repeat":
      return makeRepeat(maker, id, depth);
    default:
      return makeChoose(maker, id, depth);
  }
}

function makeMap(maker: Maker, id: string, depth: number): Op {
  const { random } = maker;
  const over: Expr = { kind: "list", items: Array.from({ length: random(4) }, () => some(maker)) };
  const body = makeBody(maker, depth - 1, random(3) + 1, { kind: "item", op: id });
  const onFailure = random(2) === 0 ? "value" : "propagate";
  const isRace = maker.failures === "alone" && onFailure === "propagate" && mayFail(body, maker.risky);
  const width = random(3);
  return { kind: "map", ...base(id), over, body, max: 10, concurrency: isRace ? 1 : width === 0 ? null : width, onFailure };
}

function makeRepeat(maker: Maker, id: string, depth: number): Op {
  const { random } = maker;
  const state = some(maker);
  const body = makeBody(maker, depth - 1, random(3) + 1, { kind: "state", op: id });
  const last = body.ops.at(-1)?.id ?? "";
  const until = binary(modulo(valueOfOp(last), 3), "==", literal(0));
  const onExhausted = maker.failures !== "none" && random(4) === 0 ? "fail" : "last";
  const times = random(2) === 0 ? null : literal(random(3));
  return {
    kind: "repeat",
    ...base(id),
    state,
    times,
    max: 3,
    body,
    until,
    next: valueOfOp(last),
    onExhausted,
    exhausted: literal("exhausted"),
  };
}

function makeChoose(maker: Maker, id: string, depth: number): Op {
  const on = modulo(some(maker), 3);
  const cases = ["0", "1"].map((is) => ({ is, body: makeBody(maker, depth - 1, maker.random(2) + 1) }));
  return { kind: "choose", ...base(id), on, cases, otherwise: makeBody(maker, depth - 1, 1) };
}

/** A value of what may be read here. */
function some({ random, scopes }: Maker): Expr {
  const ops = scopes.flatMap(({ ops }) => ops);
  const loops = scopes.flatMap(({ loop }) => loop ?? []);
  const choices: Expr[] = [
    literal(`l${random(9)}`),
    { kind: "input" },
    ...loops,
    ...ops.slice(-4).map(valueOfOp),
    ...ops.slice(-2).map((op): Expr => ({ kind: "outcome", op, field: random(2) === 0 ? "key" : "failed" })),
  ];
  return choices[random(choices.length)] ?? literal("");
}

/** A text of up to three values. Values do not grow, because what tasks make of it does not. */
function digestOf(maker: Maker): Expr {
  return { kind: "template", parts: Array.from({ length: 1 + maker.random(3) }, () => some(maker)) };
}

function modulo(value: Expr, by: number): Expr {
  return binary(builtin("length", builtin("json", value)), "%", literal(by));
}

/** Puts a fence before and after each op that may fail. */
function fenced(ops: readonly Op[], risky: ReadonlySet<string>): readonly Op[] {
  let fence: string | null = null;
  return ops.map((op, index) => {
    const isRisky = opMayFail(op, risky);
    const after = isRisky ? ops.slice(0, index).map(({ id }) => id) : fence === null ? [] : [fence];
    if (isRisky) fence = op.id;
    return { ...op, after };
  });
}

function mayFail(body: Body, risky: ReadonlySet<string>): boolean {
  return body.ops.some((op) => opMayFail(op, risky));
}

function opMayFail(op: Op, risky: ReadonlySet<string>): boolean {
  if (op.kind === "code") return op.worker === "fragile";
  if (op.kind === "call") return op.onFailure === "propagate" && risky.has(op.block);
  if (op.kind === "repeat" && op.onExhausted === "fail") return true;
  return bodiesOf(op).some((body) => mayFail(body, risky));
}

/** The `message` of a failed value, for tests that look at one. */
export function messageOf(op: string): Expr {
  return field(valueOfOp(op), "message");
}
