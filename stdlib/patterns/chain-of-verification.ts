import { binary, builtin, choice, type Expr, each, field, literal } from "../../compiler/ir/expr.ts";
import type { OnFailure } from "../../compiler/ir/ops.ts";
import { type Builder, definePattern, type PatternInput, type Placed } from "../pattern.ts";

/** Answers, takes the answer's claims apart, checks each by itself, then revises by what was found. */
export const chainOfVerification = definePattern({
  name: "chain-of-verification",
  summary: "answer, extract the claims, check each, then revise",
  steps: ["verify", "check", "revise"],
  role: "default",
  body: "ask",
  onError: "fail",
  exits: [{ kind: "word", word: "done" }],
  lower(agent, build) {
    const answer = build.step(agent.body, build.input, { id: "generate" });
    const extracted = build.step(agent.steps("verify"), build.text`Answer to verify:\n${answer.value}`, {
      label: literal("extract_claims"),
    });
    const claims = build.pure("claims", builtin("claims", extracted.value));
    const checks = build.map("checks", claims.value, (claim, index, inner) => inner.pass(check(agent, claim, index, inner)), {
      onFailure: agent.onFailure,
    });
    const asked = build.text`Original question: ${build.input}\n\nInitial answer:\n${answer.value}\n\n`;
    const told = build.text`${asked}Verification results:\n${results(claims, checks, agent.onFailure, build)}`;
    const revised = build.step(agent.steps("revise"), told, { output: agent.output });
    return build.exit("done", revised.value);
  },
});

function check(agent: PatternInput, claim: Expr, index: Expr, build: Builder): Placed {
  return build.step(agent.steps("check"), build.text`Claim: ${claim}\n\nContext: ${build.input}`, { label: build.text`check_${index}` });
}

/** Each claim with what its check found; claims that could not be checked under a heading of their own. */
function results(claims: Placed, checks: Placed, onFailure: OnFailure, build: Builder): Expr {
  const claimAt = (index: Expr): Expr => ({ kind: "at", of: claims.value, index });
  const entry = (index: Expr, found: Expr) => build.text`Claim: ${claimAt(index)}\nVerification: ${found}`;
  if (onFailure === "propagate") return paragraphs(each(checks.value, (found, position) => entry(position, found)));
  const ok = each(builtin("ok", checks.value), (one) => entry(field(one, "index"), field(one, "value")));
  const failed = builtin("failed", checks.value);
  const reasons = each(failed, (one) => build.text`Claim: ${field(one, "item")}\n[error: ${field(field(one, "failure"), "message")}]`);
  const anyFailed = binary(builtin("length", failed), ">", literal(0));
  return build.text`${paragraphs(ok)}${choice(anyFailed, build.text`\n\nNot verified:\n${paragraphs(reasons)}`, literal(""))}`;
}

function paragraphs(texts: Expr): Expr {
  return builtin("join", texts, literal("\n\n"));
}
