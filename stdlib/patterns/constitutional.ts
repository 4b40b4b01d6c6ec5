import { definePattern } from "../pattern.ts";

/** Answers, holds the answer against principles, then revises it. Three model calls. */
export const constitutional = definePattern({
  name: "constitutional",
  summary: "answer, critique the answer by principles, then revise it",
  steps: ["critique", "revise"],
  role: "default",
  body: "ask",
  exits: [{ kind: "word", word: "done" }],
  lower(agent, build) {
    const request = build.input;
    const answer = build.step(agent.body, request, { id: "generate" });
    const seen = build.text`Original request: ${request}\n\nInitial response:\n${answer.value}`;
    const critique = build.step(agent.steps("critique"), seen);
    const told = build.text`${seen}\n\nConstitutional critique:\n${critique.value}`;
    const revised = build.step(agent.steps("revise"), told, { output: agent.output });
    return build.exit("done", revised.value);
  },
});
