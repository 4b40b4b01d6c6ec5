import { binary, builtin, choice, type Expr, field, literal } from "../../compiler/ir/expr.ts";
import { type KeySet, openKeys } from "../../compiler/ir/ops.ts";
import { bug } from "../../compiler/ir/unreachable.ts";
import { type Builder, definePattern, type Loop, type Placed, type Route, type State, type Turn } from "../pattern.ts";

/** A state that runs an agent; the others are markers. */
type Running = State & { readonly agent: string };

/** A state that ran, and what it was given. */
type Ran = Placed & { readonly input: Expr };

/** What a table says of a key that it has no entry for: neither a state's name, nor null, which stops. */
const noRoute = literal(false);

/** A bounded loop over states. The value of one is the input of the next; markers, `~` and states without a way out end it. */
export const fsm = definePattern({
  name: "fsm",
  summary: "states run agents; the key that an agent finishes with leads to the next state",
  fields: {
    initial: { kind: "state", summary: "the state to begin with", required: true },
    states: { kind: "states", summary: "for each state: a target, a table of keys, or ~", required: true },
  },
  maxIter: 50,
  exits: [{ kind: "machine", initial: "initial", states: "states" }],
  lower(agent, build) {
    const states = agent.fields.states("states");
    const initial = agent.fields.state("initial");
    if (!find(states, initial).agent) return build.exit("done", build.input);
    const options = {
      state: record(literal(initial), build.input),
      max: agent.maxIter,
      onExhausted: "fail",
      exhausted: literal(`FSM exceeded ${agent.maxIter} steps without reaching a terminal state`),
    } as const;
    return build.pass(build.repeat("loop", options, (loop, inner) => turn(states, loop, inner)));
  },
});

/** One step: run the state's agent, look its key up, stop or go on. */
function turn(states: readonly State[], loop: Loop, build: Builder): Turn {
  const at = field(loop.state, "at");
  const running = states.filter((state): state is Running => state.agent !== null);
  const runs = new Set(running.map((state) => state.name));
  const markers = states.filter((state) => !runs.has(state.name)).map((state) => state.name);
  const cases = running.map((state) => ({
    is: state.name,
    body: (inner: Builder) => inner.pass(run(state, runs, field(loop.state, "value"), inner)),
  }));
  const ran = build.choose("state", at, cases);
  const route = build.pure("route", {
    kind: "switch",
    on: at,
    cases: running.map((state) => ({ is: state.name, then: routeOf(state, { ...ran, input: field(loop.state, "value") }) })),
    else: noRoute,
  });
  const next = build.pure("next", route.value, {
    require: [
      {
        holds: binary(route.value, "!=", noRoute),
        code: "no-route",
        message: build.text`FSM: no transition for key '${ran.key}' in state '${at}'`,
      },
    ],
  });
  return {
    result: build.exit(ran.key, ran.value),
    until: binary(next.value, "in", literal([null, ...markers])),
    next: record(next.value, ran.value),
  };
}

function run(state: Running, runs: ReadonlySet<string>, input: Expr, build: Builder): Placed {
  return build.call(build.memberId("states", state.name), state.agent, input, {
    keys: offeredKeys(state.routes, (target) => runs.has(target)),
    onFailure: state.onError === undefined ? "propagate" : "value",
    label: literal(state.name),
  });
}

/**
 * The words that a state's agent may finish with: those of its table, and the caller's where its key leaves the fsm unrouted.
 * Where any word leads on to another state, any word will do. `runs` tells whether a target is a state that runs an agent.
 */
export function offeredKeys(routes: readonly Pick<Route, "key" | "target">[], runs: (target: string) => boolean): KeySet {
  const anyWord = routes.filter(takesAnyWord);
  if (anyWord.some(({ target }) => target !== null && runs(target))) return openKeys;
  const words = [...new Map(routes.filter(isNamed).map(({ key }) => [key.toLowerCase(), key])).values()];
  return { kind: "set", words, caller: words.length === 0 || anyWord.length > 0 };
}

/** Where a state leads: a name, null to stop, or `noRoute`. */
function routeOf(state: State, ran: Ran): Expr {
  const found = state.routes.length === 0 ? literal(null) : lookUp(state, ran);
  return state.onError === undefined ? found : choice(ran.failed, literal(state.onError), found);
}

/** Keys are compared without case; a named entry beats `*`, and guarded entries are tried in order. */
function lookUp(state: State, ran: Ran): Expr {
  const firstOf = (routes: readonly Route[], otherwise: Expr) =>
    routes.reduceRight((rest, { when, target }) => (when ? choice(when(ran), literal(target), rest) : literal(target)), otherwise);
  const otherwise = firstOf(state.routes.filter(takesAnyWord), noRoute);
  const entries = state.routes.filter(isNamed).map((route) => ({ ...route, key: route.key.toLowerCase() }));
  const keys = [...new Set(entries.map((route) => route.key))];
  if (keys.length === 0) return otherwise;
  const cases = keys.map((key) => ({
    is: key,
    then: firstOf(
      entries.filter((route) => route.key === key),
      otherwise,
    ),
  }));
  return { kind: "switch", on: builtin("lower", ran.key), cases, else: otherwise };
}

function takesAnyWord({ key }: Pick<Route, "key">): boolean {
  return key === null || key === "*";
}

function isNamed<R extends Pick<Route, "key">>(route: R): route is R & { readonly key: string } {
  return !takesAnyWord(route);
}

function record(at: Expr, value: Expr): Expr {
  return {
    kind: "object",
    fields: [
      { name: "at", value: at, when: null },
      { name: "value", value, when: null },
    ],
  };
}

function find(states: readonly State[], name: string): State {
  const state = states.find((one) => one.name === name);
  if (!state) throw bug(`state ${name} was not resolved`);
  return state;
}
