import { parse, YAMLError } from "yaml";
import * as C from "../../compiler/ir/codec.ts";
import { decodeWith } from "../../compiler/ir/decode.ts";
import { canonical, isObject, type Json } from "../../compiler/ir/json.ts";
import type { ModelAnswer } from "../3-task/task.ts";

/** What a scripted model does in one turn. */
export type Turn = { readonly kind: "say"; readonly said: Said } | { readonly kind: "error"; readonly message: string };
export type Said = Pick<ModelAnswer, "text" | "calls">;

/** The turns of one call of a step. */
export type Call = readonly Turn[];

/** What models, and people, say in a run. Names are those of agents (`editor`), or of one of their steps (`editor/draft`). */
export interface Scenario {
  readonly agents: Readonly<Record<string, readonly Call[]>>;
  /** By the path of a step, or of one of its turns. */
  readonly paths: Readonly<Record<string, Call>>;
  /** For steps that nothing else names; empty where there is none. */
  readonly fallback: readonly Call[];
  /** Answers of people, by path or channel; several in the order of the questions. */
  readonly answers: Readonly<Record<string, readonly Json[]>>;
}

export type ReadScenario =
  | { readonly kind: "ok"; readonly scenario: Scenario }
  | { readonly kind: "failed"; readonly problems: readonly string[] };

/** Reads a scenario from YAML. Never throws. */
export function readScenario(yaml: string): ReadScenario {
  try {
    const decoded = decodeWith(file, { agents: {}, paths: {}, default: [], answers: {}, ...objectIn(parse(yaml)) });
    if (decoded.kind === "problems") return { kind: "failed", problems: decoded.problems.map(problemLine) };
    const { agents, paths, default: fallback, answers } = decoded.value;
    return {
      kind: "ok",
      scenario: {
        agents: mapValues(agents, callsOf),
        paths: mapValues(paths, (said) => listOf(said).flat().map(turnOf)),
        fallback: callsOf(fallback),
        answers: mapValues(answers, (answer) => (Array.isArray(answer) ? answer : [answer])),
      },
    };
  } catch (error) {
    if (!(error instanceof YAMLError || error instanceof ReferenceError)) throw error;
    return { kind: "failed", problems: [error.message.split("\n")[0] ?? ""] };
  }
}

interface SpokenTurn {
  readonly text: string;
  readonly value: Json | null;
  readonly calls: readonly { readonly name: string; readonly args: Json }[];
  readonly finish: { readonly key: string; readonly value: Json } | null;
  readonly error: string | null;
}
type Spoken = string | SpokenTurn;
type Script = Spoken | readonly (Spoken | readonly Spoken[])[];

const call = withDefaults({ args: {} }, C.objectOf<SpokenTurn["calls"][number]>({ name: C.string, args: C.json }));
const finish = withDefaults({ key: "done", value: "" }, C.objectOf<{ key: string; value: Json }>({ key: C.string, value: C.json }));
const spoken: C.Codec<Spoken> = stringOr(
  withDefaults(
    { text: "", value: null, calls: [], finish: null, error: null },
    C.objectOf<SpokenTurn>({
      text: C.string,
      value: C.json,
      calls: C.listOf(call),
      finish: C.nullable(finish),
      error: C.nullable(C.string),
    }),
  ),
);
const turns: C.Codec<Spoken | readonly Spoken[]> = listOr(spoken, spoken);
const script: C.Codec<Script> = listOr(turns, spoken);

const file = C.objectOf<{
  readonly agents: Readonly<Record<string, Script>>;
  readonly paths: Readonly<Record<string, Script>>;
  readonly default: Script;
  readonly answers: Readonly<Record<string, Json>>;
}>({ agents: C.recordOf(script), paths: C.recordOf(script), default: script, answers: C.recordOf(C.json) });

/**
 * A list of turns is cut into calls after each that ends one: a text, a value, a finish or an error. A list within the list is a
 * call as it stands.
 */
function callsOf(said: Script): readonly Call[] {
  const calls: Turn[][] = [];
  let isOpen = false;
  for (const entry of listOf(said)) {
    if (isList(entry)) calls.push(entry.map(turnOf));
    else if (isOpen) calls.at(-1)?.push(turnOf(entry));
    else calls.push([turnOf(entry)]);
    isOpen = !isList(entry) && !endsCall(entry);
  }
  return calls;
}

function endsCall(turn: Spoken): boolean {
  return typeof turn === "string" || turn.calls.length === 0 || turn.finish !== null || turn.calls.some(({ name }) => name === "finish");
}

function turnOf(turn: Spoken): Turn {
  if (typeof turn === "string") return { kind: "say", said: { text: turn, calls: [] } };
  if (turn.error !== null) return { kind: "error", message: turn.error };
  const finishing = turn.finish ? [{ name: "finish", args: turn.finish }] : [];
  const calls = [...turn.calls, ...finishing].map(({ name, args }) => ({ name, args: typeof args === "string" ? args : canonical(args) }));
  return { kind: "say", said: { text: turn.value === null ? turn.text : canonical(turn.value), calls } };
}

function listOf(said: Script): readonly (Spoken | readonly Spoken[])[] {
  return isScriptList(said) ? said : [said];
}

function isScriptList(said: Script): said is readonly (Spoken | readonly Spoken[])[] {
  return Array.isArray(said);
}

function isList(entry: Spoken | readonly Spoken[]): entry is readonly Spoken[] {
  return Array.isArray(entry);
}

function stringOr<T>(inner: C.Codec<T>): C.Codec<string | T> {
  return {
    schema: (defs) => ({ anyOf: [{ type: "string" }, inner.schema(defs)] }),
    decode: (value, at, problems) => (typeof value === "string" ? value : inner.decode(value, at, problems)),
  };
}

function listOr<I, T>(item: C.Codec<I>, inner: C.Codec<T>): C.Codec<readonly I[] | T> {
  const list = C.listOf(item);
  return {
    schema: (defs) => ({ anyOf: [list.schema(defs), inner.schema(defs)] }),
    decode: (value, at, problems) => (Array.isArray(value) ? list : inner).decode(value, at, problems),
  };
}

function withDefaults<T>(defaults: Readonly<Record<string, Json>>, inner: C.Codec<T>): C.Codec<T> {
  return {
    schema: (defs) => {
      const { required, ...schema } = inner.schema(defs);
      return Array.isArray(required) ? { ...schema, required: required.filter((name) => !Object.hasOwn(defaults, name)) } : schema;
    },
    decode: (value, at, problems) => inner.decode(isObject(value) ? { ...defaults, ...value } : value, at, problems),
  };
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {};
  return isObject(value) ? value : { "": value };
}

function mapValues<T, U>(table: Readonly<Record<string, T>>, change: (value: T) => U): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, change(value)]));
}

function problemLine({ at, message }: C.Problem): string {
  return at === "" ? message : `${at.slice(1)}: ${message}`;
}
