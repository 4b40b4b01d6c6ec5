import { runBadInputs } from "../../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../../compiler/diagnostics/diagnostic.ts";
import { isObject, type Json, parseJson, toText } from "../../../compiler/ir/json.ts";
import { show, type Type } from "../../../compiler/ir/types.ts";
import { coerce } from "../../2-schedule/keys.ts";

/** One input of many. */
export interface InputLine {
  /** Its line in the file, from 1. */
  readonly line: number;
  /** Copied to its result; null where none is given. */
  readonly id: string | number | null;
  readonly task: string;
}

export type ReadInputs =
  | { readonly kind: "ok"; readonly lines: readonly InputLine[] }
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[] };

/** So many lines are told about. */
const most = 20;

/** Reads a JSON value, or `{"input": ..., "id"?}`, from each line; empty lines are none. Reports run/bad-inputs. */
export function readInputs(text: string, file: string, taken: Type): ReadInputs {
  const read = text
    .split("\n")
    .map((words, index) => ({ line: index + 1, words }))
    .filter(({ words }) => words.trim() !== "")
    .map(({ line, words }) => ({ line, meant: meant(words, taken) }));
  if (read.length === 0) return { kind: "failed", diagnostics: [runBadInputs(null, { file, line: 1, problem: "there is no input" })] };
  const repeated = repeatedId();
  const wrong = read.flatMap(({ line, meant }) => {
    const problem = meant.problem ?? repeated(line, meant.id);
    return problem === null ? [] : [runBadInputs(null, { file, line, problem })];
  });
  if (wrong.length > 0) return { kind: "failed", diagnostics: wrong.slice(0, most) };
  return { kind: "ok", lines: read.map(({ line, meant: { id, task } }) => ({ line, id, task })) };
}

/** Tells of an id that an earlier line has: nobody could tell their results apart. */
function repeatedId(): (line: number, id: InputLine["id"]) => string | null {
  const lines = new Map<string | number, number>();
  return (line, id) => {
    if (id === null) return null;
    const first = lines.get(id);
    if (first === undefined) lines.set(id, line);
    return first === undefined ? null : `the id ${JSON.stringify(id)} is that of line ${first}, too`;
  };
}

interface Meant {
  readonly id: string | number | null;
  readonly task: string;
  readonly problem: string | null;
}

function meant(words: string, taken: Type): Meant {
  const wrong = (problem: string): Meant => ({ id: null, task: "", problem });
  const value = parseJson(words);
  if (value === undefined) return wrong("this is no JSON");
  if (!isObject(value) || value["input"] === undefined) return checked({ id: null, task: toText(value), problem: null }, value, taken);
  const { input, id, ...rest } = value;
  const [other] = Object.keys(rest);
  if (other !== undefined) return wrong(`beside \`input\` there is \`${other}\``);
  if (id !== undefined && typeof id !== "string" && typeof id !== "number") return wrong("`id` is neither a text nor a number");
  return checked({ id: id ?? null, task: toText(input ?? null), problem: null }, input ?? null, taken);
}

function checked(meant: Meant, value: Json, taken: Type): Meant {
  const isTaken = coerce(value, taken) !== undefined && coerce(meant.task, taken) !== undefined;
  return isTaken ? meant : { ...meant, problem: `the input is not of type ${show(taken)}` };
}
