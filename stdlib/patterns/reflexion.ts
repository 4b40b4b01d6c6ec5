import { binary, choice, type Expr, field, literal } from "../../compiler/ir/expr.ts";
import { type Builder, definePattern, type Loop, type PatternInput, type Placed, type Turn } from "../pattern.ts";

/** Acts, reflects on the result, and acts again, until the reflection is content or the last attempt is made. */
export const reflexion = definePattern({
  name: "reflexion",
  summary: "act, reflect, and act again by the feedback until it is good",
  steps: ["act", "reflect"],
  maxIter: 4,
  exits: [{ kind: "word", word: "done" }],
  lower(agent, build) {
    const state: Expr = pair(literal(""), literal(""));
    const options = { state, max: agent.maxIter, onExhausted: "last" } as const;
    return build.pass(build.repeat("attempts", options, (loop, inner) => attempt(agent, loop, inner)));
  },
});

/** One attempt. The last one is not reflected on: nobody would act on it. */
function attempt(agent: PatternInput, loop: Loop, build: Builder): Turn {
  const reflect = agent.steps("reflect");
  const retry = build.text`Original task: ${build.input}\n\nPrevious attempt:\n${field(loop.state, "last")}\n\nFeedback:\n${field(loop.state, "feedback")}\n\nPlease improve your answer based on this feedback.`;
  const acted = build.step(agent.steps("act"), choice(binary(loop.index, "==", literal(1)), build.input, retry), {
    label: build.text`act_${loop.index}`,
    output: agent.output,
    span: "own",
  });
  const phase = choice(binary(loop.index, "<", literal(agent.maxIter)), literal("reflect"), literal("end"));
  const judge = (inner: Builder): Placed =>
    inner.step(reflect, inner.text`Task: ${inner.input}\n\nResult:\n${acted.value}`, {
      label: inner.text`reflect_${loop.index}`,
      span: "own",
    });
  const judged = build.choose("phase", phase, [{ is: "reflect", body: (inner) => inner.pass(judge(inner)) }], (inner) =>
    inner.exit("done", literal("DONE")),
  );
  return {
    result: build.exit("done", acted.value),
    until: build.satisfied(reflect, judged),
    next: pair(acted.value, judged.value),
  };
}

function pair(last: Expr, feedback: Expr): Expr {
  return {
    kind: "object",
    fields: [
      { name: "last", value: last, when: null },
      { name: "feedback", value: feedback, when: null },
    ],
  };
}
