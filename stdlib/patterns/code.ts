import { definePattern } from "../pattern.ts";

/** A deterministic worker in TypeScript: no model call at all. */
export const code = definePattern({
  name: "code",
  summary: "a deterministic worker.ts beside AGENT.md, with typed input and output",
  body: "code",
  exits: [{ kind: "worker" }],
  lower(_agent, build) {
    return build.pass(build.code(build.input));
  },
});
