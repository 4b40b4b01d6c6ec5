/** A planned sequence of calls as the sources of a project: an fsm of code agents, which is compiled like any other. */
import { canonical, type Json } from "../../compiler/ir/json.ts";
import { any } from "../../compiler/ir/types.ts";
import { defaultTimeoutMs } from "../../stdlib/worker.ts";
import type { BundledWorker } from "../../stdlib/workers/shipped.ts";
import type { AgentCall } from "./dispatch.ts";

/** Sources in memory: texts by path, and workers by the agent's folder. */
export interface PlannedSources {
  readonly texts: Readonly<Record<string, string>>;
  readonly workers: Readonly<Record<string, BundledWorker & { readonly path: string }>>;
}

/** The agent that a planned project starts with. */
const plannedEntry = "planned";

/** The sources of a sequence whose calls are all among `available`. A call's own params are a step before it. */
export function pipelineOf(words: string, calls: readonly AgentCall[], available: readonly BundledWorker[]): PlannedSources {
  const byName = new Map(available.map((worker) => [worker.capability, worker]));
  const steps = calls.flatMap((call, index) => stepsOf(call, index + 1, byName.get(call.capability)));
  const states = steps.map(({ name }, index) => `  ${name}: ${steps[index + 1]?.name ?? "~"}`);
  const [first] = steps;
  const machine = `pattern: fsm\ninitial: ${first?.name ?? ""}\nstates:\n${states.join("\n")}\nmax_iter: ${steps.length}`;
  const agents = [
    agentFile(plannedEntry, words, machine),
    ...steps.map(({ name, worker }) => agentFile(name, `${worker.capability}, as planned`, "pattern: code")),
  ];
  return {
    texts: { "tama.toml": `[project]\nname = "${plannedEntry}"\nentrypoint = "${plannedEntry}"\n`, ...Object.fromEntries(agents) },
    workers: Object.fromEntries(steps.map(({ name, worker }) => [name, { ...worker, path: `agents/${name}/worker.ts` }])),
  };
}

interface PlannedStep {
  readonly name: string;
  readonly worker: BundledWorker;
}

function stepsOf(call: AgentCall, number: number, worker: BundledWorker | undefined): readonly PlannedStep[] {
  if (!worker) return [];
  const step = { name: `step-${number}-${worker.capability}`, worker };
  return call.params === undefined ? [step] : [{ name: `params-${number}`, worker: giving(call.params) }, step];
}

/** A worker that gives a value, whatever it gets. */
function giving(value: Json): BundledWorker {
  const bundle = `export default { capability: "give", run: () => (${canonical(value)}) };\n`;
  return { bundle, capability: "give", input: any, output: any, keys: [], reads: [], timeoutMs: defaultTimeoutMs };
}

function agentFile(name: string, description: string, fields: string): readonly [path: string, text: string] {
  return [`agents/${name}/AGENT.md`, `---\nname: ${name}\ndescription: ${JSON.stringify(description)}\nversion: "1.0.0"\n${fields}\n---\n`];
}
