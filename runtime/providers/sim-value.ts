import { isObject, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import type { ModelTask } from "../3-task/task.ts";
import { optionsOf } from "./sim-options.ts";
import { flip, index, labelOf, pick } from "./sim-seed.ts";

/** What a made-up value is made from: the step, and the text that it was given. `at` tells the fields of one value apart. */
export interface Source {
  readonly task: ModelTask;
  readonly input: string;
  readonly at?: string;
}

/** The longest piece of the input in a made-up text. */
const maxExcerpt = 120;

/** A small value of a JSON Schema, as far as tama's types make them. */
export function madeUp(schema: Readonly<Record<string, unknown>>, source: Source): Json {
  if ("const" in schema) return json(schema["const"]);
  const options = schema["enum"] ?? schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(options) && options.length > 0) {
    if ("enum" in schema) return json(pick(source.task, `enum${source.at ?? ""}`, options));
    const branch: unknown = options.find((option) => isObject(option) && option["type"] !== "null") ?? options[0];
    return isObject(branch) ? madeUp(branch, source) : null;
  }
  return ofType(schema, source);
}

/** A readable line made from the input: `[sim] review/draft: the first words`. */
export function sentence(label: string, input: string): string {
  const [line = ""] = linesOf(input, 1);
  return `[sim] ${label}: ${line}`;
}

/** Items from the input's lines, three where no option says how many, even of a single line. */
export function itemsOf({ task, input }: Source): readonly string[] {
  const { items } = optionsOf(task);
  const lines = linesOf(input, items);
  return Array.from({ length: items }, (_, index) => lines[index] ?? `${lines[0]} (part ${index + 1})`);
}

/** At least one, at most `count` lines of the input that say something, without marks of earlier simulated steps. */
function linesOf(input: string, count: number): readonly [string, ...string[]] {
  const lines = input
    .split(/\r?\n/)
    .map((line) => excerpt(line.replace(/^(?:(?:DONE: )?\[sim\] [^:]*: )+/, "").trim()))
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  const [first = "(nothing)", ...rest] = lines;
  return [first, ...rest.slice(0, count - 1)];
}

function ofType(schema: Readonly<Record<string, unknown>>, source: Source): Json {
  switch (schema["type"]) {
    case "integer":
    case "number":
      return numberOf(schema, source);
    case "boolean":
      return flip(source.task, `bool${source.at ?? ""}`);
    case "null":
      return null;
    case "array":
      return listOf(schema, source);
    case "object":
      return objectOf(schema, source);
    default:
      return sentence(labelOf(source.task.path), source.input);
  }
}

/** From 0 to 10 where the schema sets no bounds: scores are of that kind. */
function numberOf(schema: Readonly<Record<string, unknown>>, { task, at }: Source): number {
  const low = typeof schema["minimum"] === "number" ? schema["minimum"] : 0;
  const high = typeof schema["maximum"] === "number" ? schema["maximum"] : low + 10;
  return Math.ceil(low) + index(task, `number${at ?? ""}`, Math.max(1, Math.floor(high) - Math.ceil(low) + 1));
}

/** As many items as there are to be: the input's lines where they are texts. */
function listOf(schema: Readonly<Record<string, unknown>>, source: Source): Json {
  const items = isObject(schema["items"]) ? schema["items"] : {};
  const isText = items["type"] === "string" || Object.keys(items).length === 0;
  const lines = itemsOf(source);
  return isText ? lines : lines.map((line, index) => madeUp(items, { ...source, input: line, at: `${source.at ?? ""}/${index}` }));
}

function objectOf(schema: Readonly<Record<string, unknown>>, source: Source): JsonObject {
  const fields = isObject(schema["properties"]) ? schema["properties"] : {};
  const entries = Object.entries(fields).map(([name, field]): [string, Json] => {
    return [name, isObject(field) ? madeUp(field, { ...source, at: `${source.at ?? ""}/${name}` }) : null];
  });
  return Object.fromEntries(entries);
}

function excerpt(line: string): string {
  const chars = [...line];
  return chars.length > maxExcerpt ? `${chars.slice(0, maxExcerpt).join("")}...` : line;
}

function json(value: unknown): Json {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(json);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, json(field)])) : null;
}
