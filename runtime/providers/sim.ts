import { canonical, isObject, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import type { ModelAnswer, ModelTask } from "../3-task/task.ts";
import type { Provider } from "./provider.ts";
import { calledTools, countedUsage, listedSkills, systemOf, textOf } from "./read-task.ts";
import { chance, labelOf, pick } from "./sim-seed.ts";
import { itemsOf, madeUp, sentence } from "./sim-value.ts";

/**
 * A deterministic stand-in for a model, so that any plan runs end to end without a network: it obeys the tool protocol,
 * the routing keys and the schemas, and what it chooses depends on the task's path alone, so that loops come to an end.
 */
export const sim: Provider = {
  name: "sim",
  complete: async (task, { signal }) => {
    if (signal.aborted) return { kind: "failed", code: "cancelled", message: "the request was cancelled", details: null, attempts: [] };
    const said = task.tools.some(({ name }) => name === "finish") ? act(task) : { text: ask(task), calls: [] };
    const usage = countedUsage(task, said);
    const finish = said.calls.length > 0 ? "tool_calls" : "stop";
    return { kind: "ok", answer: { kind: "model", ...said, finish, model: task.model.name, usage }, attempts: [] };
  },
};

type Said = Pick<ModelAnswer, "text" | "calls">;

/** One turn of a react loop: start, perhaps a skill, finish. */
function act(task: ModelTask): Said {
  const made = calledTools(task);
  const offers = (name: string) => task.tools.some((tool) => tool.name === name) && !made.has(name);
  if (offers("start")) return call("start", {});
  const skills = listedSkills(task);
  if (offers("read_skill") && skills.length > 0 && chance(task, "skill") < 0.5)
    return call("read_skill", { name: pick(task, "name", skills) });
  return call("finish", finishArgs(task));
}

function ask(task: ModelTask): string {
  const last = task.messages.findLast(({ role }) => role === "user");
  const input = last ? textOf(last) : "";
  if (task.output !== null) return canonical(madeUp(task.output, { task, input }));
  return `${verdict(task)}${sentence(labelOf(task.path), input)}`;
}

/** A judge that is told to say DONE says it at once or from the second round on. */
function verdict(task: ModelTask): string {
  if (!/\bDONE\b/.test(systemOf(task))) return "";
  const round = Number(/\[(\d+)\][^[\]]*$/.exec(task.path)?.[1] ?? 1);
  return round > 1 || chance(task, "done") < 0.5 ? "DONE: " : "";
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

/** A word of the closed set, another one in every round; where any word goes, `done`. */
function keyOf(task: ModelTask, schema: unknown): string {
  const words = isObject(schema) && Array.isArray(schema["enum"]) ? schema["enum"].map(String) : [];
  const spreads = words.length > 0 ? words.includes(fanOut) : systemOf(task).includes(`finish(key="${fanOut}"`);
  if (spreads) return fanOut;
  return words.length > 0 ? pick(task, "key", words) : "done";
}

/** Three items from the input's lines, as a list or, where the schema knows no list, as its text. */
function fanOutValue(task: ModelTask, schema: unknown, input: string): Json {
  const branches = isObject(schema) && Array.isArray(schema["anyOf"]) ? schema["anyOf"] : [schema];
  const list = branches.find((branch) => isObject(branch) && branch["type"] === "array");
  if (isObject(list)) return madeUp(list, { task, input });
  return canonical(itemsOf(input));
}

/** The task as `start` delivered it; before that the last words of the user. */
function received(task: ModelTask): string {
  const started = task.messages
    .flatMap((message) => (message.role === "assistant" ? message.calls : []))
    .find(({ name }) => name === "start");
  const result = task.messages.find((message) => message.role === "tool" && message.call === started?.id);
  const last = result ?? task.messages.findLast(({ role }) => role === "user");
  return last ? textOf(last) : "";
}

function call(name: string, args: JsonObject): Said {
  return { text: "", calls: [{ name, args: canonical(args) }] };
}
