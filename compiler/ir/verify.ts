import type { Problem } from "./codec.ts";
import { encodePlan } from "./decode.ts";
import { type Digest, digest, digestBytes } from "./digest.ts";
import { isObject, type JsonObject } from "./json.ts";
import type { Plan } from "./plan.ts";
import { verifyBlock } from "./verify-block.ts";
import { verifyCalls } from "./verify-calls.ts";

/** The digest of a whole plan, its two digest fields apart. */
export function planDigest(plan: Plan): Digest {
  return digestWithout(plan, ["digest", "semantics"]);
}

/** The digest of what a run depends on: not the compiler's version, not where ops come from, not the sources. */
export function semanticsDigest(plan: Plan): Digest {
  return digestWithout(plan, ["digest", "semantics", "compiler", "origins", "sources"]);
}

/**
 * What is wrong with a decoded plan: digests that do not match, references to what is not there, ops that read what
 * has not run yet, calls in a circle. Empty for every plan that `tamac` wrote and nobody changed. Never throws.
 */
export function verifyPlan(plan: Plan): readonly Problem[] {
  return [
    ...digests(plan),
    ...entries(plan),
    ...texts(plan),
    ...skills(plan),
    ...Object.keys(plan.blocks).flatMap((name) => verifyBlock(plan, name)),
    ...verifyCalls(plan),
  ];
}

function digestWithout(plan: Plan, names: readonly string[]): Digest {
  const encoded = encodePlan(plan);
  const fields: JsonObject = isObject(encoded) ? encoded : {};
  return digest(Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name))));
}

function digests(plan: Plan): readonly Problem[] {
  const wrong = (at: string) => ({ at, message: "does not match the plan's content: the plan was changed after it was built" });
  return [
    ...(plan.digest === planDigest(plan) ? [] : [wrong("/digest")]),
    ...(plan.semantics === semanticsDigest(plan) ? [] : [wrong("/semantics")]),
  ];
}

function entries(plan: Plan): readonly Problem[] {
  const { default: first, names } = plan.entries;
  const unnamed = names.includes(first) ? [] : [{ at: "/entries/default", message: `\`${first}\` is not among the names` }];
  const absent = names.flatMap((name, index) => missing(plan.blocks, "block", name, `/entries/names/${index}`));
  return [...unnamed, ...absent];
}

function texts(plan: Plan): readonly Problem[] {
  const changed = Object.entries(plan.texts).flatMap(([key, text]) =>
    digestBytes(text) === key ? [] : [{ at: `/texts/${key}`, message: "this text does not have this digest" }],
  );
  const bundles = Object.entries(plan.workers).flatMap(([name, { bundle }]) =>
    missing(plan.texts, "text", bundle, `/workers/${name}/bundle`),
  );
  const tools = Object.entries(plan.tools).flatMap(([name, { bundle }]) =>
    bundle === null ? [] : missing(plan.texts, "text", bundle, `/tools/${name}/bundle`),
  );
  return [...changed, ...bundles, ...tools];
}

function skills(plan: Plan): readonly Problem[] {
  return Object.entries(plan.skills).flatMap(([name, skill]) => [
    ...missing(plan.texts, "text", skill.body, `/skills/${name}/body`),
    ...skill.tools.flatMap((tool, index) => missing(plan.tools, "tool", tool, `/skills/${name}/tools/${index}`)),
  ]);
}

function missing(known: Readonly<Record<string, unknown>>, what: string, name: string, at: string): readonly Problem[] {
  return Object.hasOwn(known, name) ? [] : [{ at, message: `no ${what} is named \`${name}\`` }];
}
