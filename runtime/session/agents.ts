/** Agents with declared capabilities: workers under a name. */
import { isObject, type Json } from "../../compiler/ir/json.ts";
import { kebabCase } from "../../compiler/ir/kebab-case.ts";
import { type Type, text } from "../../compiler/ir/types.ts";
import type { Worker } from "../../stdlib/worker.ts";
import { failed, okay, type Result } from "./errors.ts";
import { named } from "./plain.ts";

/** An agent: who it is, and what it can do. */
export interface Agent {
  readonly id: string;
  readonly name?: string;
  readonly version?: string;
  /** At least one, each with a capability of its own: what `defineWorker` makes. */
  readonly workers: readonly Worker[];
}

/** What an agent says of itself. */
export interface AgentInfo {
  readonly agent_id: string;
  readonly name: string;
  readonly version: string;
  readonly capabilities: readonly string[];
}

/** A capability as a planner sees it. */
export interface Capability {
  readonly name: string;
  readonly description: string;
  readonly input: Type;
  readonly output: Type;
}

/** A worker of an agent, found by capability. */
export interface Provided {
  readonly agent: Agent;
  readonly worker: Worker;
}

/** The agents that are registered. Where several have a capability, the one that was registered last is asked. */
export interface Registry {
  /** Reports `validation_error` for an agent without an id or capabilities, and for an id that is taken. */
  readonly register: (agent: Agent) => Result<AgentInfo>;
  /** Reports `agent_not_found`. */
  readonly unregister: (id: string) => Result<null>;
  /** In the order in which they were registered. */
  readonly agents: () => readonly AgentInfo[];
  /** By name; of several the one that would be asked. */
  readonly capabilities: () => readonly Capability[];
  /** Reports `dispatch_no_agent_for_capability`; of a named agent `agent_not_found`, `agent_capability_not_found`. */
  readonly find: (capability: string, agent?: string) => Result<Provided>;
}

/** A registry without agents. */
export function createRegistry(): Registry {
  const known: Agent[] = [];
  const provided = () => new Map(known.flatMap((agent) => agent.workers.map((worker) => [worker.capability, { agent, worker }] as const)));
  const named = (id: string): Result<Agent> => {
    const agent = known.find((one) => one.id === id);
    return agent ? okay(agent) : failed("agent_not_found", `no agent is named '${id}'`, { agents: known.map((one) => one.id) });
  };
  return {
    register: (agent) => {
      const problem = problemOf(agent) ?? (known.some(({ id }) => id === agent.id) ? `there is an agent '${agent.id}' already` : null);
      if (problem !== null) return failed("validation_error", problem);
      known.push({ ...agent, workers: [...agent.workers] });
      return okay(infoOf(agent));
    },
    unregister: (id) => {
      const found = named(id);
      if (found.kind === "failed") return found;
      known.splice(known.indexOf(found.value), 1);
      return okay(null);
    },
    agents: () => known.map(infoOf),
    capabilities: () => [...provided().values()].map(({ worker }) => capabilityOf(worker)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    find: (capability, id) => {
      if (id === undefined) return anyOf(provided(), capability);
      const found = named(id);
      return found.kind === "failed" ? found : workerOf(found.value, capability);
    },
  };
}

/** A worker as a planner sees it. */
export function capabilityOf({ capability, description = "", input = text, output = text }: Worker): Capability {
  return { name: capability, description, input, output };
}

function anyOf(provided: ReadonlyMap<string, Provided>, capability: string): Result<Provided> {
  const found = provided.get(capability);
  if (found) return okay(found);
  const names = [...provided.keys()].sort();
  const there = names.length === 0 ? "there is none" : `there are: ${names.join(", ")}`;
  return failed("dispatch_no_agent_for_capability", `no agent has the capability '${capability}'; ${there}`, { available: names });
}

function workerOf(agent: Agent, capability: string): Result<Provided> {
  const worker = agent.workers.find((one) => one.capability === capability);
  if (worker) return okay({ agent, worker });
  const available: readonly Json[] = agent.workers.map((one) => one.capability);
  return failed("agent_capability_not_found", `agent '${agent.id}' has no capability '${capability}'`, { available });
}

function problemOf(agent: Agent): string | null {
  if (!isObject(agent)) return "an agent must be an object with an id and workers";
  const { id, workers } = agent;
  const name = named(id, "an agent's id");
  if (name.kind === "failed") return name.error.message;
  if (!Array.isArray(workers) || workers.length === 0) return `agent '${id}' declares no capability`;
  const names = workers.map((worker) => (isObject(worker) ? worker["capability"] : ""));
  if (names.some((capability) => typeof capability !== "string" || !kebabCase.test(capability)))
    return `agent '${id}': a capability is a word in kebab-case`;
  return new Set(names).size < names.length ? `agent '${id}' declares a capability twice` : null;
}

function infoOf({ id, name = id, version = "1.0.0", workers }: Agent): AgentInfo {
  return { agent_id: id, name, version, capabilities: workers.map(({ capability }) => capability) };
}
