import type { Exit, Pattern } from "../../stdlib/pattern.ts";
import { patterns } from "../../stdlib/patterns/index.ts";
import type { Located, ParsedAgent, ParsedProject, ParsedState } from "../2-parse/types.ts";
import { bottomUp } from "../graph.ts";
import { unreachable } from "../ir/unreachable.ts";
import { allWords, calledWith, isNone, keysWithout, noKeys, ownKeys, someWords, uniteKeys, type Words } from "../ir/words.ts";
import { callersOf, endKeys } from "./callers.ts";
import { follow, type Machine, type Verdict } from "./machine.ts";
import { type Ending, unknownEnding } from "./table.ts";

/** A machine of an agent, and what can become of its runs. */
export interface Followed {
  readonly agent: ParsedAgent;
  readonly machine: Machine;
  readonly verdict: Verdict;
}

/** How every agent can end, what its machines can do, and which words its callers allow it. */
export interface Endings {
  readonly agents: ReadonlyMap<string, ParsedAgent>;
  readonly endings: ReadonlyMap<string, Ending>;
  readonly machines: readonly Followed[];
  readonly callers: ReadonlyMap<string, Words>;
  /** Agents that call each other in a circle, and those that come to call one of them. */
  readonly circular: readonly string[];
}

/** Works out how agents end, those first that others call. Of one that calls in a circle nothing is known, of a broken one what its pattern alone says. */
export function endingsOf(project: ParsedProject): Endings {
  const agents = new Map(project.agents.map((agent) => [agent.directory, agent]));
  const ordered = bottomUp(new Map(project.agents.map((agent) => [agent.directory, agent.references.map(({ name }) => name.value)])));
  const known: Known = { project, endings: new Map(), machines: [], isAgent: namesOf(project) };
  const circular = [...agents.keys()].filter((name) => !ordered.has(name));
  for (const name of [...ordered, ...circular]) {
    const agent = agents.get(name);
    if (agent) known.endings.set(name, endingOf(agent, known));
  }
  const { endings, machines } = known;
  const topDown = [...ordered].reverse().flatMap((name) => agents.get(name) ?? []);
  return { agents, endings, machines, callers: callersOf(project, topDown, machines), circular };
}

interface Known {
  readonly project: ParsedProject;
  readonly endings: Map<string, Ending>;
  readonly machines: Followed[];
  readonly isAgent: (name: string) => boolean;
}

const done = ownKeys(someWords(["done"]));

function namesOf({ agents, unread }: ParsedProject): Known["isAgent"] {
  const names = new Set([...agents.map(({ directory }) => directory), ...unread.agents]);
  return (name) => names.has(name);
}

function endingOf(agent: ParsedAgent, known: Known): Ending {
  const pattern = agent.definition;
  if (agent.broken && pattern.exits.some(({ kind }) => kind !== "word")) return unknownEnding;
  const parts = pattern.exits.map((exit) => exitOf(agent, exit, known));
  const keys = parts.flatMap((part) => part.keys ?? []);
  const isKnown = keys.length === parts.length;
  const fails = runsOfItsOwn(pattern) || parts.some((part) => part.fails) || callsFail(agent, known);
  const united = isBlocked(agent, known) ? noKeys : uniteKeys(keys);
  return { keys: isKnown ? united : null, fails };
}

/** The keys of one exit, and whether getting there can fail; what calls of other agents can do is looked at apart. */
function exitOf(agent: ParsedAgent, exit: Exit, known: Known): Ending {
  switch (exit.kind) {
    case "word":
      return { keys: exit.word === "done" ? done : ownKeys(someWords([exit.word])), fails: false };
    case "prompt": {
      const step = exit.step === null ? agent.body : agent.steps.find(({ name }) => name === exit.step);
      if (!step) return unknownEnding;
      if (step.kind === "ask") return { keys: done, fails: true };
      return { keys: exit.except ? keysWithout(endKeys(agent), someWords(exit.except)) : endKeys(agent), fails: true };
    }
    case "agent": {
      const field = agent.fields[exit.field];
      const keys = field?.kind === "agent" ? known.endings.get(field.name.value)?.keys : null;
      return { keys: keys ? calledWith(keys, endKeys(agent)) : null, fails: false };
    }
    case "worker": {
      const worker = Object.hasOwn(known.project.workers, agent.directory) ? known.project.workers[agent.directory] : undefined;
      if (!worker) return unknownEnding;
      return { keys: ownKeys(someWords(worker.keys.length > 0 ? worker.keys : ["done"])), fails: true };
    }
    case "any":
      return { keys: ownKeys(allWords), fails: true };
    case "machine":
      return machineEnding(agent, exit, known);
    default:
      return unreachable(exit);
  }
}

/** Silent where a name is no state: that has been reported. */
function machineEnding(agent: ParsedAgent, exit: Exit & { kind: "machine" }, known: Known): Ending {
  const [initial, table] = [agent.fields[exit.initial], agent.fields[exit.states]];
  if (initial?.kind !== "state" || table?.kind !== "states") return unknownEnding;
  const names = new Set(table.states.map(({ name }) => name.value));
  const targets = table.states.flatMap(({ routes }) => routes.flatMap(({ target }) => target?.value ?? []));
  if (![initial.name.value, ...targets].every((name) => names.has(name))) return unknownEnding;
  const markers = new Set(table.states.flatMap((state) => (isMarker(state, known) ? [state.name.value] : [])));
  const maxSteps = agent.body.maxIter?.value ?? agent.definition.maxIter ?? Number.POSITIVE_INFINITY;
  const endingOfState = (name: string) => (markers.has(name) ? null : (known.endings.get(name) ?? unknownEnding));
  const machine = { initial: initial.name.value, states: table.states, maxSteps, endingOf: endingOfState };
  const verdict = follow(machine);
  known.machines.push({ agent, machine, verdict });
  return verdict.ending;
}

/** A state that no agent is named after is a marker, where nothing leads on from it. */
function isMarker({ name, routes }: ParsedState, { isAgent }: Known): boolean {
  return !isAgent(name.value) && routes.every(({ key }) => key?.value === "!error");
}

/** Whether a pattern has more that can fail than the agents it calls. What one of the project's own does with them is not known. */
function runsOfItsOwn({ name, body, steps }: Pattern): boolean {
  return body !== "none" || steps.length > 0 || !isBuiltIn(name);
}

function isBuiltIn(pattern: string): boolean {
  return Object.hasOwn(patterns, pattern);
}

/** Whether calls can make an agent fail: any one of them, but of a list whose failures are collected only all. */
function callsFail(agent: ParsedAgent, { endings }: Known): boolean {
  const fails = ({ value }: Located<string>) => endings.get(value)?.fails ?? true;
  return Object.values(agent.fields).some((field) => {
    if (field.kind === "agents") return collects(agent) ? field.names.every(fails) : field.names.some(fails);
    return field.kind === "agent" && fails(field.name);
  });
}

/** Whether an agent cannot end well, because those of its list never do: all of them, or any where failures are not collected. */
function isBlocked(agent: ParsedAgent, { endings }: Known): boolean {
  if (!isBuiltIn(agent.definition.name)) return false;
  const never = ({ value }: Located<string>) => {
    const keys = endings.get(value)?.keys;
    return keys ? isNone(keys.own) && isNone(keys.passes) : false;
  };
  return Object.values(agent.fields).some(
    (field) => field.kind === "agents" && (collects(agent) ? field.names.every(never) : field.names.some(never)),
  );
}

function collects({ onError, definition }: ParsedAgent): boolean {
  return (onError?.value ?? definition.onError) === "collect";
}
