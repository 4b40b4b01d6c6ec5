import { definePattern } from "../pattern.ts";

/** A model with tools and skills, until it finishes with a key and a value. */
export const react = definePattern({
  name: "react",
  summary: "a model works with tools until it calls finish(key, value)",
  fields: {},
  steps: [],
  role: "thinker",
  body: "act",
  maxIter: 10,
  onError: null,
  lower(agent, build) {
    return build.pass(build.step(agent.body, build.input, { id: "react", keys: build.callerKeys, maxTurns: agent.maxIter, span: "none" }));
  },
});
