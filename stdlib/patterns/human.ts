import { text } from "../../compiler/ir/types.ts";
import { definePattern } from "../pattern.ts";

/** Works until there is something to ask, waits for a person's answer, and goes on from it. The key of the first part is the channel. */
export const human = definePattern({
  name: "human",
  summary: "work, ask a person, then go on from the answer",
  fields: {
    answer: { kind: "type", summary: "the type of the answer; text if you say nothing", required: false },
    deadline: { kind: "deadline", summary: "how long to wait, and what is the answer then", required: false },
  },
  steps: ["resume"],
  acts: ["resume"],
  role: "default",
  body: "act",
  maxIter: 10,
  exits: [{ kind: "prompt", step: "resume" }],
  lower(agent, build) {
    const asked = build.step(agent.body, build.input, { id: "act", maxTurns: agent.maxIter });
    const answer = build.wait("answer", {
      channel: asked.key,
      question: asked.value,
      answer: agent.fields.type("answer") ?? text,
      deadline: agent.fields.deadline("deadline"),
    });
    const told = build.text`Original task: ${build.input}\n\nWhat was asked:\n${asked.value}\n\nAnswer:\n${answer.value}`;
    return build.pass(build.step(agent.steps("resume"), told, { keys: build.endKeys, output: agent.output }));
  },
});
