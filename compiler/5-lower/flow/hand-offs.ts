import type { ResolvedAgent } from "../../3-resolve/types.ts";
import { typesMismatchNotes as notes, typesMismatch, typesWrongOutput } from "../../diagnostics/codes.generated.ts";
import type { Related, Report } from "../../diagnostics/diagnostic.ts";
import { assignable, show, type Type } from "../../ir/types.ts";
import type { Flows, Lowered } from "./follow.ts";
import { type Misfit, misfit } from "./misfit.ts";
import { endValue, type Flow } from "./outcome.ts";

/** Tells of each value that a call is given and its agent does not take, with where both are declared. */
export function checkHandOffs(lowered: Lowered, flows: Flows, report: Report): void {
  for (const [op, { callee, inputs }] of flows.given.get(lowered.agent.name) ?? []) {
    const taker = flows.agents.get(callee);
    if (!taker) continue;
    for (const { facts, values } of misfits([...inputs.values()], taker.input)) {
      const related = [...sourcesOf(values, lowered, flows), takes(taker.agent)];
      report(typesMismatch(lowered.origins.get(op) ?? lowered.agent.span, { callee, ...facts }, related));
    }
  }
}

/** Tells of an agent whose value is not what it declares. */
export function checkOutput(lowered: Lowered, flows: Flows, report: Report): void {
  const { agent } = lowered;
  const { output, fieldSpans } = agent;
  if (!output) return;
  const values = (flows.outcomes.get(agent.name) ?? []).map(({ value }) => value);
  for (const { facts, values: wrong } of misfits(values, output)) {
    report(typesWrongOutput(fieldSpans.get("output") ?? agent.span, { agent: agent.name, ...facts }, sourcesOf(wrong, lowered, flows)));
  }
}

interface Wrong {
  readonly facts: Misfit;
  readonly values: readonly Flow[];
}

/** The values that do not fit, those that differ in the same from what is asked as one. */
function misfits(values: readonly Flow[], wanted: Type): readonly Wrong[] {
  const wrong = values.filter(({ type }) => !assignable(type, wanted));
  if (wrong.length === 0) return [];
  const groups = new Map<string, Wrong>();
  for (const value of wrong) {
    const facts = misfit(value.type, wanted);
    const id = JSON.stringify(facts);
    groups.set(id, { facts, values: [...(groups.get(id)?.values ?? []), value] });
  }
  return [...groups.values()];
}

/** Where values come from, as far as they are handed on as they are. */
function sourcesOf(values: readonly Flow[], { agent }: Lowered, flows: Flows): readonly Related[] {
  return [...new Set(values.flatMap(({ from }) => [...from]))].sort().flatMap((op): readonly Related[] => {
    if (op === "input") return [takes(agent)];
    const called = flows.given.get(agent.name)?.get(op);
    const source = called && flows.agents.get(called.callee);
    return source && called ? [answers(source.agent, show(endValue(called.outcome).type))] : [];
  });
}

function takes({ name, input, worker, fieldSpans, span }: ResolvedAgent): Related {
  if (worker) return notes.takes({ file: worker.path, start: 0, end: 0 }, { name, type: show(worker.input) });
  return input ? notes.takes(fieldSpans.get("input") ?? span, { name, type: show(input) }) : notes.silent(span, { name });
}

function answers({ name, output, fieldSpans, span, worker }: ResolvedAgent, type: string): Related {
  if (worker) return notes.answers({ file: worker.path, start: 0, end: 0 }, { name, type });
  const note = output ? notes.answers : notes.undeclared;
  return note(fieldSpans.get("output") ?? span, { name, type });
}
