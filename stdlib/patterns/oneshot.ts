import { definePattern } from "../pattern.ts";

/** One model call, no tools. */
export const oneshot = definePattern({
  name: "oneshot",
  summary: "one model call: the body is the system prompt, the input the message",
  role: "worker",
  body: "ask",
  exits: [{ kind: "word", word: "result" }],
  lower(agent, build) {
    const answer = build.step(agent.body, build.input, { id: "oneshot", output: agent.output });
    return build.exit("result", answer.value);
  },
});
