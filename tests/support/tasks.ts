/** Tasks for tests of whatever runs them. */
import { digestBytes } from "../../compiler/ir/digest.ts";
import type { Json, JsonObject } from "../../compiler/ir/json.ts";
import { startClock } from "../../runtime/3-task/clock.ts";
import type { HostData } from "../../runtime/3-task/run-task.ts";
import { type AskingStep, type CodeTask, type Message, type ModelTask, type RunModel, textParts } from "../../runtime/3-task/task.ts";
import { finishParameters } from "../../stdlib/tools/finish.ts";

/** The model `tiny` of a server; the key is in TEST_KEY. */
export function serverModel(baseUrl: string, more: Partial<RunModel> = {}): RunModel {
  return { provider: "openai", name: "tiny", baseUrl, keyEnv: "TEST_KEY", temperature: null, maxTokens: null, seed: null, ...more };
}

export const simModel: RunModel = {
  provider: "sim",
  name: "sim",
  baseUrl: null,
  keyEnv: null,
  temperature: null,
  maxTokens: null,
  seed: null,
};

/** A question without tools. */
export function askTask(model: RunModel, more: Partial<ModelTask> = {}): ModelTask {
  const messages: readonly Message[] = [system("You are a poet."), user("Write of roses.\nAnd of thorns.")];
  return {
    kind: "model",
    path: "poet@1/oneshot:1",
    step: step("poet", "oneshot"),
    model,
    messages,
    tools: [],
    output: null,
    purpose: "answer",
    turnsLeft: null,
    sample: null,
    ...more,
  };
}

/** A turn of a react loop whose `finish` takes these keys (null: any word) and a value of this schema. */
export function actTask(model: RunModel, keys: readonly string[] | null, value: JsonObject, more: Partial<ModelTask> = {}): ModelTask {
  const tools = [
    { name: "start", description: "", parameters: { type: "object", properties: {} } },
    { name: "finish", description: "", parameters: finishParameters(keys, value) },
  ];
  const messages: readonly Message[] = [system("You are an editor."), user("Begin.")];
  return {
    kind: "model",
    path: "editor@1/react:1",
    step: step("editor", "react"),
    model,
    messages,
    tools,
    output: null,
    purpose: "answer",
    turnsLeft: null,
    sample: null,
    ...more,
  };
}

function step(agent: string, op: string): AskingStep {
  return { agent, op, label: op, call: 1 };
}

export function system(text: string): Message {
  return { role: "system", parts: textParts(text) };
}

export function user(text: string): Message {
  return { role: "user", parts: textParts(text) };
}

/** A worker as its bundle: `body` is the text of `run`, `rest` other fields of the declaration. */
export function bundleOf(body: string, rest = ""): { readonly digest: string; readonly source: string } {
  const source = `export default { ${rest} async run(input, { memory }) { ${body} } };`;
  return { digest: digestBytes(source), source };
}

export function codeTask(bundle: string, input: Json, more: Partial<CodeTask> = {}): CodeTask {
  return { kind: "code", path: "counter@1/code", worker: "counter", bundle, input, memory: {}, timeoutMs: 10_000, ...more };
}

/** What a thread needs, with the given bundles. */
export function hostData(bundles: readonly { readonly digest: string; readonly source: string }[], more: Partial<HostData> = {}): HostData {
  const texts = Object.fromEntries(bundles.map(({ digest, source }) => [digest, source]));
  return { env: { TEST_KEY: "sk-secret" }, projectDir: process.cwd(), bundles: texts, clock: startClock(), ...more };
}
