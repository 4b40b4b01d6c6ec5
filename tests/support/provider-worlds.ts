/** Every provider with what it needs to answer the tasks of the conformance suite. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonical } from "../../compiler/ir/json.ts";
import { jsonSchema, type Type } from "../../compiler/ir/types.ts";
import { contentKeys } from "../../runtime/3-task/content-key.ts";
import { type Message, type ModelTask, type RunModel, textParts } from "../../runtime/3-task/task.ts";
import { createRecorder } from "../../runtime/4-trace/recorder.ts";
import { openRunLog, runDir } from "../../runtime/4-trace/run-folder.ts";
import { openaiProvider } from "../../runtime/providers/openai.ts";
import type { Provider } from "../../runtime/providers/provider.ts";
import { recordedProvider } from "../../runtime/providers/recorded.ts";
import { scriptedProvider } from "../../runtime/providers/scripted.ts";
import { sim } from "../../runtime/providers/sim.ts";
import { call, type ModelHandler, type ModelRequest, type Reply, startModelServer } from "./model-server.ts";
import { actTask, askTask, serverModel, simModel } from "./tasks.ts";

/** A provider and a model of it that answers. */
export interface ProviderWorld {
  readonly provider: Provider;
  readonly model: RunModel;
  readonly close: () => Promise<void>;
}

const text: Type = { kind: "text" };
const literal = (value: string): Type => ({ kind: "literal", value });

/** The types of the structured answers that are asked for. */
export const review: Type = {
  kind: "object",
  fields: {
    score: { kind: "int" },
    notes: { kind: "list", item: text },
    mood: { kind: "union", members: [literal("good"), literal("bad")] },
  },
  optional: [],
};
export const tags: Type = { kind: "list", item: text };

/** What the suite asks. `finishing` follows on what was answered to `starting`. */
export const tasks = {
  question: (model: RunModel) => askTask(model),
  starting: (model: RunModel) => actTask(model, ["Approve", "revise"], jsonSchema(review)),
  finishing: (model: RunModel, calls: Calls) => {
    const first = tasks.starting(model);
    return { ...first, path: "editor@1/react:2", messages: [...first.messages, ...turn(calls, "Judge this.")] };
  },
  review: (model: RunModel) => askTask(model, { path: "poet@1/review:1", output: jsonSchema(review) }),
  tags: (model: RunModel) => askTask(model, { path: "poet@1/tags:1", output: jsonSchema(tags) }),
};

type Calls = readonly { readonly name: string; readonly args: string }[];

/** A turn of an assistant, and what its calls gave. */
export function turn(calls: Calls, result: string): readonly Message[] {
  const made = calls.map((entry, index) => ({ ...entry, id: `t1.${index + 1}` }));
  const results = made.map(({ id }) => ({ role: "tool" as const, call: id, parts: textParts(result) }));
  return [{ role: "assistant", parts: textParts(""), calls: made }, ...results];
}

/** Each provider by its name; those that speak through a server, with one that has what their documents say of it. */
export const providerWorlds: Readonly<Record<string, () => Promise<ProviderWorld>>> = {
  sim: async () => ({ provider: sim, model: simModel, close: async () => {} }),
  scripted: async () =>
    inFolder((dir) => {
      const file = join(dir, "scenario.yaml");
      writeFileSync(file, scenario);
      return { provider: scriptedProvider(), model: { ...simModel, provider: "scripted", name: file } };
    }),
  recorded: async () =>
    inFolder(async (dir) => {
      await record(dir);
      return { provider: recordedProvider(), model: { ...simModel, provider: "recorded", name: runDir(dir, traceId) } };
    }),
  openai: () => server("openai", obedient),
  anthropic: () =>
    server("anthropic", (request) => refusedEmptyText(request) ?? (isTold(request) ? obedient(request) : withoutFormat(request))),
  google: () => server("google", (request) => refusedByGoogle(request) ?? counted(obedient(request))),
  ollama: () => server("ollama", (request) => thinking(obedient(request))),
};

async function server(provider: string, handler: ModelHandler): Promise<ProviderWorld> {
  const { url, close } = await startModelServer(handler);
  return { provider: openaiProvider(), model: serverModel(url, { provider }), close };
}

const good = { score: 3, notes: ["a"], mood: "good" };

/** A server that does what a good model would. */
export function obedient({ tools, turn: nth, keys, messages, body }: ModelRequest): Reply {
  if (tools.length > 0) return nth === 1 ? call("start") : call("finish", { key: keys?.[0], value: good });
  const asked = JSON.stringify([body["response_format"], messages.at(-1)?.content]);
  if (asked.includes("score")) return JSON.stringify(good);
  if (!asked.includes("array")) return "A rose.";
  return body["response_format"] === undefined ? '["a","b"]' : '{"value":["a","b"]}';
}

/** Anthropic's compatible endpoint ignores `response_format`: a model has to be told. */
function isTold({ body }: ModelRequest): boolean {
  return body["response_format"] === undefined;
}

function withoutFormat({ tools }: ModelRequest): Reply {
  return tools.length > 0 ? call("start") : "Certainly! Here is my review.";
}

function refusedEmptyText({ messages }: ModelRequest): Reply | null {
  const isEmpty = messages.some(({ content }) => content === "");
  return isEmpty ? refused("messages: text content blocks must be non-empty") : null;
}

function refusedByGoogle({ messages, body }: ModelRequest): Reply | null {
  const tools = JSON.stringify(body["tools"] ?? []);
  if (tools.includes('"properties":{}')) return refused("parameters.properties: should be non-empty for OBJECT type");
  const calls = messages.flatMap((message) => message.tool_calls ?? []);
  const isSigned = calls.every((made) => JSON.stringify(made).includes("thought_signature"));
  return isSigned ? null : refused("Function call is missing a thought_signature in functionCall parts.");
}

function refused(message: string): Reply {
  return { status: 400, body: { error: { message } } };
}

/** Google counts thoughts in the total alone. */
function counted(said: Reply): Reply {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 22 };
  if (typeof said === "string") return { text: said, usage };
  return Array.isArray(said) ? { calls: said, usage } : said;
}

function thinking(said: Reply): Reply {
  return typeof said === "string" ? `<think>\nWhat would {"a": 1} be?\n</think>\n\n${said}` : said;
}

const scenario = canonical({
  agents: { editor: [[{ calls: [{ name: "start" }] }, { finish: { key: "revise", value: good } }]] },
  paths: { "poet@1/oneshot": "A rose.", "poet@1/review": { value: good }, "poet@1/tags": { value: ["a", "b"] } },
});

const traceId = "c0ffee00".repeat(4);

/** The log of a run in which a simulated model was asked all of it. */
async function record(stateDir: string): Promise<void> {
  const opened = openRunLog(stateDir, traceId);
  if (opened.kind === "failed") throw new Error(opened.diagnostic.message);
  const recorder = createRecorder({ log: opened.log, traceId, nowUs: () => 1, texts: "full" });
  recorder.event({ kind: "run_started", path: "poet@1", status: "running", detail: "{}" });
  const start = await recordOne(recorder, tasks.starting(simModel));
  const rest = [tasks.question, tasks.review, tasks.tags].map((task) => task(simModel));
  for (const task of [tasks.finishing(simModel, start), ...rest]) await recordOne(recorder, task);
  recorder.close();
}

async function recordOne(recorder: ReturnType<typeof createRecorder>, task: ModelTask): Promise<Calls> {
  const result = await sim.complete(task, { env: () => undefined, signal: new AbortController().signal, nowUs: () => 1 });
  if (result.kind !== "ok" || result.answer.usage === null) throw new Error("the simulator answers everything");
  const { text: said, calls, finish, model, usage } = result.answer;
  recorder.event({
    kind: "llm_call",
    path: task.path,
    status: "ok",
    content_key: contentKeys().model(task),
    provider: task.model.provider,
    model: task.model.name,
    input_tokens: usage.input,
    cached_tokens: usage.cached,
    output_tokens: usage.output,
    reasoning_tokens: usage.reasoning,
    detail: canonical({ finish, model }),
    value_hash: recorder.text(canonical({ text: said, calls })),
  });
  return calls;
}

async function inFolder(
  make: (dir: string) => Omit<ProviderWorld, "close"> | Promise<Omit<ProviderWorld, "close">>,
): Promise<ProviderWorld> {
  const dir = mkdtempSync(join(tmpdir(), "tama-provider-"));
  return { ...(await make(dir)), close: async () => rmSync(dir, { recursive: true }) };
}
