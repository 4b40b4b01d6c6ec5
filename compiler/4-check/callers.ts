import type { ParsedAgent, ParsedProject } from "../2-parse/types.ts";
import { allWords, type Keys, noWords, ownKeys, someWords, uniteAll, type Words, wordsOf } from "../ir/words.ts";
import type { Followed } from "./endings.ts";
import { offerOf } from "./table.ts";

/**
 * The words that the callers of each agent allow it, all calls of runs together. An entry may finish with any word, as far as we know;
 * so may an agent that is not in the map, because none of its callers comes to call it. What only unused agents lead to is looked at as
 * if runs began with these. `topDown` are the agents, callers first.
 */
export function callersOf(
  project: ParsedProject,
  topDown: readonly ParsedAgent[],
  machines: readonly Followed[],
): ReadonlyMap<string, Words> {
  const { entries, others } = startsOf(project);
  const machinesOf = new Map<string, Followed[]>();
  for (const followed of machines)
    machinesOf.set(followed.agent.directory, [...(machinesOf.get(followed.agent.directory) ?? []), followed]);
  const calls = { topDown, machinesOf };
  return new Map([...offeredFrom(others, calls), ...offeredFrom(entries, calls)]);
}

interface Calls {
  readonly topDown: readonly ParsedAgent[];
  readonly machinesOf: ReadonlyMap<string, readonly Followed[]>;
}

/** What each agent that runs come to is allowed, where they begin at `starts`. */
function offeredFrom(starts: readonly string[], { topDown, machinesOf }: Calls): ReadonlyMap<string, Words> {
  const offers = new Map(starts.map((name) => [name, [allWords]]));
  const callers = new Map<string, Words>();
  for (const agent of topDown) {
    const offered = offers.get(agent.directory);
    if (!offered) continue;
    const words = uniteAll(offered);
    callers.set(agent.directory, words);
    for (const [callee, keys] of callsOf(agent, machinesOf.get(agent.directory) ?? [])) {
      const known = offers.get(callee);
      if (known) known.push(wordsOf(keys, words));
      else offers.set(callee, [wordsOf(keys, words)]);
    }
  }
  return callers;
}

/** Where runs begin: at entries, or else at what nothing calls. Everywhere, where an agent that could not be read may call any other. */
function startsOf({ config, agents, unread }: ParsedProject): { readonly entries: readonly string[]; readonly others: readonly string[] } {
  const all = agents.map(({ directory }) => directory);
  if (unread.agents.length > 0) return { entries: all, others: [] };
  const entries = config.entries.map(({ name }) => name).filter((name) => all.includes(name));
  const uncalled = uncalledOf(agents).map(({ directory }) => directory);
  return entries.length > 0 ? { entries, others: uncalled } : { entries: uncalled, others: [] };
}

/** The agents that no agent calls. */
export function uncalledOf(agents: readonly ParsedAgent[]): readonly ParsedAgent[] {
  const called = new Set(agents.flatMap(({ references }) => references.map(({ name }) => name.value)));
  return agents.filter(({ directory }) => !called.has(directory));
}

/** What the last step of an agent may finish with: the words that it declares, else those that its caller allows. */
export function endKeys({ keys }: ParsedAgent): Keys {
  return keys ? ownKeys(someWords(keys.map(({ value }) => value))) : passed;
}

const passed: Keys = { own: noWords, passes: allWords };
const open = ownKeys(allWords);

/** Whom an agent calls, and with which keys: a state's agent with its table's, one that ends the agent with the agent's, all others with any. */
function* callsOf(agent: ParsedAgent, machines: readonly Followed[]): Generator<readonly [string, Keys]> {
  const pattern = agent.definition;
  const ending = new Set(pattern.exits.flatMap((exit) => (exit.kind === "agent" ? [exit.field] : [])));
  for (const [name, field] of Object.entries(agent.fields)) {
    if (field.kind === "agent") yield [field.name.value, ending.has(name) ? endKeys(agent) : open];
    if (field.kind === "agents") for (const callee of field.names) yield [callee.value, open];
    if (field.kind === "states" && machines.length === 0) for (const state of field.states) yield [state.name.value, ownKeys(allWords)];
  }
  for (const { machine, verdict } of machines)
    for (const state of machine.states)
      if (verdict.reached.has(state.name.value)) yield [state.name.value, offerOf(state, (target) => machine.endingOf(target) !== null)];
}
