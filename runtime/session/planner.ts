/** The planner: a model turns words into calls of declared capabilities. What it answers is checked; nothing is guessed. */
import { canonical, isObject, type Json, type JsonObject, parseJson, toText } from "../../compiler/ir/json.ts";
import { callPath, itemPath, type Path, turnPath } from "../../compiler/ir/path.ts";
import { jsonSchema, show, type Type, text, union } from "../../compiler/ir/types.ts";
import { contentKeys } from "../3-task/content-key.ts";
import { type Message, type ModelTask, type RunModel, type TaskResult, textParts } from "../3-task/task.ts";
import { usageColumns, usageIn } from "../3-task/usage.ts";
import type { Executor } from "../executors/executor.ts";
import type { Capability } from "./agents.ts";
import type { AgentCall } from "./dispatch.ts";
import { attempt, type Failed, failed, okay, type Result, type SessionError } from "./errors.ts";
import { sessionPath } from "./journal.ts";
import type { Session } from "./session.ts";

export interface PlanOptions {
  /** Where the question, the answer and the plan are recorded. */
  readonly session: Session;
  readonly capabilities: readonly Capability[];
  readonly executor: Executor;
  readonly model: RunModel;
  readonly signal?: AbortSignal;
}

/**
 * Asks a model for the calls that do what the words say; an answer that is none is sent back once. Reports
 * `plan_generation_failed` where there is no capability, or none that does it, `plan_llm_error`, and `plan_invalid_format`.
 */
export async function planCalls(words: string, options: PlanOptions): Promise<Result<readonly AgentCall[]>> {
  const { session, capabilities, model } = options;
  const { journal } = session;
  if (words.trim() === "") return failed("validation_error", "there are no words to plan from");
  if (capabilities.length === 0) return failed("plan_generation_failed", "there is no capability to plan with");
  const said = session.userInput(words);
  if (said.kind === "failed") return said;
  const path = callPath(itemPath(sessionPath, "plan", session.trajectory().length), "planner", 1);
  const begun = journal.event({ kind: "span_started", path, name: "agent:planner:oneshot", span_kind: "agent" }, { input_hash: words });
  if (begun.kind === "failed") return begun;
  const calls = await converse(words, path, options);
  const ended = journal.event(
    { kind: "span_ended", path, ...statusOf(calls) },
    calls.kind === "ok" ? { value_hash: canonical(plain(calls.value)) } : {},
  );
  if (ended.kind === "failed") return ended;
  const told =
    calls.kind === "ok"
      ? journal.entry({
          kind: "plan_created",
          by: "planner",
          content: { user_input: words, calls: plain(calls.value), model: `${model.provider}:${model.name}` },
        })
      : session.note("no plan came of it", { code: calls.error.code, message: calls.error.message });
  return told.kind === "ok" ? calls : told;
}

const attempts = 2;

/** Asks, and asks again with what was wrong. */
async function converse(words: string, path: Path, options: PlanOptions): Promise<Result<readonly AgentCall[]>> {
  const messages: Message[] = [
    { role: "system", parts: textParts(systemPrompt(options.capabilities)) },
    { role: "user", parts: textParts(words) },
  ];
  let problem: SessionError | null = null;
  for (let turn = 1; turn <= attempts; turn += 1) {
    const answer = await ask({ path, turn, messages: [...messages] }, options);
    if (answer.kind === "failed") return answer;
    const calls = readCalls(answer.value, options.capabilities);
    if (calls.kind === "ok" || calls.error.code !== "plan_invalid_format") return calls;
    problem = calls.error;
    const retry = { kind: "schema_retry", path: turnPath(itemPath(path, "ask", turn), 1), parent: path, message: problem.message } as const;
    if (turn < attempts) options.session.journal.event({ ...retry, iteration: turn, detail: canonical({ attempt: turn }) });
    messages.push({ role: "assistant", parts: textParts(answer.value), calls: [] });
    messages.push({ role: "user", parts: textParts(`${problem.message}. Answer with the JSON object alone.`) });
  }
  return failed("plan_invalid_format", problem?.message ?? "the model gave no plan");
}

/** One question to the model, recorded as any model call is. */
async function ask(request: { path: Path; turn: number; messages: readonly Message[] }, options: PlanOptions): Promise<Result<string>> {
  const { path, turn, messages } = request;
  const task: ModelTask = {
    kind: "model",
    path: turnPath(itemPath(path, "ask", turn), 1),
    step: { agent: "planner", op: "ask", label: "plan", call: turn },
    model: options.model,
    messages,
    tools: [],
    output: jsonSchema(answerType(options.capabilities)),
    purpose: "answer",
    turnsLeft: null,
    sample: null,
  };
  const result = await options.executor.run(task, options.signal ?? new AbortController().signal);
  const recorded = recordCall(task, result, { parent: path, turn, session: options.session });
  if (recorded.kind === "failed") return recorded;
  if (result.kind === "failed") return failed("plan_llm_error", result.message, { code: result.code });
  return result.answer.kind === "model" ? okay(result.answer.text) : failed("plan_llm_error", "the model gave no answer");
}

function recordCall(
  task: ModelTask,
  result: TaskResult,
  { parent, turn, session }: { readonly parent: Path; readonly turn: number; readonly session: Session },
): Result<null> {
  const { journal } = session;
  const head = attempt("persist_save_failed", () => journal.recorder.messages(task.messages));
  if (head.kind === "failed") return head;
  const answer = result.kind === "ok" && result.answer.kind === "model" ? result.answer : null;
  const status = result.kind === "ok" ? { status: "ok" } : { status: "failed", code: result.code, message: result.message };
  const { provider, name: model, temperature } = task.model;
  const times = { start_us: result.startUs, end_us: result.endUs, thread: result.thread };
  const tokens = usageColumns(usageIn(result));
  return journal.event(
    {
      kind: "llm_call",
      path: task.path,
      parent,
      prev: parent,
      name: "llm:plan",
      span_kind: "llm",
      role: "planner",
      iteration: turn,
      content_key: contentKeys().model(task),
      input_hash: head.value,
      ...{ provider, model, temperature, ...times, ...status, ...tokens },
      ...(answer ? { detail: canonical({ finish: answer.finish, model: answer.model }) } : {}),
    },
    answer ? { value_hash: canonical({ text: answer.text, calls: [] }) } : {},
  );
}

/** What the model must answer. `params` null: the value of the call before, of the first the input that the plan is run with. */
function answerType(capabilities: readonly Capability[]): Type {
  const names = capabilities.map(({ name }): Type => ({ kind: "literal", value: name }));
  const call: Type = { kind: "object", fields: { capability: union(names), params: union([text, { kind: "null" }]) }, optional: [] };
  return { kind: "object", fields: { calls: { kind: "list", item: call } }, optional: [] };
}

function systemPrompt(capabilities: readonly Capability[]): string {
  const lines = capabilities.map(({ name, description, input, output }) => {
    const about = description === "" ? "" : `: ${description}`;
    return `- ${name} (${show(input)} to ${show(output)})${about}`;
  });
  return `You turn a request into calls of the capabilities below, in the order in which they must happen.

Capabilities:
${lines.join("\n")}

Answer with a JSON object alone: {"calls": [{"capability": "...", "params": null}]}.
Each call gets the value of the call before it, the first one the text that the plan will be run with: then \`params\` is null.
Write \`params\` only where the request itself gives the text, or the JSON, that a call is to work on.
Use no capability that is not in the list. If they cannot do what is asked, answer {"calls": []}.`;
}

/** The calls that an answer holds: JSON, alone or in a code block; an object with `calls`, or the list itself. */
export function readCalls(answer: string, capabilities: readonly Capability[]): Result<readonly AgentCall[]> {
  const found = jsonOf(answer);
  if (found === undefined) return invalid("the answer is not one JSON value");
  const list: unknown = isObject(found) ? found["calls"] : found;
  if (!Array.isArray(list)) return invalid("the answer has no list of calls");
  if (list.length === 0) return failed("plan_generation_failed", "no capability does what is asked");
  const calls: AgentCall[] = [];
  for (const [index, item] of list.entries()) {
    const call = readCall(item, index + 1, capabilities);
    if (call.kind === "failed") return call;
    calls.push(call.value);
  }
  return okay(calls);
}

function readCall(item: unknown, index: number, capabilities: readonly Capability[]): Result<AgentCall> {
  if (!isObject(item)) return invalid(`call ${index} is not an object`);
  const { capability: name, params } = item;
  if (typeof name !== "string") return invalid(`the capability of call ${index} is not a text`);
  const capability = capabilities.find((one) => one.name === name);
  if (!capability)
    return invalid(`call ${index}: unknown capability '${name}'; there are: ${capabilities.map((one) => one.name).join(", ")}`);
  const strange = Object.keys(item).filter((key) => key !== "capability" && key !== "params");
  if (strange.length > 0) return invalid(`call ${index} has fields that are none: ${strange.join(", ")}`);
  if (params === undefined || params === null) return okay({ capability: name });
  return okay({ capability: name, params: paramsFor(capability, params as Json) }); // from parseJson
}

/** A text is JSON where the capability wants no text and it reads as JSON. */
function paramsFor({ input }: Capability, params: Json): Json {
  if (input.kind === "text") return toText(params);
  return typeof params === "string" ? (parseJson(params) ?? params) : params;
}

function jsonOf(answer: string): Json | undefined {
  const whole = parseJson(answer);
  if (whole !== undefined) return whole;
  const blocks = [...answer.matchAll(/^```(?:json)?[ \t]*\n([\s\S]*?)^```[ \t]*$/gm)];
  const [only] = blocks;
  return blocks.length === 1 && only?.[1] !== undefined ? parseJson(only[1]) : undefined;
}

function plain(calls: readonly AgentCall[]): readonly JsonObject[] {
  return calls.map(({ capability, params }) => ({ capability, ...(params === undefined ? {} : { params }) }));
}

function statusOf(calls: Result<unknown>): {
  readonly status: string;
  readonly key?: string;
  readonly code?: string;
  readonly message?: string;
} {
  if (calls.kind === "ok") return { status: "ok", key: "done" };
  return { status: "failed", code: calls.error.code, message: calls.error.message };
}

function invalid(message: string): Failed {
  return failed("plan_invalid_format", message);
}
