import { definePattern } from "../pattern.ts";

/** A model with tools and skills, until it finishes with a key and a value. */
export const react = definePattern({
  name: "react",
  summary: "a model works with tools until it calls finish(key, value)",
  role: "thinker",
  body: "act",
  maxIter: 10,
  exits: [{ kind: "prompt", step: null }],
  lower(agent, build) {
    const finished = build.step(agent.body, build.input, {
      id: "react",
      keys: build.endKeys,
      output: agent.output,
      maxTurns: agent.maxIter,
    });
    return build.pass(finished);
  },
});
