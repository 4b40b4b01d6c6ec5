import type { Json } from "../ir/json.ts";
import { limitKinds } from "../ir/limits.ts";
import { openFields } from "./fields.ts";
import type { Located } from "./types.ts";
import { mismatch, type Read, shaped } from "./values.ts";
import type { Node } from "./yaml.ts";

const { read, expected, schema } = limitKinds.wall;

const duration: Read<Located<number>> = shaped(schema, (node, reading) => {
  const value = node.kind === "scalar" ? read(node.value) : null;
  return value === null ? mismatch(node, reading, expected) : { value, span: node.span };
});

/** Any data, as it is. */
const data: Read<Located<Json>> = shaped({}, (node) => ({ value: dataOf(node), span: node.span }));

const deadlineSchema = {
  type: "object",
  properties: { after: duration.schema ?? {}, default: {} },
  required: ["after", "default"],
  additionalProperties: false,
} as const;

/** Reads how long a question waits, and what is its answer then: `{after: 2h, default: "no"}`. */
export const deadline: Read<{ readonly afterMs: number; readonly default: Located<Json> }> = shaped(deadlineSchema, (node, reading) => {
  if (node.kind !== "map") return mismatch(node, reading, "`after` and `default`");
  const fields = openFields(node, node.span, reading.report);
  const after = fields.required("after", duration, "2h");
  const otherwise = fields.required("default", data, "<answer>");
  fields.close(`\`${reading.key}\``);
  return after && otherwise && { afterMs: after.value, default: otherwise };
});

function dataOf(node: Node): Json {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(dataOf);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key.value, dataOf(value)]));
}
