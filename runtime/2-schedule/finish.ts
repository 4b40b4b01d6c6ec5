import { canonical, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import type { Act } from "../../compiler/ir/ops.ts";
import { accepts, show } from "../../compiler/ir/types.ts";
import type { OpFrame } from "./frames.ts";
import { coerce, outputType, resolveKeys, spell, unfenced } from "./keys.ts";
import { parseArgs } from "./tool-calls.ts";

/** A finish that holds, or why it does not. */
export type Finish =
  | { readonly kind: "ok"; readonly key: string; readonly value: Json }
  | { readonly kind: "rejected"; readonly code: "no-route" | "schema"; readonly message: string };

/** Judges a finish: the key must be one that the caller routes, the value of the key's type. A missing or empty key means `done`, a missing value an empty text; `args` null: they are not a JSON object. */
export function finishOf(frame: OpFrame<Act>, args: JsonObject | null): Finish {
  if (args === null) return { kind: "rejected", code: "schema", message: "the arguments of finish are not a JSON object" };
  const { op, body } = frame;
  const allowed = resolveKeys(op.keys, body.block.keys);
  const named = typeof args["key"] === "string" ? args["key"].trim() : "";
  const given = named === "" ? "done" : named;
  const key = spell(given, allowed, op.outputs);
  if (key === null)
    return {
      kind: "rejected",
      code: "no-route",
      message: `\`${given}\` is no key to finish with; use one of: ${(allowed ?? []).join(", ")}`,
    };
  const type = outputType(op.outputs, key);
  const value = coerce(args["value"] ?? (accepts(type, null) ? null : ""), type);
  if (value === undefined) return { kind: "rejected", code: "schema", message: `the value for \`${key}\` is not of type ${show(type)}` };
  return { kind: "ok", key, value };
}

/**
 * The arguments of a finish that a text spells out in place of the call: `{key, value}` or `{name: "finish", arguments}` as JSON, in
 * a fence or not. Null where it is another text.
 */
export function spelledOut(text: string): JsonObject | null {
  const said = parseArgs(unfenced(text));
  const args = said?.["name"] === "finish" ? parseArgs(canonical(said["arguments"] ?? null)) : said;
  const isFinish = typeof args?.["key"] === "string" && Object.keys(args).every((name) => name === "key" || name === "value");
  return isFinish ? args : null;
}
