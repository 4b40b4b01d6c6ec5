import type { WorkerSource } from "../../1-source/types.ts";
import type { Act, Body, Call, Choose, KeySet, MapOp, Op, Repeat, Result } from "../../ir/ops.ts";
import { list, show, type Type, text, union } from "../../ir/types.ts";
import { alternatives } from "../../ir/typing.ts";
import { unreachable } from "../../ir/unreachable.ts";
import { exactCases } from "./cases.ts";
import { evaluateFlow, type Known, outcomeOf, truthOf, unknown, withKey, withoutKeys } from "./evaluate.ts";
import { endValue, type Flow, flow, merged, type Outcome } from "./outcome.ts";
import { statesOf } from "./states.ts";

/** What running a block in types needs to know of others, and where it tells what its calls were given. */
export interface Surroundings {
  readonly worker: WorkerSource | null;
  /** How the blocks that it calls end; undefined for one that is not known. */
  readonly blocks: (name: string) => Outcome | undefined;
  readonly given: (op: Call, input: Flow, outcome: Outcome) => void;
}

/** In how many cases the ends of a repeat's ops are told apart: beyond, what is known of them is put together. */
const maxCases = 16;
/** How many states of a repeat are followed: beyond, nothing is known of what it ends with. */
const maxStates = 10_000;
/** From how many sources a state of one type is followed: a machine's hub would else be, once for each state that leads back to it. */
const maxSources = 8;

/** How a body can end. */
export function runBody(body: Body, known: Known, around: Surroundings): Outcome {
  const outcomes = new Map(known.outcomes);
  const inside = { ...known, outcomes };
  for (const op of body.ops) {
    const outcome = runOp(op, inside, around);
    if (outcome.length === 0) return [];
    outcomes.set(op.id, outcome);
  }
  return resultOf(body.result, inside);
}

function resultOf(result: Result, known: Known): Outcome {
  if (result.kind === "pass") return outcomeOf(known, result.op) ?? [];
  return [{ key: evaluateFlow(result.key, known).type, value: evaluateFlow(result.value, known), failed: false }];
}

function runOp(op: Op, known: Known, around: Surroundings): Outcome {
  switch (op.kind) {
    case "ask":
      return [done(op.id, op.output)];
    case "act":
      return runAct(op);
    case "code":
      return runCode(op.id, around);
    case "pure":
      return [{ key: evaluateFlow(op.key, known).type, value: evaluateFlow(op.value, known), failed: false }];
    case "call":
      return runCall(op, known, around);
    case "map":
      return runMap(op, known, around);
    case "repeat":
      return runRepeat(op, known, around);
    case "choose":
      return runChoose(op, known, around);
    case "wait":
      return [done(op.id, op.answer)];
    default:
      return unreachable(op);
  }
}

function done(op: string, type: Type): Outcome[number] {
  return { key: word("done"), value: flow(type, new Set([op])), failed: false };
}

function word(value: string): Type {
  return { kind: "literal", value };
}

/** One variant per key that has a type of its own, one for all other words. */
function runAct({ id, keys, outputs }: Act): Outcome {
  const from = new Set([id]);
  const special = Object.entries(outputs.byKey).filter(([key]) => allows(keys, key));
  const rest = otherWords(keys, new Set(special.map(([key]) => key.toLowerCase())));
  return merged([
    ...special.map(([key, type]) => ({ key: word(key), value: flow(type, from), failed: false })),
    ...(rest ? [{ key: rest, value: flow(outputs.otherwise, from), failed: false }] : []),
  ]);
}

function allows(keys: KeySet, key: string): boolean {
  return keys.kind === "open" || keys.caller || keys.words.some((one) => one.toLowerCase() === key.toLowerCase());
}

function otherWords(keys: KeySet, special: ReadonlySet<string>): Type | null {
  if (keys.kind === "open" || keys.caller) return text;
  const words = keys.words.filter((one) => !special.has(one.toLowerCase()));
  return words.length > 0 ? union(words.map(word)) : null;
}

function runCode(id: string, { worker }: Surroundings): Outcome {
  if (!worker) return [{ key: text, value: unknown, failed: false }];
  const keys = worker.keys.length > 0 ? worker.keys : ["done"];
  return [{ key: union(keys.map(word)), value: flow(worker.output, new Set([id])), failed: false }];
}

function runCall(op: Call, known: Known, around: Surroundings): Outcome {
  const from = new Set([op.id]);
  const ends = around.blocks(op.block) ?? [{ key: text, value: unknown, failed: false }];
  const outcome: Outcome = [
    ...merged(ends.map((variant) => ({ ...variant, value: flow(variant.value.type, from) }))),
    ...(op.onFailure === "value" ? [{ key: word("error"), value: flow({ kind: "failure" } as const, from), failed: true }] : []),
  ];
  around.given(op, evaluateFlow(op.input, known), outcome);
  return outcome;
}

function runMap(op: MapOp, known: Known, around: Surroundings): Outcome {
  const over = evaluateFlow(op.over, known);
  const items = alternatives(over.type).flatMap((one) => (one.kind === "list" ? [one.item] : one.kind === "any" ? [one] : []));
  const item = flow(union(items), over.from);
  const loops = new Map([...known.loops, [op.id, { item, state: unknown }]]);
  const { type, from } = endValue(runBody(op.body, { ...known, loops }, around));
  const value = op.onFailure === "propagate" ? list(type) : collected(type, item.type);
  return [{ key: word("done"), value: flow(value, new Set([op.id, ...from])), failed: false }];
}

function collected(value: Type, item: Type): Type {
  const index: Type = { kind: "int" };
  const entry = (fields: Readonly<Record<string, Type>>) => list({ kind: "object", fields, optional: [] });
  const failed = entry({ index, item, failure: { kind: "failure" } });
  return { kind: "object", fields: { ok: entry({ index, value }), failed }, optional: [] };
}

function runChoose(op: Choose, known: Known, around: Surroundings): Outcome {
  const { taken, isOpen } = possibleCases(op, alternatives(evaluateFlow(op.on, known).type));
  return merged([
    ...taken.flatMap(({ is, body }) => runBody(body, chosen(op, is, known), around)),
    ...(op.otherwise && isOpen ? runBody(op.otherwise, unchosen(op, known), around) : []),
  ]);
}

function possibleCases({ cases }: Choose, values: readonly Type[]) {
  const exact = exactCases(cases, values);
  if (exact) return exact;
  const taken = cases.filter(({ is }) => values.some((one) => canRead(one, is)));
  return { taken, isOpen: values.some((one) => one.kind !== "literal" || !cases.some(({ is }) => is === one.value)) };
}

/** Whether a value of a type can have a text: what is no text goes by its JSON. */
function canRead(type: Type, is: string): boolean {
  if (type.kind === "literal") return type.value === is;
  if (type.kind === "null") return is === "null";
  return type.kind !== "bool" || is === "true" || is === "false";
}

function chosen({ on }: Choose, is: string, known: Known): Known {
  return on.kind === "outcome" && on.field === "key" ? withKey(known, on.op, is) : known;
}

function unchosen({ on, cases }: Choose, known: Known): Known {
  const keys = cases.map(({ is }) => is);
  return on.kind === "outcome" && on.field === "key" ? withoutKeys(known, on.op, keys) : known;
}

/** Follows a repeat from state to state, those that differ in a constant apart, until no new one comes. */
function runRepeat(op: Repeat, known: Known, around: Surroundings): Outcome {
  const first = evaluateFlow(op.state, known);
  const states: Flow[] = [];
  const sources = new Map<string, Set<string>>();
  const meet = (state: Flow) => {
    if (isNew(state, sources)) states.push(state);
  };
  statesOf(first).forEach(meet);
  const ends: Outcome[number][] = op.times ? [{ key: word("done"), value: first, failed: false }] : [];
  // A list's iteration goes on to what is added meanwhile.
  for (const state of states) {
    if (states.length > maxStates) return [{ key: text, value: unknown, failed: false }];
    const loops = new Map([...known.loops, [op.id, { state, item: unknown }]]);
    for (const end of casesOf(op.body, { ...known, loops }, around)) {
      const until = truthOf(op.until, end);
      if (until.canHold || op.onExhausted === "last") ends.push(...resultOf(op.body.result, end));
      if (!until.canFail) continue;
      statesOf(evaluateFlow(op.next, end)).forEach(meet);
    }
  }
  return merged(ends);
}

/** Notes a state, whose sources are told by its type. Of a type that many sources have the later ones are the same to all that follows. */
function isNew({ type, from }: Flow, sources: Map<string, Set<string>>): boolean {
  const shown = show(type);
  const known = sources.get(shown) ?? new Set();
  const source = [...from].sort().join(" ");
  if (known.has(source) || known.size === maxSources) return false;
  sources.set(shown, known.add(source));
  return true;
}

/** How each op ended in a case. */
type Case = Map<string, Outcome>;

/** What is known after a body, once for each way in which its ops can end, as far as these are few. */
function casesOf(body: Body, known: Known, around: Surroundings): readonly Known[] {
  const inCase = (ends: Case): Known => ({ ...known, narrowed: (op) => ends.get(op) ?? known.narrowed(op) });
  let cases: readonly Case[] = [new Map()];
  for (const op of body.ops) {
    cases = cases.flatMap((one) => {
      const outcome = runOp(op, inCase(one), around);
      const isFew = cases.length * outcome.length <= maxCases;
      return split(one, op.id, isFew ? outcome.map((variant) => [variant]) : [outcome]);
    });
  }
  return cases.map(inCase);
}

/** A case for each of an op's ends. The first goes on in place, for most ops have but one and a copy for each would grow with their number. */
function split(one: Case, op: string, ends: readonly Outcome[]): readonly Case[] {
  const [first, ...others] = ends;
  const copies = others.map((end) => new Map(one).set(op, end));
  if (!first) return [];
  one.set(op, first);
  return [one, ...copies];
}
