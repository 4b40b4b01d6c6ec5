import type { Problem } from "./codec.ts";
import { encodePlan } from "./decode.ts";
import { digestBytes, digestsFrom } from "./digest.ts";
import { canonical, isObject } from "./json.ts";
import type { Plan } from "./plan.ts";
import { verifyBlock } from "./verify-block.ts";
import { verifyCalls } from "./verify-calls.ts";

/** What a run does not depend on. */
const asides = ["compiler", "origins", "sources"];

/**
 * The two digests of a plan, which are of its fields without them. That of the semantics leaves out the compiler's version, where ops come
 * from, and the sources.
 */
export function planDigests(plan: Plan): Pick<Plan, "digest" | "semantics"> {
  const encoded = encodePlan(plan);
  const fields = Object.entries(isObject(encoded) ? encoded : {}).filter(([name]) => name !== "digest" && name !== "semantics");
  const forms = fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field], index) => ({ name, pieces: [index === 0 ? "{" : ",", canonical(name), ":", canonical(field)] }));
  const both = forms.findIndex(({ name }) => asides.includes(name));
  const piecesOf = (parts: typeof forms) => parts.flatMap(({ pieces }) => pieces);
  const rest = forms.slice(both);
  const ends = [rest, rest.filter(({ name }) => !asides.includes(name))].map((parts) => [...piecesOf(parts), "}"]);
  const [digest = "", semantics = ""] = digestsFrom(piecesOf(forms.slice(0, both)), ends);
  return { digest, semantics };
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

function digests(plan: Plan): readonly Problem[] {
  const wrong = (at: string) => ({ at, message: "does not match the plan's content: the plan was changed after it was built" });
  const right = planDigests(plan);
  return [
    ...(plan.digest === right.digest ? [] : [wrong("/digest")]),
    ...(plan.semantics === right.semantics ? [] : [wrong("/semantics")]),
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
