import { definePattern } from "../pattern.ts";

/** One model call, no tools. */
export const oneshot = definePattern({
  name: "oneshot",
  summary: "one model call: the body is the system prompt, the input the message",
  fields: {},
  steps: [],
  role: "worker",
  body: "ask",
  maxIter: null,
  onError: null,
  lower(agent, build) {
    const answer = build.step(agent.body, build.input, { id: "oneshot", span: "none" });
    return build.exit("result", answer.value);
  },
});
