import type { FieldValues, State } from "../../stdlib/pattern.ts";
import type { FieldValue, ParsedAgent, ParsedState } from "../2-parse/types.ts";
import { bug } from "../ir/unreachable.ts";

/** The field values of an agent whose references are bound. `agents` are the names that are agents. */
export function fieldValues({ directory, fields }: ParsedAgent, agents: ReadonlySet<string>): FieldValues {
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
    state: (name) => {
      const value = field(name);
      if (value?.kind !== "state") throw wrong(name);
      return value.name.value;
    },
    states: (name) => {
      const value = field(name);
      if (value?.kind !== "states") throw wrong(name);
      return value.states.map((state) => toState(state, agents));
    },
  };
}

function toState({ name, routes }: ParsedState, agents: ReadonlySet<string>): State {
  const isCaught = (key: string | undefined) => key === "!error";
  const caught = routes.find(({ key }) => isCaught(key?.value));
  return {
    name: name.value,
    agent: agents.has(name.value) ? name.value : null,
    routes: routes
      .filter(({ key }) => !isCaught(key?.value))
      .map(({ key, target }) => ({ key: key?.value ?? null, when: null, target: target?.value ?? null })),
    onError: caught && (caught.target?.value ?? null),
  };
}
