import { parseDuplicateKey, parseMisplacedKey, parseNotYet, parseRepeatedItem, parseUnusedKey } from "../diagnostics/codes.generated.ts";
import type { Fields } from "./fields.ts";
import type { Located, ModelChoice } from "./types.ts";
import { list, number, text, whole } from "./values.ts";
import type { Entry } from "./yaml.ts";

/** What an agent or a step says of its model calls. */
export interface Call {
  readonly model: ModelChoice | null;
  readonly uses: readonly Located<string>[];
  readonly maxIter: Located<number> | null;
}

/** Reads `call:`, and `max_iter` from there or from beside it. */
export function readCall(fields: Fields): Call {
  const outer = fields.optional("max_iter", whole(1));
  for (const key of ["model", "uses"]) reportMisplaced(fields, key);
  const call = fields.inner("call");
  if (!call) return { model: null, uses: [], maxIter: outer };
  const inner = call.optional("max_iter", whole(1));
  if (inner && outer)
    fields.report(parseDuplicateKey(inner.span, { key: "max_iter" }, [{ span: outer.span, message: "first given here" }]));
  const uses = readNames(call, "uses").filter((name) => isBuilt(name, call));
  const model = readModel(call);
  call.close("`call`");
  return { model, uses, maxIter: outer ?? inner };
}

/** Reads a list of names; one that stands twice is told and dropped. */
export function readNames(fields: Fields, key: string): readonly Located<string>[] {
  const names = fields.optional(key, list(text, "a list of names")) ?? [];
  const firsts = new Map<string, Located<string>>();
  for (const name of names) {
    const first = firsts.get(name.value);
    if (first) fields.report(parseRepeatedItem(name.span, { item: name.value, key }, [{ span: first.span, message: "first given here" }]));
    else firsts.set(name.value, name);
  }
  return [...firsts.values()];
}

/** Skills by path and from the standard library come later. */
function isBuilt({ value, span }: Located<string>, { report }: Fields): boolean {
  if (!value.includes("/")) return true;
  report(parseNotYet(span, { what: `\`${value}\`, a skill that is not one of the project's own,` }));
  return false;
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
