import type { ResolvedProject } from "../../3-resolve/types.ts";
import type { LoweredProject } from "../../5-lower/types.ts";
import { effectsUntrustedFlow, effectsUntrustedFlowNotes } from "../../diagnostics/codes.generated.ts";
import type { Related, Report } from "../../diagnostics/diagnostic.ts";
import { bottomUp } from "../../graph.ts";
import type { Act } from "../../ir/ops.ts";
import type { PlanTool } from "../../ir/plan.ts";
import { callsOf } from "../calls.ts";
import { type Flow, flowOf, noFlow, type Powers } from "./block.ts";
import { type Source, sourceIn } from "./taint.ts";

/** Tells of each op whose tools write or execute and that untrusted text can reach, with nobody and no worker in between. */
export function checkFlows(project: ResolvedProject, lowered: LoweredProject, report: Report): void {
  if (!Object.values(project.tools).some(({ effects }) => effects.includes("net"))) return;
  const powersOf = powersIn(project);
  const flows = flowsOf(lowered, powersOf);
  const order = [...flows.keys()].reverse();
  const first = reach(project.entries.names, order, flows, null);
  const { sinks } = first.memory === null ? first : reach(project.entries.names, order, flows, first.memory);
  for (const [at, { tool, source }] of sinks) {
    const span = lowered.origins.get(at) ?? null;
    const from = lowered.origins.get(source.at);
    const related: readonly Related[] = from ? [effectsUntrustedFlowNotes.source(from, { path: source.path })] : [];
    report(effectsUntrustedFlow(span, { tool, agent: at.slice(0, at.indexOf("/")), source: source.path }, related));
  }
}

/** The flows of every block, those first that others call. */
function flowsOf({ blocks }: LoweredProject, powersOf: (at: string, op: Act) => Powers): ReadonlyMap<string, Flow> {
  const flows = new Map<string, Flow>();
  for (const name of bottomUp(callsOf(blocks))) {
    const block = blocks[name];
    if (block) flows.set(name, flowOf(block.body, { agent: name, flows, powersOf }));
  }
  return flows;
}

interface Reached {
  readonly memory: Source | null;
  readonly sinks: ReadonlyMap<string, { readonly tool: string; readonly source: Source }>;
}

/** Follows what entries are called with down to every sink, with memory holding what it held before. `order`: callers first. */
function reach(entries: readonly string[], order: readonly string[], flows: ReadonlyMap<string, Flow>, memory: Source | null): Reached {
  const inputs = new Map<string, Source | null>(entries.map((name) => [name, null]));
  const sinks = new Map<string, { readonly tool: string; readonly source: Source }>();
  let written = memory;
  for (const name of order) {
    const input = inputs.get(name);
    if (input === undefined) continue;
    const flow = flows.get(name) ?? noFlow;
    written ??= sourceIn(flow.memory, input, memory);
    for (const [callee, taint] of flow.calls) inputs.set(callee, inputs.get(callee) ?? sourceIn(taint, input, memory));
    for (const [at, { tool, taint }] of flow.sinks) {
      const source = sourceIn(taint, input, memory);
      if (source) sinks.set(at, { tool, source });
    }
  }
  return { memory: written, sinks };
}

/** What the tools of an op's skills can do. Reading memory is what can be done again; all other use of it writes. */
function powersIn({ skills, tools }: ResolvedProject): (at: string, op: Act) => Powers {
  return (at, op) => {
    const ways = [
      ...op.tools.map((name) => ({ name, path: name })),
      ...op.skills.flatMap((skill) => (skills[skill]?.tools ?? []).map((name) => ({ name, path: `${skill} -> ${name}` }))),
    ];
    const has = (test: (tool: PlanTool) => boolean) => ways.find(({ name }) => tools[name] && test(tools[name]));
    const source = has(({ effects }) => effects.includes("net"));
    const agent = at.slice(0, at.indexOf("/"));
    return {
      source: source ? { at, path: `${agent} -> ${source.path}` } : null,
      reads: has(({ effects, undo }) => effects.includes("mem") && undo === "idempotent") !== undefined,
      writes: has(({ effects, undo }) => effects.includes("mem") && undo !== "idempotent") !== undefined,
      sink: has(({ effects }) => effects.includes("exec") || effects.includes("write"))?.name ?? null,
    };
  };
}
