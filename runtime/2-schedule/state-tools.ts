import { canonical, type Json, type JsonObject, parseJson, toText } from "../../compiler/ir/json.ts";
import { type Memory, read, type Written, write } from "../session/memory.ts";

/** What a tool on shared memory answered. `written`: what it changed, null for a reading. */
export type StateReply =
  | { readonly kind: "ok"; readonly text: string; readonly written: Written | null }
  | { readonly kind: "failed"; readonly message: string };

type StateTool = (key: string, args: JsonObject, memory: Memory) => StateReply;

const stateTools: Readonly<Record<string, StateTool>> = {
  tama_mem_set(key, args, memory) {
    const value = args["value"];
    if (value === undefined) return failed("`value` is missing");
    return { kind: "ok", text: `stored '${key}'`, written: write(memory, { kind: "set", key, value }) };
  },
  tama_mem_get(key, _args, memory) {
    const value = read(memory, key);
    return { kind: "ok", text: value === undefined ? `[no value stored for key '${key}']` : toText(value), written: null };
  },
  tama_mem_append(key, args, memory) {
    const item = args["item"];
    if (item === undefined) return failed("`item` is missing");
    const written = write(memory, { kind: "append", key, item: parsed(item) });
    return { kind: "ok", text: `appended to '${key}': ${canonical(written.value ?? null)}`, written };
  },
};

/** Runs a tool on a view of shared memory. */
export function runStateTool(name: string, args: JsonObject, memory: Memory): StateReply {
  const tool = Object.hasOwn(stateTools, name) ? stateTools[name] : undefined;
  const key = args["key"];
  if (!tool) return failed(`no tool on shared memory is named '${name}'`);
  return typeof key === "string" && key !== "" ? tool(key, args, memory) : failed("`key` must be a text that is not empty");
}

function parsed(item: Json): Json {
  return typeof item === "string" ? (parseJson(item) ?? item) : item;
}

function failed(message: string): StateReply {
  return { kind: "failed", message };
}
