/** Whole projects as plans and as graphs: what lowering makes of each pattern, byte for byte. */
import { build } from "../compiler/build.ts";
import { dot, pictureInDot } from "../compiler/emit/dot.ts";
import { pictureInJson } from "../compiler/emit/graph-json.ts";
import { pictureInMermaid } from "../compiler/emit/mermaid.ts";
import { pictureOf } from "../compiler/emit/picture.ts";
import { planJson } from "../compiler/emit/plan-json.ts";
import { verifyPlan } from "../compiler/ir/verify.ts";
import { samples } from "./support/samples.ts";

samples("plan", async (inputDir) => {
  const { plan, diagnostics } = await build(inputDir);
  if (!plan) throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join("\n"));
  const problems = verifyPlan(plan);
  if (problems.length > 0) throw new Error(problems.map(({ at, message }) => `${at}: ${message}`).join("\n"));
  const everything = pictureOf(plan, { skills: true, tools: true, cost: true, effects: true });
  const agents = pictureOf(plan, { level: "agents", skills: true, tools: true, effects: true });
  return {
    "plan.json": planJson(plan),
    "graph.dot": dot(plan),
    "graph.mmd": pictureInMermaid(everything),
    "graph.json": pictureInJson(everything),
    "agents.dot": pictureInDot(agents),
  };
});
