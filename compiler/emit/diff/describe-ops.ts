import { canonical, type Json } from "../../ir/json.ts";
import type { Body, Choose, KeySet, Op, Repeat } from "../../ir/ops.ts";
import type { Plan } from "../../ir/plan.ts";
import { show } from "../../ir/types.ts";
import { unreachable } from "../../ir/unreachable.ts";
import { machineOf } from "../dot/machine.ts";
import { exprFact, fact, wiring } from "./fact.ts";
import type { Fact } from "./types.ts";

type Entry = readonly [string, Fact];

/** The facts of a block's ops, each under the id of its op. */
export function factsOfBody(plan: Plan, body: Body, within = ""): readonly Entry[] {
  const { result } = body;
  const at = within === "" ? "" : `${within}: `;
  const ends: readonly Entry[] =
    result.kind === "pass"
      ? [[`${at}ends with`, fact(`the outcome of ${result.op}`)]]
      : [
          [`${at}ends with key`, exprFact(plan, result.key)],
          [`${at}ends with value`, exprFact(plan, result.value)],
        ];
  const order: Entry = [`${at}order of steps`, fact(body.ops.map(({ id }) => id).join(", "))];
  return [...body.ops.flatMap((op) => factsOfOp(plan, op)), ...[order, ...ends].map(wired)];
}

function factsOfOp(plan: Plan, op: Op): readonly Entry[] {
  const step = `step ${op.id}`;
  const common: readonly Entry[] = [
    ["label", wiring(exprFact(plan, op.label))],
    ["after", wiring(fact(op.after.join(", ")))],
  ];
  const named = [...ownFacts(plan, op), ...common].map(([about, value]): Entry => [`${op.id}: ${about}`, { ...value, of: step }]);
  return [[step, fact(summaryOf(op), op.kind)], ...named, ...innerFacts(plan, op)];
}

function summaryOf(op: Op): string {
  if (op.kind === "call") return `calls ${op.block}`;
  if (op.kind === "ask" || op.kind === "act") return `${op.kind}s ${op.model}`;
  return op.kind === "code" ? `runs ${op.worker}` : op.kind;
}

function wired([about, one]: Entry): Entry {
  return [about, wiring(one)];
}

function ownFacts(plan: Plan, op: Op): readonly Entry[] {
  switch (op.kind) {
    case "ask":
      return [...modelFacts(plan, op), ["output", fact(show(op.output))]];
    case "act":
      return [...modelFacts(plan, op), ...actFacts(op)];
    case "code":
      return [
        ["worker", fact(op.worker)],
        ["input", exprFact(plan, op.input)],
      ];
    case "pure":
      return [
        ["key", wiring(exprFact(plan, op.key))],
        ["value", wiring(exprFact(plan, op.value))],
        ["requires", wiring(dataFact(op.require))],
      ];
    case "call":
      return [
        ["agent", fact(op.block)],
        ["input", exprFact(plan, op.input)],
        ["keys", wiring(fact(keys(op.keys), canonical({ ...op.keys } as Json)))],
        ["on failure", fact(op.onFailure)],
        ["attempts", fact(String(op.attempts))],
      ];
    case "map":
      return [
        ["over", exprFact(plan, op.over)],
        ["at most", fact(String(op.max))],
        ["concurrency", fact(String(op.concurrency))],
        ["on failure", fact(op.onFailure)],
      ];
    case "repeat":
      return repeatFacts(plan, op);
    case "choose":
      return [["by", exprFact(plan, op.on)]];
    case "wait":
      return [
        ["channel", exprFact(plan, op.channel)],
        ["question", exprFact(plan, op.question)],
        ["answer", fact(show(op.answer))],
        ["deadline", dataFact(op.deadline)],
      ];
    default:
      return unreachable(op);
  }
}

function modelFacts(plan: Plan, op: Op & { readonly kind: "ask" | "act" }): readonly Entry[] {
  return [
    ["model", fact(op.model)],
    ["prompt", exprFact(plan, op.system)],
    ["input", exprFact(plan, op.input)],
    ["sample", op.sample ? exprFact(plan, op.sample) : fact("none")],
    ["span", fact(op.span)],
    ["repairs", dataFact(op.repairs)],
  ];
}

function actFacts(op: Op & { readonly kind: "act" }): readonly Entry[] {
  return [
    ["keys", fact(keys(op.keys), canonical({ ...op.keys } as Json))],
    ["outputs", fact(outputs(op.outputs), dataFact(op.outputs).exact)],
    ["skills", fact(op.skills.join(", "))],
    ["tools", fact(op.tools.join(", "))],
    ["max turns", fact(String(op.maxTurns))],
  ];
}

function repeatFacts(plan: Plan, op: Repeat): readonly Entry[] {
  const flow: readonly Entry[] = [
    ["state", exprFact(plan, op.state)],
    ["until", exprFact(plan, op.until)],
    ["next", exprFact(plan, op.next)],
  ];
  return [
    ["at most", fact(String(op.max))],
    ["times", op.times ? exprFact(plan, op.times) : fact("none")],
    ["on exhaustion", fact(op.onExhausted)],
    ["exhausted", wiring(exprFact(plan, op.exhausted))],
    ...flow.map(wired),
  ];
}

/** A machine's table is told as routes. */
function innerFacts(plan: Plan, op: Op): readonly Entry[] {
  if (op.kind === "map") return factsOfBody(plan, op.body, op.id);
  if (op.kind === "choose") return branchFacts(plan, op);
  if (op.kind !== "repeat") return [];
  const machine = machineOf(op);
  const routes = machine?.transitions.map(
    ({ from, to, label }): Entry => [`route ${from}${label === "" ? "" : `: ${label}`}`, fact(to ?? "stop")],
  );
  const start: readonly Entry[] = machine ? [["initial state", fact(machine.initial)]] : [];
  return [...start, ...(routes ?? []), ...factsOfBody(plan, op.body, op.id)];
}

function branchFacts(plan: Plan, op: Choose): readonly Entry[] {
  const cases = op.cases.map(({ is, body }) => ({ is, body }));
  const all = op.otherwise ? [...cases, { is: "*", body: op.otherwise }] : cases;
  return [
    [`${op.id}: branches`, wiring(fact(all.map(({ is }) => is).join(", ")))],
    ...all.flatMap(({ is, body }) => factsOfBody(plan, body, `${op.id} = ${is}`)),
  ];
}

function keys(set: KeySet): string {
  if (set.kind === "open") return "any";
  return [...set.words, ...(set.caller ? ["the caller's"] : [])].join(", ");
}

function outputs({ byKey, otherwise }: (Op & { readonly kind: "act" })["outputs"]): string {
  return [...Object.entries(byKey).map(([key, type]) => `${key}: ${show(type)}`), show(otherwise)].join(", ");
}

function dataFact(data: object | null): Fact {
  return fact(canonical(data as unknown as Json)); // plain data of the plan
}
