import type { FieldValues, Route, State } from "../../stdlib/pattern.ts";
import type { FieldValue, ParsedAgent, ParsedRoute, ParsedState } from "../2-parse/types.ts";
import { elaborate } from "../expr/elaborate.ts";
import type { Typed } from "../expr/elaboration.ts";
import { type Expr, literal } from "../ir/expr.ts";
import { any, type Type } from "../ir/types.ts";
import { bug } from "../ir/unreachable.ts";
import type { Guard } from "./types.ts";

/** What the fields of an agent were bound to. */
export interface Bound {
  /** The names that are agents. */
  readonly agents: ReadonlySet<string>;
  readonly guards: ReadonlyMap<ParsedRoute, Guard>;
  readonly types: ReadonlyMap<FieldValue, Type>;
}

/** The field values of an agent whose references are bound. */
export function fieldValues({ directory, fields }: ParsedAgent, { agents, guards, types }: Bound): FieldValues {
  const field = (name: string): FieldValue | undefined => fields[name];
  const wrong = (name: string) => bug(`${directory} has no such field: ${name}`);
  return {
    agent: (name) => {
      const value = field(name);
      if (value?.kind !== "agent") throw wrong(name);
      return value.name.value;
    },
    agents: (name) => {
      const value = field(name);
      if (value?.kind !== "agents") throw wrong(name);
      return value.names.map((located) => located.value);
    },
    count: (name) => {
      const value = field(name);
      if (value?.kind !== "count") throw wrong(name);
      return value.count;
    },
    deadline: (name) => {
      const value = field(name);
      if (value === undefined) return null;
      if (value.kind !== "deadline") throw wrong(name);
      return { afterMs: value.afterMs, default: literal(value.default.value) };
    },
    type: (name) => {
      const value = field(name);
      if (value === undefined) return null;
      if (value.kind !== "type") throw wrong(name);
      return types.get(value) ?? any;
    },
    state: (name) => {
      const value = field(name);
      if (value?.kind !== "state") throw wrong(name);
      return value.name.value;
    },
    states: (name) => {
      const value = field(name);
      if (value?.kind !== "states") throw wrong(name);
      return value.states.map((state) => toState(state, agents, guards));
    },
  };
}

function toState({ name, routes }: ParsedState, agents: ReadonlySet<string>, guards: ReadonlyMap<ParsedRoute, Guard>): State {
  const isCaught = (key: string | undefined) => key === "!error";
  const caught = routes.find(({ key }) => isCaught(key?.value));
  return {
    name: name.value,
    agent: agents.has(name.value) ? name.value : null,
    routes: routes
      .filter(({ key }) => !isCaught(key?.value))
      .map((route) => ({ key: route.key?.value ?? null, when: whenOf(guards.get(route)), target: route.target?.value ?? null })),
    onError: caught && (caught.target?.value ?? null),
  };
}

/** A guard as the expression that a pattern puts into its plan. Its types are checked with the hand-offs. */
function whenOf(guard: Guard | undefined): Route["when"] {
  if (!guard) return null;
  const bind = (expr: Expr): Typed => ({ expr, type: any });
  return ({ key, value, input }) => {
    const names = { key: bind(key), value: bind(value), input: bind(input), task: bind({ kind: "task" }) };
    return elaborate(guard.syntax, names, guard.source, () => {}).expr;
  };
}
