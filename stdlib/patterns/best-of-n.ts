import { binary, builtin, choice, type Expr, each, field, literal } from "../../compiler/ir/expr.ts";
import type { OnFailure } from "../../compiler/ir/ops.ts";
import { type Builder, definePattern, type Placed } from "../pattern.ts";

/** The same agent several times at once; a judge selects the best answer. */
export const bestOfN = definePattern({
  name: "best-of-n",
  summary: "several attempts at once, of which a judge selects the best",
  fields: { n: { kind: "count", summary: "how many attempts", required: true } },
  steps: ["judge"],
  role: "default",
  body: "act",
  maxIter: 15,
  onError: "fail",
  exits: [{ kind: "word", word: "done" }],
  lower(agent, build) {
    const range = builtin("range", literal(agent.fields.count("n")));
    const variant = (index: Expr, inner: Builder): Placed =>
      inner.step(agent.body, inner.input, {
        id: "variant",
        label: inner.text`variant_${index}`,
        output: agent.output,
        maxTurns: agent.maxIter,
        sample: index,
        span: "own",
      });
    const variants = build.map("variants", range, (_item, index, inner) => inner.pass(variant(index, inner)), {
      onFailure: agent.onFailure,
    });
    const judged = build.step(agent.steps("judge"), told(variants, agent.onFailure, build), { output: agent.output });
    return build.exit("done", judged.value);
  },
});

/** Every variant by its number; those that failed under a heading of their own. */
function told(variants: Placed, onFailure: OnFailure, build: Builder): Expr {
  const heading = build.text`Task: ${build.input}\n\nVariants:\n\n`;
  const ask = "\n\nSelect the best variant and return it (or synthesize if appropriate).";
  const entry = (index: Expr, value: Expr) => build.text`## Variant ${index}\n\n${value}`;
  if (onFailure === "propagate")
    return build.text`${heading}${joined(each(variants.value, (value, position) => entry(position, value)))}${ask}`;
  const ok = each(builtin("ok", variants.value), (one) => entry(field(one, "index"), field(one, "value")));
  const failed = builtin("failed", variants.value);
  const reasons = each(failed, (one) => entry(field(one, "index"), build.text`[error: ${field(field(one, "failure"), "message")}]`));
  const anyFailed = binary(builtin("length", failed), ">", literal(0));
  return build.text`${heading}${joined(ok)}${choice(anyFailed, build.text`\n\nFailed variants:\n\n${joined(reasons)}`, literal(""))}${ask}`;
}

function joined(texts: Expr): Expr {
  return builtin("join", texts, literal("\n\n---\n\n"));
}
