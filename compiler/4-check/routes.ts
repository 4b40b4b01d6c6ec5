import type { Located, ParsedProject } from "../2-parse/types.ts";
import {
  checkUnreachableState,
  routesBeyondBound,
  routesBoundTooLow,
  routesDeadTransition,
  routesDeadTransitionNotes,
  routesNoEnd,
  routesNoEndNotes,
  routesNoRoute,
  routesNoRouteNotes,
} from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { reachable } from "../graph.ts";
import { allWords, isNone, showWords, type Words, wordsOf } from "../ir/words.ts";
import type { Endings, Followed } from "./endings.ts";
import { checkPrompts } from "./prompts.ts";
import { fires, isDeadly, type Step } from "./table.ts";

/** Proves of every machine that each key leads somewhere, each state to an end, and that nothing in it is dead. Silent about agents with an error. */
export function checkRoutes(project: ParsedProject, endings: Endings, report: Report): void {
  for (const followed of endings.machines) checkMachine(followed, endings, report);
  checkPrompts(project, endings, report);
}

/** What follows from a missing route is not told beside it. */
function checkMachine(followed: Followed, endings: Endings, report: Report): void {
  const { verdict } = followed;
  const isWhole = ![...verdict.reached].some((name) => isDeadly(verdict.steps.get(name)));
  const visited = isWhole ? verdict.reached : supposed(followed);
  reportUnnamed(followed, report);
  reportUnrouted(followed, visited, endings, report);
  if (isWhole) reportEnds(followed, report);
  const lost = isWhole ? reportUnreached(followed, report) : [];
  reportIdle(followed, { visited, lost }, endings, report);
}

/** States that no entry names, directly or through others. */
function reportUnnamed({ machine }: Followed, report: Report): void {
  const named = namedFrom(machine);
  for (const { name } of machine.states) if (!named.has(name.value)) report(checkUnreachableState(name.span, { name: name.value }));
}

function namedFrom({ initial, states }: Followed["machine"]): ReadonlySet<string> {
  return reachable(new Map(states.map(({ name, routes }) => [name.value, routes.flatMap(({ target }) => target?.value ?? [])])), [initial]);
}

/** The states that runs would come to if nothing died before: where a key has no route, every entry of that state is followed. */
function supposed({ machine, verdict }: Followed): ReadonlySet<string> {
  const targets = machine.states.map(({ name, routes }) => {
    const step = verdict.steps.get(name.value);
    const taken = step && !isDeadly(step) ? step.moves.map(({ to }) => to) : routes.map(({ target }) => target?.value ?? null);
    return [name.value, taken.flatMap((target) => target ?? [])] as const;
  });
  return reachable(new Map(targets), [machine.initial]);
}

function reportUnrouted({ machine, verdict }: Followed, visited: ReadonlySet<string>, endings: Endings, report: Report): void {
  for (const { name } of machine.states) {
    const step = visited.has(name.value) ? verdict.steps.get(name.value) : undefined;
    if (!step) continue;
    const agent = endings.agents.get(name.value);
    const related = agent ? [routesNoRouteNotes.pattern(agent.pattern.span, { name: name.value })] : [];
    const facts = (words: Words) => ({ agent: name.value, keys: showWords(words), first: [...words.words.values()][0] ?? "*" });
    if (!isNone(step.unrouted)) report(routesNoRoute(name.span, facts(step.unrouted), related));
  }
}

/** States from which no run ends are one finding; so is a bound that ends every run. */
function reportEnds({ machine, verdict }: Followed, report: Report): void {
  const endless = machine.states.filter(({ name }) => verdict.endless.includes(name.value));
  const [first, ...others] = endless;
  if (first) {
    const related = others.map(({ name }) => routesNoEndNotes.other(name.span));
    return report(routesNoEnd(first.name.span, { name: first.name.value }, related));
  }
  const { shortest } = verdict;
  const initial = machine.states.find(({ name }) => name.value === machine.initial);
  if (shortest !== null && shortest > machine.maxSteps)
    report(routesBoundTooLow(initial?.name.span ?? null, { name: machine.initial, steps: shortest, max: machine.maxSteps }));
}

/** Tells of states that come too late for the bound, and gives back those that only dead entries name. */
function reportUnreached({ machine, verdict }: Followed, report: Report): readonly Located<string>[] {
  const named = namedFrom(machine);
  return machine.states.flatMap(({ name }) => {
    if (!named.has(name.value) || !verdict.steps.has(name.value)) return [];
    const depth = verdict.depths.get(name.value);
    const isLate = depth !== undefined && depth > machine.maxSteps && verdict.shortest !== null && verdict.shortest <= machine.maxSteps;
    if (isLate) report(routesBeyondBound(name.span, { name: name.value, steps: depth, max: machine.maxSteps }));
    return depth === undefined ? [name] : [];
  });
}

/** Entries that no key takes. Where a key of the same state has no route, that is the cause, and told. */
function reportIdle(
  { agent, machine, verdict }: Followed,
  { visited, lost }: { readonly visited: ReadonlySet<string>; readonly lost: readonly Located<string>[] },
  endings: Endings,
  report: Report,
): void {
  const caller = endings.callers.get(agent.directory) ?? allWords;
  const open = new Set(lost);
  for (const { name } of machine.states) {
    const step = verdict.steps.get(name.value);
    if (!step || !visited.has(name.value) || isDeadly(step)) continue;
    for (const route of idleIn(step, caller)) {
      const follows = [...open].filter(({ value }) => value === route.target?.value);
      for (const one of follows) open.delete(one);
      const key = route.key?.value ?? "*";
      const facts = { agent: name.value, key, ends: endsOf(step, caller) };
      const { pattern, lost } = routesDeadTransitionNotes;
      const definition = endings.agents.get(name.value)?.pattern;
      const related = follows.map(({ span, value }) => lost(span, { name: value }));
      const cause = definition ? [pattern(definition.span, { name: name.value })] : [];
      report(routesDeadTransition((route.key ?? route).span, facts, [...cause, ...related]));
    }
  }
}

function idleIn({ moves, idle }: Step, caller: Words): Step["idle"] {
  return [...idle, ...moves.flatMap((move) => (move.route && !fires(move, caller) ? [move.route] : []))];
}

function endsOf({ moves }: Step, caller: Words): string {
  const words = moves.map(({ keys }) => wordsOf(keys, caller));
  return words
    .filter((some) => !isNone(some))
    .map(showWords)
    .join(", ");
}
