import {
  parseDuplicateKey,
  parseDuplicateKeyNotes,
  parseMisplacedKey,
  parseRepeatedItem,
  parseRepeatedItemNotes,
  parseUnusedKey,
} from "../diagnostics/codes.generated.ts";
import { variableName } from "../ir/granted-names.ts";
import type { Fields } from "./fields.ts";
import { skillNamed } from "./skill-names.ts";
import type { Located, ModelChoice } from "./types.ts";
import { list, number, text, whole, word } from "./values.ts";
import type { Entry } from "./yaml.ts";

/** What an agent or a step says of its model calls. */
export interface Call {
  readonly model: ModelChoice | null;
  /** Skills, by what they are known by in the project. */
  readonly uses: readonly Located<string>[];
  readonly maxIter: Located<number> | null;
}

const fromOne = whole(1);
const names = list(text, "a list of names");
const variables = list(word(variableName, "the name of a variable"), "a list of variables");

/** Reads `call:` of an agent's file, and `max_iter` from there or from beside it. `agent` is the agent's directory. */
export function readCall(fields: Fields, agent: string): Call {
  const outer = fields.optional("max_iter", fromOne);
  for (const key of ["model", "uses"]) reportMisplaced(fields, key);
  const call = fields.inner("call");
  if (!call) return { model: null, uses: [], maxIter: outer };
  const inner = call.optional("max_iter", fromOne);
  if (inner && outer) fields.report(parseDuplicateKey(inner.span, { key: "max_iter" }, [parseDuplicateKeyNotes.first(outer.span)]));
  const uses = readNames(call, "uses").flatMap((name) => skillNamed(name, agent, call.report) ?? []);
  const model = readModel(call);
  call.close("`call`");
  return { model, uses, maxIter: outer ?? inner };
}

/** Reads the variables of the environment that an agent or a skill lists. */
export function readVariables(fields: Fields): readonly Located<string>[] {
  return readNames(fields, "env", variables);
}

/** Reads a list of names; one that stands twice is told and dropped. */
export function readNames(fields: Fields, key: string, read = names): readonly Located<string>[] {
  const named = fields.optional(key, read) ?? [];
  if (named.length === 0) return named;
  const firsts = new Map<string, Located<string>>();
  for (const name of named) {
    const first = firsts.get(name.value);
    if (first) fields.report(parseRepeatedItem(name.span, { item: name.value, key }, [parseRepeatedItemNotes.first(first.span)]));
    else firsts.set(name.value, name);
  }
  return [...firsts.values()];
}

function readModel(call: Fields): ModelChoice | null {
  const model = call.inner("model");
  const entry = call.entry("model");
  if (!model || !entry) return null;
  const choice = {
    span: entry.key.span,
    role: model.optional("role", text),
    name: model.optional("name", text),
    temperature: model.optional("temperature", number(0)),
    maxTokens: model.optional("max_tokens", whole(1)),
    seed: model.optional("seed", whole(0)),
  };
  model.close("`model`");
  if (choice.name && choice.role) call.report(parseUnusedKey(choice.role.span, { key: "role", owner: "a `model` that has a `name`" }));
  return choice;
}

function reportMisplaced(fields: Fields, key: string): void {
  const entry: Entry | null = fields.given(key);
  if (entry) fields.report(parseMisplacedKey(entry.key.span, { key }));
}
