import { binary, choice, type Expr, field, literal } from "../../compiler/ir/expr.ts";
import type { Requirement } from "../../compiler/ir/ops.ts";
import { type Builder, definePattern, type Loop, type PatternInput, type Placed, type Turn } from "../pattern.ts";

interface Debater {
  readonly name: string;
  readonly call: Placed;
}

/** Several agents argue in rounds, all of a round at once; a judge reads everything and decides. Ends as the judge does. */
export const debate = definePattern({
  name: "debate",
  summary: "agents argue in rounds, then a judge decides",
  fields: {
    agents: { kind: "agents", summary: "the agents that argue", required: true },
    rounds: { kind: "count", summary: "how many rounds", required: true },
    judge: { kind: "agent", summary: "the agent that decides", required: true },
  },
  onError: "collect",
  exits: [{ kind: "agent", field: "judge" }],
  lower(agent, build) {
    const options = { state: literal(""), max: agent.fields.count("rounds"), onExhausted: "last" } as const;
    const rounds = build.repeat("rounds", options, (loop, inner) => round(agent, loop, inner));
    const judge = agent.fields.agent("judge");
    return build.pass(
      build.call("judge", judge, build.text`Topic: ${build.input}\n\n${rounds.value}`, { keys: build.endKeys, label: literal(judge) }),
    );
  },
});

/** One round. The state is the transcript of those before it. */
function round(agent: PatternInput, loop: Loop, build: Builder): Turn {
  const isFirst = binary(loop.index, "==", literal(1));
  const before = choice(isFirst, literal(""), build.text`\n\nPrevious arguments:\n${loop.state}`);
  const topic = build.text`Topic: ${build.input}${before}`;
  const debaters = agent.fields.agents("agents").map((debater): Debater => {
    const id = build.memberId("agents", debater);
    const name = id.slice("agents/".length);
    return { name, call: build.call(id, debater, topic, { onFailure: agent.onFailure, label: literal(name) }) };
  });
  const said = build.text`## Round ${loop.index}\n\n${transcript(debaters, agent, build)}`;
  const log = build.pure("transcript", choice(isFirst, said, build.text`${loop.state}\n\n---\n\n${said}`), {
    require: agent.onFailure === "value" ? [someSpoke(debaters)] : [],
  });
  return { result: build.exit("done", log.value), until: literal(false), next: log.value };
}

/** What each said; those that failed under a heading of their own. */
function transcript(debaters: readonly Debater[], agent: PatternInput, build: Builder): Expr {
  const line = (name: string, words: Expr) => build.text`**${name}**: ${words}\n\n`;
  const all = (parts: readonly Expr[]): Expr => build.text`${{ kind: "template", parts }}`;
  if (agent.onFailure === "propagate") return all(debaters.map(({ name, call }) => line(name, call.value)));
  const spoke = debaters.map(({ name, call }) => choice(call.failed, literal(""), line(name, call.value)));
  const failures = debaters.map(({ name, call }) =>
    choice(call.failed, line(name, build.text`[error: ${field(call.value, "message")}]`), literal("")),
  );
  const anyFailed = binary(literal(true), "in", failed(debaters));
  return build.text`${all(spoke)}${choice(anyFailed, build.text`Failed to answer:\n\n${all(failures)}`, literal(""))}`;
}

function someSpoke(debaters: readonly Debater[]): Requirement {
  const names = debaters.map(({ name }) => name).join(", ");
  return {
    holds: binary(literal(false), "in", failed(debaters)),
    code: "all-failed",
    message: literal(`everyone in the debate failed: ${names}`),
  };
}

/** Which of them failed, as a list: a chain of `or` would nest as deep as there are debaters. */
function failed(debaters: readonly Debater[]): Expr {
  return { kind: "list", items: debaters.map(({ call }) => call.failed) };
}
