/** Streams, and what servers want otherwise than OpenAI's documents say: each against a server that does it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Delta, ModelTask } from "../../runtime/3-task/task.ts";
import { openaiProvider } from "../../runtime/providers/openai.ts";
import type { Provider, ProviderResult } from "../../runtime/providers/provider.ts";
import { withServer } from "../support/model-server.ts";
import { turn } from "../support/provider-worlds.ts";
import { actTask, askTask, serverModel, system, user } from "../support/tasks.ts";

const streams = suite("streams");

streams("tell text, calls and arguments as they come, and count tokens in the same buckets", () =>
  withServer(
    () => ({
      text: "Two words",
      calls: [{ name: "start", args: { a: 1 } }],
      usage: { prompt_tokens: 9, completion_tokens: 7, completion_tokens_details: { reasoning_tokens: 3 } },
    }),
    async ({ url, requests }) => {
      const { result, deltas } = await watch(openaiProvider(), actTask(serverModel(url), null, { type: "string" }));
      assert.equal(deltas, [
        { kind: "begin" },
        { kind: "text", text: "Two w" },
        { kind: "text", text: "ords" },
        { kind: "call", name: "start" },
        { kind: "args", text: '{"a"' },
        { kind: "args", text: ":1}" },
      ]);
      assert.equal(okOf(result).answer.usage, { input: 9, cached: 0, output: 4, reasoning: 3 });
      assert.equal(requests[0]?.body["stream_options"], { include_usage: true });
    },
  ),
);

streams("that break off are begun again, and what came of them is void", () => {
  const whole = `data: ${chunk({ content: "all of it" }, "stop")}\n\ndata: [DONE]\n\n`;
  const failing = `data: ${JSON.stringify({ error: { message: "overloaded" } })}\n\n`;
  const bodies = [`data: ${chunk({ content: "half" }, null)}\n\n`, failing, whole];
  return withServer(
    ({ hit }) => ({ raw: bodies[hit - 1] ?? "", type: "text/event-stream" }),
    async ({ url }) => {
      const { result, deltas } = await watch(openaiProvider({ sleep: async () => {} }), askTask(serverModel(url)));
      assert.is(okOf(result).answer.text, "all of it");
      assert.equal(
        deltas.map((delta) => (delta.kind === "text" ? delta.text : delta.kind)),
        ["begin", "half", "begin", "begin", "all of it"],
      );
      assert.match(result.attempts[0]?.error ?? "", "the stream ended before the answer did");
      assert.match(result.attempts[1]?.error ?? "", "broke off: overloaded");
    },
  );
});

streams("of servers that tell no index, or the same for all calls, hold each call apart", () => {
  const made = (index: object, id: string, name: string) => ({ ...index, id, type: "function", function: { name, arguments: "{}" } });
  const bodies = [{}, { index: 0 }].map((index) =>
    [
      `data: ${chunk({ tool_calls: [made(index, "a", "one")] }, null)}`,
      `data: ${chunk({ tool_calls: [made(index, "b", "two")] }, "tool_calls")}`,
      "data: [DONE]\n\n",
    ].join("\n\n"),
  );
  return withServer(
    ({ hit }) => ({ raw: bodies[hit - 1] ?? "", type: "text/event-stream" }),
    async ({ url }) => {
      for (const _ of bodies) {
        const { result } = await watch(openaiProvider(), actTask(serverModel(url), null, { type: "string" }));
        assert.equal(okOf(result).answer.calls, [
          { name: "one", args: "{}" },
          { name: "two", args: "{}" },
        ]);
      }
    },
  );
});

streams("are not needed: a server that answers as a whole is understood", () =>
  withServer(
    () => ({ raw: JSON.stringify({ choices: [{ message: { content: "whole" }, finish_reason: "stop" }] }) }),
    async ({ url }) => {
      const { result } = await watch(openaiProvider(), askTask(serverModel(url)));
      assert.is(okOf(result).answer.text, "whole");
    },
  ),
);

streams("end when they are cancelled", () =>
  withServer(
    () => ({ hang: true }),
    async ({ url, waitForHits, waitForDrops }) => {
      const stop = new AbortController();
      const going = watch(openaiProvider(), askTask(serverModel(url)), stop.signal);
      await waitForHits(1);
      stop.abort();
      const { result } = await going;
      assert.is(result.kind === "failed" && result.code, "cancelled");
      await waitForDrops(1);
    },
  ),
);

streams.run();

const quirks = suite("quirks");

/** What a server refuses, as it says so, and what a request must be without from then on. */
const refusals: Readonly<Record<string, { message: string; has: RegExp; task: (url: string) => ModelTask }>> = {
  "max-completion-tokens": {
    message: "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    has: /"max_tokens"/,
    task: (url) => askTask(serverModel(url, { maxTokens: 9 })),
  },
  "no-temperature": {
    message: "`temperature` is deprecated for this model.",
    has: /"temperature"/,
    task: (url) => askTask(serverModel(url, { temperature: 0.5 })),
  },
  "no-seed": {
    message: 'Invalid JSON payload received. Unknown name "seed": Cannot find field.',
    has: /"seed"/,
    task: (url) => askTask(serverModel(url, { seed: 7 })),
  },
  "no-format": {
    message: "This response_format type is unavailable now",
    has: /"response_format"/,
    task: (url) => askTask(serverModel(url), { output: { type: "object", properties: {} } }),
  },
  "no-empty-parameters": {
    message: "GenerateContentRequest.tools[0].function_declarations[0].parameters.properties: should be non-empty for OBJECT type",
    has: /"properties":\{\}/,
    task: (url) => actTask(serverModel(url), null, { type: "string" }),
  },
  "open-objects": {
    message: "Unknown name \"additionalProperties\" at 'tools[0]': Cannot find field.",
    has: /"additionalProperties"/,
    task: (url) => actTask(serverModel(url), null, { type: "object", properties: {}, additionalProperties: false }),
  },
  "no-empty-text": {
    message: "messages: text content blocks must be non-empty: content should not be empty",
    has: /"content":""/,
    task: (url) => askTask(serverModel(url), { messages: [system("S"), user("")] }),
  },
  "signed-calls": {
    message: "Function call is missing a thought_signature in functionCall parts.",
    has: /"tool_calls":(?!.*thought_signature)/,
    task: (url) => {
      const task = actTask(serverModel(url), null, { type: "string" });
      return { ...task, messages: [...task.messages, ...turn([{ name: "start", args: "{}" }], "it")] };
    },
  },
};

for (const [name, { message, has, task }] of Object.entries(refusals)) {
  quirks(`${name} is learned from a refusal, and remembered`, () =>
    withServer(
      ({ body }) => (has.test(JSON.stringify(body)) ? { status: 400, body: { error: { message } } } : "ok"),
      async ({ url, hits }) => {
        const provider = openaiProvider();
        const statuses = async () => okOf(await ask(provider, task(url))).attempts.map(({ status }) => status);
        assert.equal(await statuses(), [400, 200]);
        assert.equal(await statuses(), [200]);
        assert.is(hits(), 3);
      },
    ),
  );
}

quirks("a refusal that is told in a list, as Google's servers do, teaches as much", () =>
  withServer(
    ({ body }) => ("seed" in body ? { status: 400, body: [{ error: { message: 'Unknown name "seed": Cannot find field.' } }] } : "ok"),
    async ({ url }) => {
      const { attempts } = okOf(await ask(openaiProvider(), askTask(serverModel(url, { seed: 7 }))));
      assert.equal(
        attempts.map(({ status }) => status),
        [400, 200],
      );
    },
  ),
);

quirks("no-stream-usage is learned from a refusal, and no tokens are counted then", () =>
  withServer(
    ({ body }) => ("stream_options" in body ? { status: 400, body: { error: { message: "stream_options is not supported" } } } : "ok"),
    async ({ url }) => {
      const { result } = await watch(openaiProvider(), askTask(serverModel(url)));
      assert.equal([okOf(result).answer.text, okOf(result).answer.usage], ["ok", null]);
    },
  ),
);

quirks("thoughts before an answer are no part of it, where they may stand there", () =>
  withServer(
    () => "<think>hm\nhm</think>\n\nA rose.",
    async ({ url }) => {
      const said = async (provider: string) => okOf(await ask(openaiProvider(), askTask(serverModel(url, { provider })))).answer.text;
      assert.is(await said("ollama"), "A rose.");
      assert.match(await said("openai"), /^<think>/);
    },
  ),
);

quirks("reasoning that only the total counts is reasoning", () =>
  withServer(
    () => ({ text: "x", usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 22 } }),
    async ({ url }) => {
      const { usage } = okOf(await ask(openaiProvider(), askTask(serverModel(url)))).answer;
      assert.equal(usage, { input: 10, cached: 0, output: 5, reasoning: 7 });
    },
  ),
);

quirks("a refusal that is about something else fails, once", () =>
  withServer(
    () => ({ status: 400, body: { error: { message: "the seed of all evil" } } }),
    async ({ url, hits }) => {
      const result = await ask(openaiProvider(), askTask(serverModel(url, { seed: 1 })));
      assert.equal([result.kind, hits()], ["failed", 1]);
    },
  ),
);

quirks.run();

async function watch(provider: Provider, task: ModelTask, signal = new AbortController().signal) {
  const deltas: Delta[] = [];
  const result = await provider.complete(task, { ...context(signal), onDelta: (delta) => void deltas.push(delta) });
  return { result, deltas };
}

function ask(provider: Provider, task: ModelTask): Promise<ProviderResult> {
  return provider.complete(task, context(new AbortController().signal));
}

function context(signal: AbortSignal) {
  return { env: (name: string) => (name === "TEST_KEY" ? "sk-secret" : undefined), signal, nowUs: () => Date.now() * 1_000 };
}

function okOf(result: ProviderResult): ProviderResult & { kind: "ok" } {
  if (result.kind !== "ok") throw new Error(result.message);
  return result;
}

function chunk(delta: object, finish: string | null): string {
  return JSON.stringify({ model: "tiny", choices: [{ index: 0, delta, finish_reason: finish }] });
}
