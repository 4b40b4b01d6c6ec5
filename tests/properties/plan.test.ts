import canonicalize from "canonicalize";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dot } from "../../compiler/emit/dot.ts";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { decodePlan, encodePlan } from "../../compiler/ir/decode.ts";
import { canonical, equal, type Json, maxDepth, parseJson, pretty, sortForGood } from "../../compiler/ir/json.ts";
import { verifyPlan } from "../../compiler/ir/verify.ts";
import { json, word } from "../support/arbitrary.ts";
import { everyPattern } from "../support/every-pattern.ts";
import { mutate } from "../support/mutate.ts";
import { planOf } from "../support/plan-of.ts";

const test = suite("laws of plans");
const plan = planOf(everyPattern.texts, everyPattern.workers);
const encoded = encodePlan(plan);

test("decode(encode(plan)) is the plan, and nothing is wrong with it", () => {
  const decoded = decodePlan(JSON.parse(planJson(plan)));
  assert.is(decoded.kind, "ok");
  if (decoded.kind === "ok") assert.ok(equal(encodePlan(decoded.value), encoded));
  assert.equal(verifyPlan(plan), []);
});

test("the same sources in any order give the same bytes", () => {
  const bytes = planJson(plan);
  const paths = Object.keys(everyPattern.texts);
  fc.assert(
    fc.property(fc.shuffledSubarray(paths, { minLength: paths.length }), (order) => {
      const texts = Object.fromEntries(order.map((path) => [path, everyPattern.texts[path] ?? ""]));
      assert.is(planJson(planOf(texts, everyPattern.workers)), bytes);
    }),
    { numRuns: 20 },
  );
});

test("decoding never throws, whatever the data", () => {
  fc.assert(fc.property(fc.anything(), (value) => ["ok", "problems"].includes(decodePlan(value).kind)));
});

test("a changed plan is refused, or decodes and then does not match its digest; neither throws", () => {
  const choices = fc.array(fc.nat(), { minLength: 2, maxLength: 14 });
  const property = fc.property(choices, fc.oneof(json, word), (where, into) => {
    const changed = mutate(encoded, where, into);
    const decoded = decodePlan(changed);
    if (decoded.kind === "problems") return decoded.problems.length > 0;
    dot(decoded.value);
    return equal(changed, encoded) === (verifyPlan(decoded.value).length === 0);
  });
  fc.assert(property, { numRuns: 1500 });
});

test("a plan that leaves out or adds a field is told where", () => {
  const decoded = decodePlan({ ...plan, entries: { default: "main" }, more: 1 });
  assert.equal(decoded.kind === "problems" && decoded.problems, [
    { at: "/more", message: "unknown field" },
    { at: "/entries", message: "field `names` is missing" },
  ]);
});

test("data too deep to walk is refused where it enters", () => {
  const deep = `${"[".repeat(maxDepth + 1)}${"]".repeat(maxDepth + 1)}`;
  assert.is(parseJson(deep), undefined);
  assert.is(decodePlan({ ...plan, cost: JSON.parse(deep) }).kind, "problems");
});

test("the canonical form is JSON of an equal value, and equal values have the same form", () => {
  fc.assert(
    fc.property(json, (value) => {
      const back = JSON.parse(canonical(value));
      return canonical(back) === canonical(value) && equal(back, value) && equal(JSON.parse(pretty(value)), value);
    }),
  );
});

test("the canonical form is that of RFC 8785, as another implementation writes it", () => {
  const isWellFormed = (value: Json) => !JSON.stringify(value).includes("\\ud");
  fc.assert(fc.property(json.filter(isWellFormed), (value) => assert.is(canonical(value), canonicalize(value))));
  fc.assert(
    fc.property(json.filter(isWellFormed), (value) =>
      assert.is(canonical({ kept: sortForGood([{ in: value }]) }), canonicalize({ kept: [{ in: value }] })),
    ),
  );
  fc.assert(
    fc.property(json.filter(isWellFormed), (value) =>
      assert.is(canonical(sortForGood({ b: value, a: 1 })), canonicalize({ a: 1, b: value })),
    ),
  );
  assert.is(canonical({ 10: "a", 9: "b", "": "\ud800", __proto__: null }), '{"":"\ufffd","10":"a","9":"b"}');
});

test("the order of fields is no difference, and equality goes both ways", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), json), { maxLength: 5 }), json, (entries, other) => {
      const value = Object.fromEntries(entries);
      const turned = Object.fromEntries(Object.entries(value).reverse());
      return equal(value, turned) && equal(value, other) === equal(other, value);
    }),
  );
});

test.run();
