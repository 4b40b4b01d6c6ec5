/** What a plan means, written down as plainly as it can be: depth first, one op after another, without memory, trace or cancelling. */
import { type Env, evaluate, truthy } from "../../compiler/ir/eval.ts";
import { type Failure, failureValue } from "../../compiler/ir/failure.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { isList, toText } from "../../compiler/ir/json.ts";
import type { Body, Op } from "../../compiler/ir/ops.ts";
import { callPath, itemPath, opPath, type Path } from "../../compiler/ir/path.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { type Outcome, ok, type Settled } from "../../runtime/2-schedule/types.ts";

/** What an ask, an act or a worker comes to, given its path and its input. */
export type LeafOutcome = (op: Op & { kind: "ask" | "act" | "code" }, path: Path, input: string) => Settled;

/** How a run of the plan must end. */
export function referenceRun(plan: Plan, task: Json, leaf: LeafOutcome): Settled {
  const at = (block: string, input: Json, prefix: Path): Settled => {
    const body = plan.blocks[block]?.body;
    if (!body) throw new Error(`no block ${block}`);
    return runBody(body, { plan, task, leaf, call: at, input, prefix, outcomes: new Map(), loops: new Map() }).settled;
  };
  return at("main", task, callPath("", "main", 1));
}

interface Scope {
  readonly plan: Plan;
  readonly task: Json;
  readonly leaf: LeafOutcome;
  readonly call: (block: string, input: Json, prefix: Path) => Settled;
  readonly input: Json;
  readonly prefix: Path;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly loops: ReadonlyMap<string, { readonly state: Json; readonly item: Json; readonly index: number }>;
}

function runBody(body: Body, scope: Scope): { readonly settled: Settled; readonly env: Env } {
  const outcomes = new Map(scope.outcomes);
  const inner = { ...scope, outcomes };
  const env = envOf(inner);
  for (const op of body.ops) {
    const settled = runOp(op, inner, env);
    if (settled.kind === "failed") return { settled, env };
    outcomes.set(op.id, settled);
  }
  const { result } = body;
  if (result.kind === "pass") return { settled: outcomes.get(result.op) ?? ok("", null), env };
  return { settled: ok(toText(evaluate(result.key, env)), evaluate(result.value, env)), env };
}

function runOp(op: Op, scope: Scope, env: Env): Settled {
  switch (op.kind) {
    case "pure":
      return ok(toText(evaluate(op.key, env)), evaluate(op.value, env));
    case "ask":
    case "act":
    case "code":
      return scope.leaf(op, opPath(scope.prefix, op.id), toText(evaluate(op.input, env)));
    case "call":
      return runCall(op, scope, env);
    case "map":
      return runMap(op, scope, env);
    case "repeat":
      return runRepeat(op, scope, env);
    case "choose": {
      const on = toText(evaluate(op.on, env));
      const body = op.cases.find(({ is }) => is === on)?.body ?? op.otherwise;
      return body ? runBody(body, scope).settled : failed(op, scope, { code: "no-route", message: `nothing to do for \`${on}\`` });
    }
    case "wait":
      throw new Error("random plans hold no wait");
  }
}

function runCall(op: Op & { kind: "call" }, scope: Scope, env: Env): Settled {
  let settled: Settled = failed(op, scope, { code: "bug", message: "no attempt" });
  for (let attempt = 1; attempt <= op.attempts; attempt += 1) {
    settled = scope.call(op.block, evaluate(op.input, env), callPath(scope.prefix, op.id, attempt));
    if (settled.kind === "ok") return settled;
  }
  if (settled.kind === "ok" || op.onFailure === "propagate") return settled;
  return { kind: "ok", key: "error", value: failureValue(settled.failure), failed: true };
}

function runMap(op: Op & { kind: "map" }, scope: Scope, env: Env): Settled {
  const items = evaluate(op.over, env);
  if (!isList(items)) return failed(op, scope, { code: "require", message: "there is no list to fan out over" });
  const ended = items.map((item, index) => {
    const loops = new Map(scope.loops).set(op.id, { state: null, item, index: index + 1 });
    return runBody(op.body, { ...scope, loops, prefix: itemPath(scope.prefix, op.id, index + 1) }).settled;
  });
  const well = ended.flatMap((settled, index) => (settled.kind === "ok" ? [{ index: index + 1, value: settled.value }] : []));
  const badly = ended.flatMap((settled, index) =>
    settled.kind === "failed" ? [{ index: index + 1, item: items[index] ?? null, failure: failureValue(settled.failure) }] : [],
  );
  const firstFailed = ended.find((settled) => settled.kind === "failed");
  if (firstFailed && op.onFailure === "propagate") return firstFailed;
  if (firstFailed?.kind === "failed" && well.length === 0) {
    const message = `all ${items.length} items failed; the first: ${firstFailed.failure.message}`;
    return failed(op, scope, { code: "all-failed", message, details: badly });
  }
  if (op.onFailure === "propagate")
    return ok(
      "done",
      ended.flatMap((settled) => (settled.kind === "ok" ? [settled.value] : [])),
    );
  return ok("done", { ok: well, failed: badly });
}

function runRepeat(op: Op & { kind: "repeat" }, scope: Scope, env: Env): Settled {
  const wanted = op.times ? Number(evaluate(op.times, env)) : op.max;
  let state = evaluate(op.state, env);
  let last: Settled = ok("done", state);
  for (let index = 1; index <= Math.min(wanted, op.max); index += 1) {
    const loops = new Map(scope.loops).set(op.id, { state, item: null, index });
    const turn = runBody(op.body, { ...scope, loops, prefix: itemPath(scope.prefix, op.id, index) });
    if (turn.settled.kind === "failed" || truthy(evaluate(op.until, turn.env))) return turn.settled;
    last = turn.settled;
    state = evaluate(op.next, turn.env);
  }
  return op.onExhausted === "last" || wanted < 1
    ? last
    : failed(op, scope, { code: "exhausted", message: toText(evaluate(op.exhausted, env)) });
}

function failed(op: Op, { prefix }: Scope, why: Omit<Failure, "path">): Settled {
  return { kind: "failed", failure: { ...why, path: opPath(prefix, op.id) } };
}

function envOf(scope: Scope): Env {
  return {
    text: (digest) => scope.plan.texts[digest] ?? "",
    task: () => scope.task,
    input: () => scope.input,
    keys: () => null,
    loop: (kind, op) => scope.loops.get(op)?.[kind] ?? null,
    outcome: (op, field) => scope.outcomes.get(op)?.[field] ?? null,
  };
}
