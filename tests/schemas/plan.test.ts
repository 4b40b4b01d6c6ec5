/** The plan's JSON Schema says what decoding says, of sound plans and of broken ones. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePlan } from "../../compiler/ir/decode.ts";
import { isObject, type Json } from "../../compiler/ir/json.ts";
import { schemas } from "../../compiler/schemas/index.ts";

const test = suite("schema of plans");
const isPlan = new Ajv2020({ allowUnionTypes: true }).compile(schemas.plan());
const samples = fileURLToPath(new URL("../samples/plan", import.meta.url));

const plans = readdirSync(samples).map((name): Json => JSON.parse(readFileSync(`${samples}/${name}/expected/plan.json`, "utf8")));

test("every sample plan is valid", () => {
  for (const plan of plans) assert.ok(isPlan(plan), JSON.stringify(isPlan.errors?.slice(0, 3)));
});

test("schema and decoding agree on plans with a part dropped, retyped or added", () => {
  const verdicts = { valid: 0, invalid: 0 };
  for (const broken of mutants(plans[0] ?? null)) {
    const decodes = decodePlan(broken).kind === "ok";
    assert.is(isPlan(broken), decodes, JSON.stringify(broken).slice(0, 200));
    verdicts[decodes ? "valid" : "invalid"] += 1;
  }
  assert.ok(verdicts.valid > 100 && verdicts.invalid > 500, JSON.stringify(verdicts));
});

test.run();

/** A value broken in every place, one at a time: every seventh of many. */
function* mutants(value: Json): Generator<Json> {
  let count = 0;
  for (const broken of brokenIn(value)) {
    count += 1;
    if (count % 7 === 0) yield broken;
  }
}

function* brokenIn(value: Json): Generator<Json> {
  for (const other of [1, "x", null, [], {}, -1, 0.5]) if (typeof other !== typeof value) yield other;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const inner of brokenIn(item)) yield value.map((old: Json, at) => (at === index ? inner : old));
    }
  } else if (isObject(value)) {
    const fields = value as Readonly<Record<string, Json>>;
    yield { ...fields, extra: 1 };
    for (const [name, field] of Object.entries(fields)) {
      yield Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
      for (const inner of brokenIn(field)) yield { ...fields, [name]: inner };
    }
  }
}
