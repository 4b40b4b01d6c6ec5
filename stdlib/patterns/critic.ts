import { definePattern } from "../pattern.ts";

/** Drafts, critiques, then rewrites once. Three model calls. */
export const critic = definePattern({
  name: "critic",
  summary: "draft, then critique, then refine",
  steps: ["draft", "critique", "refine"],
  exits: [{ kind: "word", word: "done" }],
  lower(agent, build) {
    const task = build.input;
    const draft = build.step(agent.steps("draft"), task, { span: "own" });
    const critique = build.step(agent.steps("critique"), draft.value, { span: "own" });
    const told = build.text`Original task:\n${task}\n\nDraft:\n${draft.value}\n\nCritique:\n${critique.value}`;
    const refined = build.step(agent.steps("refine"), told, { output: agent.output, span: "own" });
    return build.exit("done", refined.value);
  },
});
