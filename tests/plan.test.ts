/** Whole projects as plans and as graphs: what lowering makes of each pattern, byte for byte. */
import { build } from "../compiler/build.ts";
import { dot } from "../compiler/emit/dot.ts";
import { planJson } from "../compiler/emit/plan-json.ts";
import { verifyPlan } from "../compiler/ir/verify.ts";
import { samples } from "./support/samples.ts";

samples("plan", async (inputDir) => {
  const { plan, diagnostics } = await build(inputDir);
  if (!plan) throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  const problems = verifyPlan(plan);
  if (problems.length > 0) throw new Error(problems.map(({ at, message }) => `${at}: ${message}`).join("\n"));
  return { "plan.json": planJson(plan), "graph.dot": dot(plan) };
});
