import { binary, builtin, choice, type Expr, each, field, literal } from "../../compiler/ir/expr.ts";
import type { OnFailure, Requirement } from "../../compiler/ir/ops.ts";
import { assignable, list, show, type Type, text } from "../../compiler/ir/types.ts";
import { type Builder, definePattern, type PatternInput, type Placed } from "../pattern.ts";

/** A model splits the task into items, a worker takes each, a last step draws the results together. */
export const scatter = definePattern({
  name: "scatter",
  summary: "split the task into items, one worker call per item, then reduce",
  fields: { worker: { kind: "agent", summary: "the agent that takes one item", required: true } },
  steps: ["reduce"],
  role: "default",
  body: "act",
  maxIter: 10,
  onError: "collect",
  exits: [
    { kind: "prompt", step: null, except: ["parallel"] },
    { kind: "prompt", step: "reduce" },
  ],
  lower(agent, build) {
    const item = agent.inputOf(agent.fields.agent("worker"));
    const split = build.step(agent.body, build.input, {
      id: "map",
      keys: agent.keys ? build.words(["parallel", ...agent.keys]) : build.words(["parallel"], "caller"),
      outputs: { parallel: list(item) },
      output: agent.output,
      prefix: instructions(item, agent.keys ? literal(agent.keys) : build.keys, build),
      maxTurns: agent.maxIter,
      span: "own",
    });
    const fanOut = (inner: Builder) => inner.pass(spread(agent, split, inner));
    return build.pass(
      build.choose("fan-out", split.key, [{ is: "parallel", body: fanOut }], (inner) => inner.exit(split.key, split.value)),
    );
  },
});

function spread(agent: PatternInput, split: Placed, build: Builder): Placed {
  const worker = agent.fields.agent("worker");
  const results = build.map(
    "items",
    split.value,
    (item, _index, inner) => inner.pass(inner.call("worker", worker, item, { label: literal(worker) })),
    {
      onFailure: agent.onFailure,
    },
  );
  const told = build.pure("results", summary(split.value, results, agent.onFailure, build), {
    require: agent.onFailure === "value" ? [someWell(results)] : [],
  });
  return build.step(agent.steps("reduce"), told.value, { keys: build.endKeys, output: agent.output, span: "own" });
}

/** What the map step is told of finishing. Where `done` is none of `words` (null: any), these are named instead. */
function instructions(item: Type, words: Expr, build: Builder): Expr {
  const example = assignable(text, item)
    ? `'["item1","item2",...]') with a JSON array of strings.`
    : `'[...]') with a JSON array whose items are of type ${show(item)}.`;
  const fanOut = `When you have determined the full list of items to process in parallel, call finish(key="parallel", value=${example}\n`;
  const mayBeDone = binary(binary(words, "==", literal(null)), "or", binary(literal("done"), "in", lowered(words)));
  const done = literal(`If no fan-out is needed, call finish(key="done", value="...") as usual.\n\n`);
  const named = build.text`If no fan-out is needed, call finish(key, value="...") with one of these keys: ${builtin("join", words, literal(", "))}.\n\n`;
  return build.text`${fanOut}${choice(mayBeDone, done, named)}`;
}

function lowered(words: Expr): Expr {
  return each(words, (word) => builtin("lower", word));
}

/** The input of reduce: each item with its worker's answer, the failed ones under a heading of their own. */
function summary(items: Expr, results: Placed, onFailure: OnFailure, build: Builder): Expr {
  const entry = (item: Expr, value: Expr) => build.text`[Item: ${item}]\n${value}\n\n`;
  const heading = build.text`Original task: ${build.input}\n\nWorker results:\n`;
  if (onFailure === "propagate") {
    return build.text`${heading}${joined(each(results.value, (value, position) => entry({ kind: "at", of: items, index: position }, value)))}`;
  }
  const ok = each(builtin("ok", results.value), (one) => entry({ kind: "at", of: items, index: field(one, "index") }, field(one, "value")));
  const failed = builtin("failed", results.value);
  const reasons = each(failed, (one) => entry(field(one, "item"), build.text`[error: ${field(field(one, "failure"), "message")}]`));
  const failures = choice(binary(builtin("length", failed), ">", literal(0)), build.text`Failed items:\n${joined(reasons)}`, literal(""));
  return build.text`${heading}${joined(ok)}${failures}`;
}

function joined(texts: Expr): Expr {
  return builtin("join", texts, literal(""));
}

/** No item at all is no failure: reduce is told of an empty list. */
function someWell(results: Placed): Requirement {
  const failed = builtin("failed", results.value);
  const count = (entries: Expr) => builtin("length", entries);
  const first = field(field({ kind: "at", of: failed, index: literal(1) }, "failure"), "message");
  return {
    holds: binary(binary(count(builtin("ok", results.value)), ">", literal(0)), "or", binary(count(failed), "==", literal(0))),
    code: "all-failed",
    message: { kind: "template", parts: [literal("every worker failed; the first: "), first] },
  };
}
