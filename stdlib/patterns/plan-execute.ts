import { binary, builtin, choice, type Expr, literal } from "../../compiler/ir/expr.ts";
import { type Builder, definePattern, type Loop, type PatternInput, type Placed, type Turn } from "../pattern.ts";

/** Plans steps, executes one after the other, verifies the whole, and plans again until the verdict is DONE. Ends with the log of the steps. */
export const planExecute = definePattern({
  name: "plan-execute",
  summary: "plan the steps, execute each, verify the whole, and plan again until it is done",
  steps: ["execute", "verify"],
  role: "default",
  body: "ask",
  maxIter: 3,
  exits: [{ kind: "word", word: "done" }],
  lower(agent, build) {
    const options = {
      state: literal(""),
      max: agent.maxIter,
      onExhausted: "fail",
      exhausted: literal(`plan_execute reached ${agent.maxIter} cycles without DONE verdict`),
    } as const;
    return build.pass(build.repeat("cycles", options, (loop, inner) => cycle(agent, loop, inner)));
  },
});

/** The state is the verdict on the cycle before. */
function cycle(agent: PatternInput, loop: Loop, build: Builder): Turn {
  const task = build.text`Task: ${build.input}`;
  const ask = "Respond with a JSON array of step strings only.";
  const first = build.text`${task}\n\n${ask}`;
  const again = build.text`${task}\n\nFeedback from previous attempt:\n${loop.state}\n\nRevise your plan. ${ask}`;
  const plan = build.step(agent.body, choice(binary(loop.index, "==", literal(1)), first, again), {
    id: "plan",
    label: build.text`plan_${loop.index}`,
  });
  const log = execute(agent, plan, { task, cycle: loop.index }, build);
  const verify = agent.steps("verify");
  const verdict = build.step(verify, build.text`${task}\n\nExecution summary:\n${log.value}`, {
    label: build.text`verify_${loop.index}`,
  });
  return { result: build.exit("done", log.value), until: build.satisfied(verify, verdict), next: verdict.value };
}

/** Each step sees what those before it came to. */
function execute(agent: PatternInput, plan: Placed, at: { readonly task: Expr; readonly cycle: Expr }, build: Builder): Placed {
  const steps = build.pure("steps", builtin("parse-list", plan.value));
  const options = { state: at.task, times: builtin("length", steps.value), onExhausted: "last" } as const;
  return build.repeat("execution", options, (loop, inner) => {
    const step: Expr = { kind: "at", of: steps.value, index: loop.index };
    const done = inner.step(agent.steps("execute"), inner.text`${loop.state}\n\nCurrent step: ${step}`, {
      label: inner.text`execute_${at.cycle}_${loop.index}`,
    });
    const log = inner.text`${loop.state}\n\nStep: ${step}\nResult: ${done.value}`;
    return { result: inner.exit("done", log), until: literal(false), next: log };
  });
}
