import type { Field, Pattern } from "../../stdlib/pattern.ts";
import { deadline } from "./deadline.ts";
import type { Fields } from "./fields.ts";
import { states } from "./states.ts";
import type { AgentReference, FieldValue, ParsedState } from "./types.ts";
import { type } from "./types-of-values.ts";
import { type Read, shaped, someOf, text, whole } from "./values.ts";
import type { Node } from "./yaml.ts";

/** Reads the fields that a pattern declares. One that is missing or wrong has been reported and is absent. */
export function readPatternFields(pattern: Pattern, fields: Fields): Readonly<Record<string, FieldValue>> {
  const entries = Object.entries(pattern.fields).map(([name, field]) => [name, readField(name, field, fields)] as const);
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, FieldValue] => entry[1] !== null));
}

/** Every place in the fields that names an agent. */
export function referencesOf(fields: Readonly<Record<string, FieldValue>>): readonly AgentReference[] {
  return Object.values(fields).flatMap((field) => {
    if (field.kind === "agent") return [{ name: field.name, mayBeMarker: false }];
    if (field.kind === "agents") return field.names.map((name) => ({ name, mayBeMarker: false }));
    return field.kind === "states" ? field.states.map((state) => ({ name: state.name, mayBeMarker: isTerminal(state) })) : [];
  });
}

function isTerminal({ routes }: ParsedState): boolean {
  return routes.every(({ key }) => key?.value === "!error");
}

function readField(name: string, field: Field, fields: Fields): FieldValue | null {
  const read = readers[field.kind];
  return field.required ? fields.required(name, read, examples[field.kind]) : fields.optional(name, read);
}

/** An agent and a state are both named. */
function named(kind: "agent" | "state"): Read<FieldValue> {
  return mapped(text, (name, { span }) => ({ kind, span, name }));
}

const examples: Readonly<Record<Field["kind"], string>> = {
  agent: "<agent>",
  agents: "[<agent>, <agent>]",
  count: "3",
  deadline: "{after: 2h, default: <answer>}",
  type: "text",
  state: "<state>",
  states: "{<state>: <state>, <state>: ~}",
};

function mapped<T, U>(read: Read<T>, make: (value: T, node: Node) => U): Read<U> {
  return shaped(read.schema ?? {}, (node, reading) => {
    const value = read(node, reading);
    return value === null ? null : make(value, node);
  });
}

const readers: Readonly<Record<Field["kind"], Read<FieldValue>>> = {
  agent: named("agent"),
  agents: mapped(someOf(text, "a list of agents"), (names, { span }) => ({ kind: "agents", span, names })),
  count: mapped(whole(1), ({ value, span }) => ({ kind: "count", span, count: value })),
  deadline: mapped(deadline, (given, { span }) => ({ kind: "deadline", span, ...given })),
  type: mapped(type, (parsed, { span }) => ({ kind: "type", span, type: parsed })),
  state: named("state"),
  states: mapped(states, (table, { span }) => ({ kind: "states", span, states: table })),
};
