import { binary, type Expr, literal, not } from "../../compiler/ir/expr.ts";
import type { Requirement } from "../../compiler/ir/ops.ts";
import { definePattern, type Placed } from "../pattern.ts";

interface Branch {
  readonly name: string;
  readonly call: Placed;
}

/** Several agents at once on the same input. Ends `parallel` with an object of their values in declared order. */
export const parallel = definePattern({
  name: "parallel",
  summary: "several agents at once on the same input; their values by name",
  fields: { workers: { kind: "agents", summary: "the agents to run", required: true } },
  onError: "collect",
  exits: [{ kind: "word", word: "parallel" }],
  lower(agent, build) {
    const branches = agent.fields.agents("workers").map((worker): Branch => {
      const id = build.memberId("workers", worker);
      const name = id.slice("workers/".length);
      return { name, call: build.call(id, worker, build.input, { onFailure: agent.onFailure, label: literal(name) }) };
    });
    const joined =
      agent.onFailure === "propagate"
        ? build.pure("join", { kind: "object", fields: branches.map(({ name, call }) => ({ name, value: call.value, when: null })) })
        : build.pure("join", collected(branches), { require: [someWell(branches)] });
    return build.exit("parallel", joined.value);
  },
});

/** The values of those that ended well; the failures apart, under a name that no agent can have. */
function collected(branches: readonly Branch[]): Expr {
  const well = branches.map(({ name, call }) => ({ name, value: call.value, when: not(call.failed) }));
  const failed: Expr = { kind: "object", fields: branches.map(({ name, call }) => ({ name, value: call.value, when: call.failed })) };
  const anyFailed = binary(literal(true), "in", failures(branches));
  return { kind: "object", fields: [...well, { name: "!failed", value: failed, when: anyFailed }] };
}

function someWell(branches: readonly Branch[]): Requirement {
  const names = branches.map(({ name }) => name).join(", ");
  return { holds: binary(literal(false), "in", failures(branches)), code: "all-failed", message: literal(`every worker failed: ${names}`) };
}

/** Which branches failed, as a list: a chain of `or` would nest as deep as there are workers. */
function failures(branches: readonly Branch[]): Expr {
  return { kind: "list", items: branches.map(({ call }) => call.failed) };
}
