/** Plans that somebody wrote by hand, and not well: parts of a sound plan stand where others belong, and the digests are right. */
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodePlan, encodePlan } from "../../compiler/ir/decode.ts";
import { isObject, type Json } from "../../compiler/ir/json.ts";
import { planDigests, verifyPlan } from "../../compiler/ir/verify.ts";
import { schemas } from "../../compiler/schemas/index.ts";
import { everyPattern } from "../support/every-pattern.ts";
import { mutate } from "../support/mutate.ts";
import { obedientRun } from "../support/obedient-run.ts";
import { planOf } from "../support/plan-of.ts";

const test = suite("hostile plans");
const encoded = encodePlan(planOf(everyPattern.texts, everyPattern.workers));
const isPlan = new Ajv2020({ allowUnionTypes: true }).compile(schemas.plan());

/** What stands where `choices` lead. */
function partAt(value: Json, [choice = 0, ...rest]: readonly number[]): Json {
  const parts: readonly Json[] = isObject(value) || Array.isArray(value) ? Object.values(value) : [];
  const part = parts[choice % Math.max(parts.length, 1)];
  return part === undefined || rest.length === 0 ? value : partAt(part, rest);
}

const place = fc.array(fc.nat(), { minLength: 2, maxLength: 14 });
const odd = fc.constantFrom<Json>(null, 0, 1, -1, 0.5, "", "x", "__proto__", [], {});
/** Where something is changed, and what is put there: a part of the plan, by its place, or an odd value. */
const changes = fc.array(fc.record({ at: place, from: fc.option(place), odd }), { minLength: 1, maxLength: 3 });

function changed(all: readonly { readonly at: readonly number[]; readonly from: readonly number[] | null; readonly odd: Json }[]): Json {
  return all.reduce<Json>((plan, { at, from, odd }) => mutate(plan, at, from ? partAt(encoded, from) : odd), encoded);
}

test("the JSON Schema of plans says what decoding says", () => {
  fc.assert(
    fc.property(changes, (all) => assert.is(isPlan(changed(all)), decodePlan(changed(all)).kind === "ok")),
    { numRuns: 1500 },
  );
});

test("one that is not refused runs to an end, and what fails is data", async () => {
  const counts = { refused: 0, run: 0 };
  await fc.assert(
    fc.asyncProperty(changes, fc.integer({ min: 1, max: 1000 }), async (all, seed) => {
      const decoded = decodePlan(changed(all));
      const plan = decoded.kind === "ok" ? { ...decoded.value, ...planDigests(decoded.value) } : null;
      const isSound = plan !== null && verifyPlan(plan).length === 0;
      counts[isSound ? "run" : "refused"] += 1;
      const settled = isSound ? await obedientRun(plan, seed) : null;
      assert.ok(settled?.kind !== "failed" || settled.failure.code !== "bug");
    }),
    { numRuns: 1500 },
  );
  assert.ok(counts.refused > 300 && counts.run > 80, JSON.stringify(counts));
});

test.run();
