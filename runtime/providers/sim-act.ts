import { canonical, isObject, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import type { ModelAnswer, ModelTask } from "../3-task/task.ts";
import { calledTools, listedSkills, skillsRead, systemOf, textOf } from "./read-task.ts";
import { policyOf } from "./sim-policy.ts";
import { pick, turnOf } from "./sim-seed.ts";
import { madeUpCall, toolsUsed, usableTools } from "./sim-tools.ts";
import { itemsOf, madeUp } from "./sim-value.ts";

/** What a model says: text, or calls. */
export type Said = Pick<ModelAnswer, "text" | "calls">;

/** One turn of a react loop: start, then skills and tools as the policy has it, then finish; always in time to finish. */
export function act(task: ModelTask): Said {
  const policy = policyOf(task);
  const offers = (name: string) => task.tools.some((tool) => tool.name === name);
  if (policy.wastes && turnOf(task) === 1) return { text: "", calls: [] };
  if (task.turnsLeft === null || task.turnsLeft > 0) {
    if (offers("start") && !calledTools(task).has("start")) return call("start", {});
    const further = offers("read_skill") ? furtherSkill(task) : null;
    if (further !== null) return call("read_skill", { name: further });
    if (toolsUsed(task) < policy.toolCalls(task)) {
      const used = useTool(task);
      if (used) return used;
    }
  }
  return policy.wastes && !hasRejection(task) ? { text: "", calls: [{ name: "finish", args: "{" }] } : call("finish", finishArgs(task));
}

/** A call of one tool. */
export function call(name: string, args: JsonObject): Said {
  return { text: "", calls: [{ name, args: canonical(args) }] };
}

/** The task as `start` delivered it; before that the last words of the user. */
export function received(task: ModelTask): string {
  const started = task.messages
    .flatMap((message) => (message.role === "assistant" ? message.calls : []))
    .find(({ name }) => name === "start");
  const result = task.messages.find((message) => message.role === "tool" && message.call === started?.id);
  const last = result ?? task.messages.findLast(({ role }) => role === "user");
  return last ? textOf(last) : "";
}

/** The next skill to read: what is to be read is decided as if none had been. */
function furtherSkill(task: ModelTask): string | null {
  const read = skillsRead(task);
  return (
    policyOf(task)
      .skills(task, listedSkills(task))
      .find((name) => !read.has(name)) ?? null
  );
}

/** Null where there is nothing to use. One that wastes its turns starts again then. */
function useTool(task: ModelTask): Said | null {
  const tools = usableTools(task);
  if (tools.length > 0) return { text: "", calls: [madeUpCall(task, pick(task, `tool ${toolsUsed(task)}`, tools), received(task))] };
  return policyOf(task).wastes ? call("start", {}) : null;
}

function hasRejection({ messages }: ModelTask): boolean {
  return messages.some((message) => message.role === "assistant" && message.calls.some(({ name }) => name === "finish"));
}

function finishArgs(task: ModelTask): JsonObject {
  const parameters = task.tools.find(({ name }) => name === "finish")?.parameters;
  const fields = parameters?.["properties"];
  const [key, value] = isObject(fields) ? [fields["key"], fields["value"]] : [];
  const chosen = keyOf(task, key);
  const input = received(task);
  if (chosen === fanOut) return { key: chosen, value: fanOutValue(task, value, input) };
  return { key: chosen, value: madeUp(isObject(value) ? value : {}, { task, input }) };
}

/** The key with which the protocol spreads a list over workers. */
const fanOut = "parallel";

/** A word of the closed set; where any word goes, `done`. What can be spread is spread. */
function keyOf(task: ModelTask, schema: unknown): string {
  const words = isObject(schema) && Array.isArray(schema["enum"]) ? schema["enum"].map(String) : [];
  const spreads = words.length > 0 ? words.includes(fanOut) : systemOf(task).includes(`finish(key="${fanOut}"`);
  if (spreads) return fanOut;
  return words.length > 0 ? policyOf(task).key(task, words) : "done";
}

/** Items from the input's lines, as a list or, where the schema knows no list, as its text. */
function fanOutValue(task: ModelTask, schema: unknown, input: string): Json {
  const branches = isObject(schema) && Array.isArray(schema["anyOf"]) ? schema["anyOf"] : [schema];
  const list = branches.find((branch) => isObject(branch) && branch["type"] === "array");
  if (isObject(list)) return madeUp(list, { task, input });
  return canonical(itemsOf({ task, input }));
}
