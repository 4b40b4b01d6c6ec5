/** What every provider does alike, then what is each one's own. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseJson } from "../../compiler/ir/json.ts";
import { accepts } from "../../compiler/ir/types.ts";
import type { Delta, Message, ModelTask } from "../../runtime/3-task/task.ts";
import { textParts } from "../../runtime/3-task/task.ts";
import { openaiProvider } from "../../runtime/providers/openai.ts";
import type { Provider, ProviderResult } from "../../runtime/providers/provider.ts";
import { sim } from "../../runtime/providers/sim.ts";
import { startModelServer, type WireMessage } from "../support/model-server.ts";
import { type ProviderWorld, providerWorlds, review, tags, tasks, turn } from "../support/provider-worlds.ts";
import { actTask, askTask, serverModel, simModel, system, user } from "../support/tasks.ts";

const never = () => new AbortController().signal;
for (const [name, open] of Object.entries(providerWorlds)) {
  const test = suite<ProviderWorld>(`${name} provider`);
  test.before(async (context) => {
    Object.assign(context, await open());
  });
  test.after(({ close }) => close());

  test("answers a question with text, usage and a model's name", async ({ provider, model }) => {
    const { answer } = okOf(await ask(provider, tasks.question(model)));
    assert.ok(answer.text.length > 0);
    assert.equal(answer.calls, []);
    assert.ok(answer.model.length > 0);
    assert.ok(answer.usage !== null && answer.usage.input > 0 && answer.usage.output > 0);
  });

  test("starts a react loop and finishes it with an offered key and a value of the right type", async ({ provider, model }) => {
    const started = okOf(await ask(provider, tasks.starting(model))).answer;
    assert.equal(
      started.calls.map((made) => made.name),
      ["start"],
    );
    const finished = okOf(await ask(provider, tasks.finishing(model, started.calls))).answer;
    const args = parseJson(finished.calls[0]?.args ?? "");
    assert.is(finished.calls[0]?.name, "finish");
    assert.ok(typeof args === "object" && args !== null && "key" in args && ["Approve", "revise"].includes(String(args["key"])));
    assert.ok("value" in args && args["value"] !== undefined && accepts(review, args["value"]), finished.calls[0]?.args ?? "");
  });

  test("gives structured output of an object and of a list", async ({ provider, model }) => {
    for (const [type, task] of [
      [review, tasks.review(model)],
      [tags, tasks.tags(model)],
    ] as const) {
      const { answer } = okOf(await ask(provider, task));
      const value = parseJson(answer.text);
      assert.ok(value !== undefined && accepts(type, value), answer.text);
    }
  });

  test("is asked once, because what its server wants otherwise is known", async ({ provider, model }) => {
    const { attempts, answer } = okOf(await ask(provider, tasks.starting(model)));
    const further = okOf(await ask(provider, tasks.finishing(model, answer.calls)));
    assert.ok(attempts.length <= 1 && further.attempts.length <= 1);
  });

  test("gives the same answer to who watches it come", async ({ provider, model }) => {
    const start = okOf(await ask(provider, tasks.starting(model))).answer.calls;
    for (const task of [
      tasks.question(model),
      tasks.starting(model),
      tasks.finishing(model, start),
      tasks.review(model),
      tasks.tags(model),
    ]) {
      const deltas: Delta[] = [];
      const watched = await provider.complete(task, { ...context(), onDelta: (delta) => deltas.push(delta) });
      const { answer } = okOf(await ask(provider, task));
      assert.equal(okOf(watched).answer, answer);
      const told = deltas.flatMap((delta) => (delta.kind === "args" ? [delta.text] : [])).join("");
      if (deltas.length > 0) assert.is(told, answer.calls.map(({ args }) => args).join(""));
    }
  });

  test("ends as cancelled when the signal has come", async ({ provider, model }) => {
    const result = await provider.complete(tasks.question(model), { ...context(), signal: AbortSignal.abort() });
    assert.is(result.kind === "failed" && result.code, "cancelled");
  });

  test("gives plain data that crosses threads", async ({ provider, model }) => {
    const result = await ask(provider, tasks.question(model));
    assert.equal(structuredClone(result), JSON.parse(JSON.stringify(result)));
  });

  test.run();
}

const simulator = suite("simulator");

simulator("says the same at the same place, and something else at another", async () => {
  const at = async (path: string) => okOf(await ask(sim, actAt(path))).answer.calls[0]?.args;
  assert.is(await at("a@1/react:2"), await at("a@1/react:2"));
  const keys = new Set<unknown>();
  for (let index = 1; index <= 50; index++) keys.add(await at(`a@1/loop[${index}]/states/a@1/react:2`));
  assert.is(keys.size, 2);
});

simulator("spreads a list of three where `parallel` is offered, as a list or as its text", async () => {
  const wide = started(
    actTask(simModel, ["done", "parallel"], { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] }),
  );
  assert.equal(finishOf(await ask(sim, wide)), { key: "parallel", value: ["one", "two", "one (part 3)"] });
  const narrow = started(actTask(simModel, ["parallel"], { type: "string" }));
  assert.equal(finishOf(await ask(sim, narrow)), { key: "parallel", value: '["one","two","one (part 3)"]' });
});

simulator("reads an offered skill at most once, then finishes", async () => {
  const prompt = system("Do.\n\n## Available skills\nCall read_skill(name).\n- **dates**: about dates\n- **sums**: about sums");
  const reads = new Set<string>();
  for (let index = 1; index <= 20; index++) {
    const base = started(actTask(simModel, null, { type: "string" }, { path: `a@1/each[${index}]/b@1/react:2` }));
    const tools = [...base.tools, { name: "read_skill", description: "", parameters: {} }];
    const { answer } = okOf(await ask(sim, { ...base, tools, messages: [prompt, ...base.messages.slice(1)] }));
    reads.add(`${answer.calls[0]?.name} ${answer.calls[0]?.args}`.replace(/finish .*/, "finish"));
  }
  assert.equal([...reads].sort(), ["finish", 'read_skill {"name":"dates"}', 'read_skill {"name":"sums"}']);
});

simulator.run();

const wire = suite("openai wire");

wire("sends our ids, names and texts in OpenAI's form, and gives odd answers as plain ones", async () => {
  const odd = { name: "finish", args: { key: "done" } };
  const server = await startModelServer(() => ({ raw: JSON.stringify(oddAnswer(odd)) }));
  const history: readonly Message[] = [
    system("S"),
    user("Begin."),
    {
      role: "assistant",
      parts: textParts(""),
      calls: [
        { id: "t1.1", name: "start", args: "" },
        { id: "t1.2", name: "x", args: "{broken" },
      ],
    },
    { role: "tool", call: "t1.1", parts: textParts("the task") },
    { role: "tool", call: "t1.2", parts: textParts("no") },
  ];
  const { answer } = okOf(await ask(openaiProvider(), actTask(serverModel(server.url), null, { type: "string" }, { messages: history })));
  assert.equal(answer, {
    kind: "model",
    text: "ab",
    calls: [{ name: "finish", args: '{"key":"done"}' }],
    finish: "unknown",
    model: "tiny",
    usage: null,
  });
  const [request] = server.requests;
  const sent = request?.messages[2];
  assert.equal(sent, {
    role: "assistant",
    content: null,
    tool_calls: [
      { id: "call_t1_1", type: "function", function: { name: "start", arguments: "{}" } },
      { id: "call_t1_2", type: "function", function: { name: "x", arguments: '{"invalid":"{broken"}' } },
    ],
  } as unknown as WireMessage);
  assert.equal(request?.messages[3], { role: "tool", tool_call_id: "call_t1_1", content: "the task" } as WireMessage);
  assert.is(request?.headers.authorization, "Bearer sk-secret");
  assert.is(request?.path, "/v1/chat/completions");
  await server.close();
});

wire("counts tokens in disjoint buckets", async () => {
  const usage = {
    prompt_tokens: 100,
    completion_tokens: 50,
    prompt_tokens_details: { cached_tokens: 80 },
    completion_tokens_details: { reasoning_tokens: 30 },
  };
  const server = await startModelServer(() => ({ text: "x", usage }));
  const { answer } = okOf(await ask(openaiProvider(), askTask(serverModel(server.url))));
  assert.equal(answer.usage, { input: 20, cached: 80, output: 20, reasoning: 30 });
  await server.close();
});

wire("asks again without a temperature that a model refuses, and remembers it", async () => {
  const message = "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.";
  const server = await startModelServer(({ body }) => ("temperature" in body ? { status: 400, body: { error: { message } } } : "ok"));
  const provider = openaiProvider();
  const task = askTask(serverModel(server.url, { temperature: 0.2, seed: 7 }), { sample: 3 });
  assert.equal(
    okOf(await ask(provider, task)).attempts.map(({ status }) => status),
    [400, 200],
  );
  assert.equal(
    okOf(await ask(provider, task)).attempts.map(({ status }) => status),
    [200],
  );
  assert.equal(
    server.requests.map(({ body }) => [body["temperature"], body["seed"]]),
    [
      [0.2, 9],
      [undefined, 9],
      [undefined, 9],
    ],
  );
  await server.close();
});

wire("tells a model the schema that its server cannot hold it to, and remembers it", async () => {
  const message = "This response_format type is unavailable now";
  const server = await startModelServer(({ body }) =>
    "response_format" in body ? { status: 400, body: { error: { message } } } : '{"value": 3}',
  );
  const provider = openaiProvider();
  const output = { anyOf: [{ type: "object", properties: { value: { type: "integer" } } }, { type: "null" }] };
  const task = askTask(serverModel(server.url), { output });
  const result = okOf(await ask(provider, task));
  assert.equal(
    result.attempts.map(({ status }) => status),
    [400, 200],
  );
  assert.is(result.answer.text, '{"value": 3}', "what nobody wrapped is not unwrapped");
  assert.is(okOf(await ask(provider, task)).attempts.length, 1);
  const told = server.requests.at(-1)?.messages.at(-1);
  assert.match(String(told?.content), /^Answer with JSON alone, of this JSON Schema:\n\{"anyOf"/);
  await server.close();
});

wire("keeps a temperature that is out of range, and fails", async () => {
  const server = await startModelServer(() => ({ status: 400, body: { error: { message: "temperature must be at most 2" } } }));
  const failed = failureOf(await ask(openaiProvider(), askTask(serverModel(server.url, { temperature: 9 }))));
  assert.match(failed.message, /answered 400: temperature must be at most 2$/);
  assert.is(server.hits(), 1);
  await server.close();
});

wire("bounds the answer by the field that the server knows", async () => {
  const server = await startModelServer(({ body }) =>
    "max_tokens" in body ? { status: 400, body: { error: { message: "Use 'max_completion_tokens' instead." } } } : "ok",
  );
  okOf(await ask(openaiProvider(), askTask(serverModel(server.url, { maxTokens: 9 }))));
  assert.equal(
    server.requests.map(({ body }) => [body["max_tokens"], body["max_completion_tokens"]]),
    [
      [9, undefined],
      [undefined, 9],
    ],
  );
  await server.close();
});

wire("tries three times on a busy server, with the pauses that it asks for or growing ones", async () => {
  const pauses: number[] = [];
  const quick = { random: () => 0, sleep: async (ms: number) => void pauses.push(ms) };
  const server = await startModelServer(({ hit }) =>
    hit === 1 ? { status: 429, headers: { "retry-after": "2" } } : hit === 2 ? { status: 503 } : { status: 500, body: "<html>\n oops" },
  );
  const failed = failureOf(await ask(openaiProvider(quick), askTask(serverModel(server.url))));
  assert.equal(pauses, [2_000, 1_000]);
  assert.equal(
    failed.attempts.map(({ status }) => status),
    [429, 503, 500],
  );
  assert.match(failed.message, /^the model server at http:\/\/127.0.0.1:\d+\/v1 answered 500: a page of HTML$/);
  assert.ok(failed.attempts.every(({ startUs, endUs, error }) => endUs >= startUs && error !== null));
  await server.close();
});

wire("does not try again what cannot succeed", async () => {
  for (const said of [
    { status: 401 },
    { status: 429, body: { error: { message: "no money", code: "insufficient_quota" } } },
    { raw: '{"choices":[]}' },
    { raw: "{no" },
  ]) {
    const server = await startModelServer(() => said);
    failureOf(await ask(openaiProvider({ sleep: async () => {} }), askTask(serverModel(server.url))));
    assert.is(server.hits(), 1, JSON.stringify(said));
    await server.close();
  }
});

wire("tries again when the connection is cut", async () => {
  const server = await startModelServer(({ hit }) => (hit === 1 ? { cut: true } : "ok"));
  const { attempts } = okOf(await ask(openaiProvider({ sleep: async () => {} }), askTask(serverModel(server.url))));
  assert.equal(
    attempts.map(({ status }) => status),
    [null, 200],
  );
  assert.match(attempts[0]?.error ?? "", /the connection was cut/);
  await server.close();
});

wire("says which server cannot be reached", async () => {
  const server = await startModelServer(() => "x");
  await server.close();
  const failed = failureOf(await ask(openaiProvider({ sleep: async () => {} }), askTask(serverModel(server.url))));
  assert.is(failed.message, `cannot reach the model server at ${server.url}: the connection was refused (ECONNREFUSED)`);
  assert.is(failed.attempts.length, 3);
});

wire("tells the server's words in one short line, and never the key", async () => {
  const server = await startModelServer(() => ({
    status: 401,
    body: { error: { message: `Bad key sk-secret\nfor you. ${"x".repeat(500)}` } },
  }));
  const failed = failureOf(await ask(openaiProvider(), askTask(serverModel(server.url))));
  assert.match(failed.message, /answered 401: Bad key \[redacted TEST_KEY\] for you\. x+\.\.\.$/);
  assert.not.match(JSON.stringify(failed), /sk-secret|Bearer/);
  assert.ok(failed.message.length < 400);
  await server.close();
});

wire("gives up when the whole request takes too long, and says so", async () => {
  const server = await startModelServer(() => ({ hang: true }));
  const failed = failureOf(await ask(openaiProvider({ timeoutMs: 30 }), askTask(serverModel(server.url))));
  assert.is(failed.code, "model");
  assert.match(failed.message, /gave no answer within 0\.03 s/);
  await server.close();
});

wire("names the variable of a key that is missing, and a provider that is not known", async () => {
  const keyless = failureOf(await ask(openaiProvider(), askTask(serverModel("http://127.0.0.1:9/v1", { keyEnv: "NO_KEY" }))));
  assert.match(keyless.message, /NO_KEY is not set/);
  const unknown = failureOf(await ask(openaiProvider(), askTask(serverModel("http://127.0.0.1:9/v1", { provider: "toString" }))));
  assert.match(unknown.message, /no provider is named toString/);
});

wire.run();

function ask(provider: Provider, task: ModelTask): Promise<ProviderResult> {
  return provider.complete(task, context());
}

function context() {
  return { env: (name: string) => (name === "TEST_KEY" ? "sk-secret" : undefined), signal: never(), nowUs: () => Date.now() * 1_000 };
}

function okOf(result: ProviderResult): ProviderResult & { kind: "ok" } {
  if (result.kind !== "ok") throw new Error(result.message);
  return result;
}

function failureOf(result: ProviderResult): ProviderResult & { kind: "failed" } {
  if (result.kind !== "failed") throw new Error("it did not fail");
  return result;
}

function started(task: ModelTask): ModelTask {
  return { ...task, messages: [...task.messages, ...turn([{ name: "start", args: "{}" }], "one\n\n---\ntwo")] };
}

function actAt(path: string): ModelTask {
  return started(actTask(simModel, ["approve", "revise"], { type: "string" }, { path }));
}

function finishOf(result: ProviderResult): unknown {
  return parseJson(okOf(result).answer.calls[0]?.args ?? "");
}

function oddAnswer(entry: { readonly name: string; readonly args: unknown }) {
  const content = [
    { type: "text", text: "a" },
    { type: "text", text: "b" },
  ];
  return {
    choices: [
      {
        message: {
          role: "assistant",
          content,
          tool_calls: [{ function: { name: entry.name, arguments: entry.args } }, { function: null }],
        },
      },
    ],
  };
}
