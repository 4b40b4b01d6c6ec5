import { suite } from "uvu";
import * as assert from "uvu/assert";
import { contentKeys } from "../../runtime/3-task/content-key.ts";
import { headDigest } from "../../runtime/3-task/message-chain.ts";
import { type Message, type ModelTask, textParts } from "../../runtime/3-task/task.ts";
import { actTask, codeTask, serverModel, system, user } from "../support/tasks.ts";

const test = suite("content keys");
const model = serverModel("http://a.test/v1");
const task = actTask(model, ["a"], { type: "string" });
const keyOf = (of: ModelTask) => contentKeys().model(of);

test("do not depend on place, server, key variable or object identity", () => {
  const moved = { ...structuredClone(task), path: "other@2/x:9", model: { ...model, baseUrl: "http://b.test/v1", keyEnv: "OTHER" } };
  assert.is(keyOf(moved), keyOf(task));
});

test("depend on everything that a model sees or is asked", () => {
  const variants: readonly ModelTask[] = [
    task,
    { ...task, messages: [system("Other."), ...task.messages.slice(1)] },
    { ...task, messages: [...task.messages, user("More.")] },
    { ...task, messages: [...task.messages].reverse() },
    { ...actTask(model, ["a", "b"], { type: "string" }) },
    { ...actTask(model, ["a"], { type: "integer" }) },
    { ...task, tools: task.tools.slice(1) },
    { ...task, output: { type: "object" } },
    { ...task, sample: 2 },
    ...[{ name: "big" }, { provider: "google" }, { temperature: 0 }, { maxTokens: 1 }, { seed: 1 }].map((change) => ({
      ...task,
      model: { ...model, ...change },
    })),
  ];
  assert.is(new Set(variants.map(keyOf)).size, variants.length);
});

test("depend on which call a tool's result answers", () => {
  const result = (call: string): Message => ({ role: "tool", call, parts: textParts("x") });
  const asked: Message = { role: "assistant", parts: [], calls: [{ id: "t1.1", name: "f", args: "{}" }] };
  const keys = ["t1.1", "t1.2"].map((call) => keyOf({ ...task, messages: [...task.messages, asked, result(call)] }));
  assert.is.not(keys[0], keys[1]);
});

test("of a loop that appends hash each message once", () => {
  const keys = contentKeys();
  let reads = 0;
  const message = (index: number): Message => ({
    role: "user",
    get parts() {
      reads++;
      return textParts(`message ${index}`);
    },
  });
  const messages: Message[] = [];
  for (let turn = 1; turn <= 100; turn++) {
    messages.push(message(turn));
    keys.model({ ...task, messages: [...messages] });
  }
  assert.is(reads, 100);
});

test("tell the same message after another one apart", () => {
  const last = user("last");
  const first = headDigest([user("one"), last]);
  assert.is.not(first, headDigest([user("two"), last]));
  assert.is(headDigest([user("one"), last]), first);
  assert.is(headDigest([]), null);
});

test("of tools, code and waits depend on their parts and not on the order of fields", () => {
  const keys = contentKeys();
  const tool = { tool: "t", fingerprint: "sha256:1", args: { a: 1, b: 2 } };
  assert.is(keys.tool(tool), keys.tool({ ...tool, args: { b: 2, a: 1 } }));
  const code = codeTask("sha256:2", [1], { memory: { a: null } });
  assert.is(keys.code(code), keys.code({ ...code, path: "elsewhere", timeoutMs: 1 }));
  const wait = { channel: "c", question: "q", answer: { kind: "text" } as const };
  const all = [
    keys.tool(tool),
    keys.tool({ ...tool, tool: "u" }),
    keys.tool({ ...tool, fingerprint: "sha256:3" }),
    keys.tool({ ...tool, args: {} }),
    keys.code(code),
    keys.code({ ...code, bundle: "sha256:4" }),
    keys.code({ ...code, worker: "w" }),
    keys.code({ ...code, input: [2] }),
    keys.code({ ...code, memory: {} }),
    keys.wait(wait),
    keys.wait({ ...wait, channel: "d" }),
    keys.wait({ ...wait, question: "r" }),
    keys.wait({ ...wait, answer: { kind: "int" } }),
  ];
  assert.is(new Set(all).size, all.length);
});

test.run();
