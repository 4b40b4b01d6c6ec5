/** Answers that cannot stand: sent back once, recorded, and then a failure. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literal } from "../../compiler/ir/expr.ts";
import type { Act, Ask } from "../../compiler/ir/ops.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { text } from "../../compiler/ir/types.ts";
import { types } from "../../stdlib/types.ts";
import { type Came, type Driven, drive, says } from "../support/drive.ts";
import { act, ask, madePlan } from "../support/made-plan.ts";

const test = suite("repairs");
const finish = (key: string, value: unknown = "v") => ({ name: "finish", args: { key, value } as never }); // any JSON
const planOf = (op: Act | Ask) => madePlan({ main: { ops: [op], result: { kind: "pass", op: op.id } } });
const reacts = (more: Partial<Act> = {}) => planOf(act("react", literal("in"), more));
const asks = (more: Partial<Ask> = {}) => planOf(ask("ask", literal("in"), more));
const words = { keys: { kind: "set", words: ["Approve", "revise"], caller: false } } as const;
const numbers = { outputs: { byKey: {}, otherwise: types.list(types.int) } } as const;

function talk(plan: Plan, ...said: readonly Came[]): Driven {
  return drive({ plan, answer: (task) => said[Number(task.path.split(":").at(-1)) - 1] ?? says("more than was scripted") });
}

const failure = ({ settled }: Driven) => (settled.kind === "failed" ? `${settled.failure.code}: ${settled.failure.message}` : settled.key);
const value = ({ settled }: Driven) => (settled.kind === "ok" ? settled.value : settled.failure);

/** What was sent back: the kind, the turn, why, the details and what the model was told. */
function repairs({ records }: Driven): readonly unknown[] {
  return records.flatMap(({ event, texts }) => {
    if (event.kind !== "schema_retry" && event.kind !== "empty_completion_retry") return [];
    return [[event.kind, event.iteration, event.message, event.detail, texts.input_hash ?? null]];
  });
}

test("a finish with another key is a rejected call, told once", () => {
  const why = "`ship` is no key to finish with; use one of: Approve, revise";
  const driven = talk(reacts(words), says([finish("ship")]), says([finish("APPROVE")]));
  assert.is(failure(driven), "Approve");
  assert.equal(repairs(driven), [["schema_retry", 1, why, '{"attempt":1,"nudge_used":true}', `[rejected: ${why}]`]]);
  assert.is(driven.records.filter(({ event }) => event.kind === "tool_rejected").length, 1);
  assert.is(failure(talk(reacts(words), says([finish("ship")]), says([finish("ship")]))), `no-route: ${why}`);
});

test("two finishes of one turn that do not hold take one repair, the first that holds ends the loop", () => {
  const both = says([finish("ship"), finish("sink")]);
  const driven = talk(reacts(words), both, says([finish("revise")]));
  assert.is(failure(driven), "revise");
  assert.is(repairs(driven).length, 1);
  assert.is(driven.records.filter(({ event }) => event.kind === "tool_rejected").length, 2);
  assert.is(talk(reacts(words), says([finish("ship"), finish("revise"), finish("Approve")])).tasks.length, 1);
});

test("text without a call is a finish where `done` is allowed, else it goes back as a finish would", () => {
  assert.is(failure(talk(reacts(), says("prose"))), "done");
  const why = "`done` is no key to finish with; use one of: Approve, revise";
  const driven = talk(reacts(words), says("prose"), says("prose again"));
  assert.is(failure(driven), `no-route: ${why}`);
  assert.equal(repairs(driven), [
    ["schema_retry", 1, why, '{"attempt":1,"nudge_used":true}', `${why}. Call finish with a key and a value.`],
  ]);
  assert.is(failure(talk(reacts(words), says("prose"), says([finish("ship")]))).split(":")[0], "no-route", "one repair for both");
});

test("a finish that is spelled out as text is the finish that it says, in a fence and among words too", () => {
  const spelled = '{"key": "approve", "value": [1]}';
  const call = '{"name": "finish", "arguments": {"key": "approve", "value": [1]}}';
  const inText = '{"name": "finish", "arguments": "{\\"key\\": \\"approve\\", \\"value\\": [1]}"}';
  const fenced = `Here it is:\n\n\`\`\`json\n${spelled}\n\`\`\`\nAnything else?`;
  for (const said of [spelled, call, inText, fenced]) {
    const driven = talk(reacts({ ...words, ...numbers }), says(said));
    assert.equal([failure(driven), value(driven), repairs(driven).length], ["Approve", [1], 0], said);
  }
  const two = `${fenced}\n\n${fenced}`;
  for (const said of [two, '{"key": "approve", "value": [1], "note": ""}', '{"name": "start"}', "[1]"])
    assert.match(failure(talk(reacts({ ...words, ...numbers }), says(said), says(said))), "no-route: `done` is no key", said);
});

test("arguments that are null are none, and those that are JSON in a text are taken as meant", () => {
  const raw = (args: string): Came => ({
    kind: "model",
    text: "",
    calls: [{ name: "finish", args }],
    finish: "tool_calls",
    model: "made",
    usage: null,
  });
  assert.is(failure(talk(reacts(), raw("null"))), "done");
  assert.is(failure(talk(reacts(words), raw(JSON.stringify('{"key":"revise"}')))), "revise");
  assert.is(failure(talk(reacts(words), raw('"null"'), raw('{"key":"revise"}'))), "revise");
  for (const broken of ['{"key":"rev', '"text"', "[]"])
    assert.is(failure(talk(reacts(words), raw(broken), raw(broken))), "schema: the arguments of finish are not a JSON object");
});

test("a text where another type is expected is parsed as JSON once, in a fence or not", () => {
  for (const given of [[1, 2], "[1, 2]", "```json\n[1, 2]\n```", "```\n[1, 2]```"])
    assert.equal(value(talk(reacts(numbers), says([finish("done", given)]))), [1, 2]);
  const driven = talk(reacts(numbers), says([finish("done", '"[1, 2]"')]), says([finish("done", [1.5])]));
  assert.is(failure(driven), "schema: the value for `done` is not of type list<int>");
  assert.is(repairs(driven).length, 1);
  const fenced = "```json\n[1]\n```";
  assert.is(value(talk(reacts({ outputs: { byKey: {}, otherwise: text } }), says([finish("done", fenced)]))), fenced);
});

test("repairs do not count against the turns of a loop", () => {
  assert.is(failure(talk(reacts({ ...words, maxTurns: 1 }), says([finish("ship")]), says(""), says([finish("revise")]))), "revise");
});

test("an answer of nothing is asked for again, as often as the plan says", () => {
  for (const plan of [reacts(), asks()]) {
    const driven = talk(plan, says(" \n"), says("something"));
    assert.is(value(driven), "something");
    assert.equal(repairs(driven), [["empty_completion_retry", 1, "the model answered nothing", '{"attempt":1}', null]]);
    assert.is(failure(talk(plan, says(""), says(""))), "model: the model answered nothing");
  }
  const twice = asks({ repairs: { schema: 1, empty: 2, compactions: 0 } });
  assert.equal(
    repairs(talk(twice, says(""), says(""), says("x"))).map((told) => (told as readonly unknown[])[3]),
    ['{"attempt":1}', '{"attempt":2}'],
  );
});

test("an ask with a type asks for structured output, and sends back once what is none", () => {
  const plan = asks({ output: types.list(types.int) });
  const driven = talk(plan, says("one and two"), says("[1,2]"));
  assert.equal(value(driven), [1, 2]);
  assert.equal(
    driven.tasks.map((task) => task.kind === "model" && task.output),
    [
      { type: "array", items: { type: "integer" } },
      { type: "array", items: { type: "integer" } },
    ],
  );
  const why = "the answer is not of type list<int>";
  assert.equal(repairs(driven), [
    ["schema_retry", 1, why, '{"attempt":1,"nudge_used":true}', `${why}. Answer again, with JSON of that type only.`],
  ]);
  assert.is(failure(talk(plan, says("one"), says("two"))), `schema: ${why}`);
});

test.run();
