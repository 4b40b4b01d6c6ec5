import type { ResolvedAgent } from "../../3-resolve/types.ts";
import { typesMismatch, typesWrongOutput } from "../../diagnostics/codes.generated.ts";
import type { Related, Report } from "../../diagnostics/diagnostic.ts";
import { assignable, show } from "../../ir/types.ts";
import type { Flows, Lowered } from "./follow.ts";
import { misfit } from "./misfit.ts";
import { endValue, type Flow } from "./outcome.ts";

/** Tells of each value that a call is given and its agent does not take, with where both are declared. */
export function checkHandOffs(lowered: Lowered, flows: Flows, report: Report): void {
  for (const [op, { callee, inputs }] of flows.given.get(lowered.agent.name) ?? []) {
    const taker = flows.agents.get(callee);
    for (const input of taker ? inputs : []) {
      if (!taker || assignable(input.type, taker.input)) continue;
      const facts = { callee, ...misfit(input.type, taker.input) };
      const related = [...sourcesOf(input, lowered, flows), takes(taker.agent)];
      report(typesMismatch(lowered.origins.get(op) ?? lowered.agent.span, facts, related));
    }
  }
}

/** Tells of an agent whose value is not what it declares. */
export function checkOutput(lowered: Lowered, flows: Flows, report: Report): void {
  const { agent } = lowered;
  const { output, fieldSpans } = agent;
  for (const { value } of output ? (flows.outcomes.get(agent.name) ?? []) : []) {
    if (!output || assignable(value.type, output)) continue;
    const facts = { agent: agent.name, ...misfit(value.type, output) };
    report(typesWrongOutput(fieldSpans["output"] ?? agent.span, facts, sourcesOf(value, lowered, flows)));
  }
}

/** Where a value comes from, as far as it is handed on as it is. */
function sourcesOf({ from }: Flow, { agent }: Lowered, flows: Flows): readonly Related[] {
  return [...from].sort().flatMap((op): readonly Related[] => {
    if (op === "input") return [takes(agent)];
    const called = flows.given.get(agent.name)?.get(op);
    const source = called && flows.agents.get(called.callee);
    return source && called ? [answers(source.agent, show(endValue(called.outcome).type))] : [];
  });
}

function takes({ name, input, worker, fieldSpans, span }: ResolvedAgent): Related {
  if (worker) return { span: { file: worker.path, start: 0, end: 0 }, message: `\`${name}\` takes ${show(worker.input)}` };
  return input
    ? { span: fieldSpans["input"] ?? span, message: `\`${name}\` takes ${show(input)}` }
    : { span, message: `\`${name}\` takes text, because it declares no \`input:\`` };
}

function answers({ name, output, fieldSpans, span, worker }: ResolvedAgent, type: string): Related {
  if (worker) return { span: { file: worker.path, start: 0, end: 0 }, message: `\`${name}\` answers ${type}` };
  const silent = output ? "" : ", and declares no `output:`";
  return { span: fieldSpans["output"] ?? span, message: `\`${name}\` answers ${type}${silent}` };
}
