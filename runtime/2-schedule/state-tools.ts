import { canonical, type Json, type JsonObject, parseJson, toText } from "../../compiler/ir/json.ts";
import { entryOf, type Memory, type StateWrite, type Written, write } from "../session/memory.ts";

/** What a tool on shared memory answered. `written`: what it changed, null for a reading. */
export type StateReply =
  | { readonly kind: "ok"; readonly text: string; readonly written: Written | null }
  | { readonly kind: "failed"; readonly message: string };

type StateTool = (key: string, args: JsonObject, memory: Memory) => StateReply;

const stateTools: Readonly<Record<string, StateTool>> = {
  tama_mem_set(key, args, memory) {
    const value = args["value"];
    if (value === undefined) return failed("`value` is missing");
    return compareAndWrite(memory, { kind: "set", key, value }, args["expect_version"], () => `stored '${key}'`);
  },
  tama_mem_get(key, args, memory) {
    const { value, version } = entryOf(memory, key);
    if (args["with_version"] === true) return answer(canonical({ value: value ?? null, version }));
    return answer(value === undefined ? `[no value stored for key '${key}']` : toText(value));
  },
  tama_mem_append(key, args, memory) {
    const item = args["item"];
    if (item === undefined) return failed("`item` is missing");
    const written = write(memory, { kind: "append", key, item: parsed(item) });
    return { kind: "ok", text: `appended to '${key}': ${canonical(written.value ?? null)}`, written };
  },
  tama_mem_delete(key, args, memory) {
    const expected = args["expect_version"];
    if (entryOf(memory, key).value === undefined && (expected === undefined || expected === 0))
      return answer(`[no value stored for key '${key}']`);
    return compareAndWrite(memory, { kind: "delete", key }, expected, () => `deleted '${key}'`);
  },
};

/** Runs a tool on a view of shared memory. */
export function runStateTool(name: string, args: JsonObject, memory: Memory): StateReply {
  const tool = Object.hasOwn(stateTools, name) ? stateTools[name] : undefined;
  const key = args["key"];
  if (!tool) return failed(`no tool on shared memory is named '${name}'`);
  return typeof key === "string" && key !== "" ? tool(key, args, memory) : failed("`key` must be a text that is not empty");
}

/** Writes, unless the entry is not in the version that the caller expects. Version 0 stands for a key without a value. */
function compareAndWrite(memory: Memory, change: StateWrite, expected: Json | undefined, say: () => string): StateReply {
  const { version } = entryOf(memory, change.key);
  if (expected !== undefined && !(Number.isSafeInteger(expected) && Number(expected) >= 0))
    return failed("`expect_version` must be a whole number from 0");
  if (expected !== undefined && expected !== version)
    return failed(`'${change.key}' is in version ${version}, not ${canonical(expected)}: nothing was changed`);
  return { kind: "ok", text: say(), written: write(memory, change) };
}

function parsed(item: Json): Json {
  return typeof item === "string" ? (parseJson(item) ?? item) : item;
}

function answer(text: string): StateReply {
  return { kind: "ok", text, written: null };
}

function failed(message: string): StateReply {
  return { kind: "failed", message };
}
