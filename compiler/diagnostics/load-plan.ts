import { decodePlan } from "../ir/decode.ts";
import type { Plan } from "../ir/plan.ts";
import { verifyPlan } from "../ir/verify.ts";
import { planChanged, planFormat, planInvalid, planNotJson } from "./codes.generated.ts";
import type { Diagnostic } from "./diagnostic.ts";

export type LoadedPlan = { readonly kind: "ok"; readonly plan: Plan } | { readonly kind: "refused"; readonly diagnostic: Diagnostic };

/** Reads a plan's text: parsed, decoded and verified. `file` is its name for people. Total. Reports plan/not-json, plan/format, plan/invalid, plan/changed. */
export function loadPlan(text: string, file: string): LoadedPlan {
  const parsed = parse(text);
  if (parsed.kind === "failed") return refused(planNotJson(null, { file, reason: parsed.reason }));
  const decoded = decodePlan(parsed.value);
  if (decoded.kind === "problems") return refused(problem(file, decoded.problems));
  const [first, ...others] = verifyPlan(decoded.value);
  if (!first) return { kind: "ok", plan: decoded.value };
  return refused(problem(file, [first, ...others]));
}

function parse(text: string): { readonly kind: "ok"; readonly value: unknown } | { readonly kind: "failed"; readonly reason: string } {
  try {
    return { kind: "ok", value: JSON.parse(text) };
  } catch (error) {
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The first problem tells: the others mostly follow from it. A changed plan is told as such only where nothing else is wrong with it. */
function problem(file: string, problems: readonly { readonly at: string; readonly message: string }[]): Diagnostic {
  const first = problems.find(({ at }) => !isDigest(at)) ?? problems[0];
  const at = first?.at === undefined || first.at === "" ? "its root" : first.at;
  const reason = first?.message ?? "";
  if (at === "/format") return planFormat(null, { file, reason });
  if (isDigest(at)) return planChanged(null, { file });
  return planInvalid(null, { file, at, reason });
}

/** Whether a problem there says no more than that content and digest differ. */
function isDigest(at: string): boolean {
  return at === "/digest" || at === "/semantics" || at.startsWith("/texts/");
}

function refused(diagnostic: Diagnostic): LoadedPlan {
  return { kind: "refused", diagnostic };
}
