/** What a model's failure comes from, and whether it is tried again: against servers that fail as the providers' documents and users tell. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ModelCause } from "../../compiler/ir/failure.ts";
import { isObject } from "../../compiler/ir/json.ts";
import type { Delta, ModelTask } from "../../runtime/3-task/task.ts";
import { type OpenaiOptions, openaiProvider } from "../../runtime/providers/openai.ts";
import type { ProviderResult } from "../../runtime/providers/provider.ts";
import { type ModelServer, type Reply, withServer } from "../support/model-server.ts";
import { askTask, serverModel } from "../support/tasks.ts";

const test = suite("causes");

/** A failing server, what it comes from, how often it is asked, and what is told. */
const failures: readonly (readonly [string, Reply, ModelCause, number, RegExp])[] = [
  ["OpenAI's rate limit", refusal(429, { message: "Rate limit reached", code: "rate_limit_exceeded" }), "rate-limit", 6, /429: Rate limit/],
  [
    "Google's, told in a list",
    { status: 429, body: [{ error: { code: 429, message: "Please retry in 2s.", status: "RESOURCE_EXHAUSTED" } }] },
    "rate-limit",
    6,
    /429: Please retry in 2s\./,
  ],
  [
    "a request that is larger than the limit",
    refusal(429, { message: "Request too large for x (TPM)" }),
    "context-too-long",
    1,
    /too large/,
  ],
  ["an account that is used up", refusal(429, { message: "x", type: "insufficient_quota", code: "spend_limit" }), "quota", 1, /429: x$/],
  ["an account without credit", refusal(402, { message: "Insufficient Balance" }), "quota", 1, /402/],
  [
    "Anthropic's words for it",
    refusal(400, { message: "Your credit balance is too low to access the API", type: "invalid_request_error" }),
    "quota",
    1,
    /credit/,
  ],
  ["Anthropic's overload", refusal(529, { message: "Overloaded", type: "overloaded_error" }), "overload", 3, /529: Overloaded/],
  ["an internal error about contexts", refusal(500, { message: "context length: internal error" }), "overload", 3, /500/],
  ["a lock that was taken", refusal(409, { message: "conflict" }), "overload", 3, /409/],
  [
    "a proxy whose server is away",
    { status: 502, body: "<html><head><title>502 Bad Gateway</title></head></html>" },
    "overload",
    3,
    /502: a page of HTML, "502 Bad Gateway"$/,
  ],
  ["a proxy that gives up", { status: 504, body: "" }, "timeout", 3, /504: no message$/],
  ["a key that is wrong", refusal(401, { message: "Incorrect API key provided", code: "invalid_api_key" }), "auth", 1, /401/],
  ["Google's words for it", { status: 400, body: [{ error: { message: "API key not valid." } }] }, "auth", 1, /API key not valid/],
  [
    "a model that is not there",
    refusal(404, { message: "The model `x` does not exist", code: "model_not_found" }),
    "bad-request",
    1,
    /404/,
  ],
  ["an error that is a text", { status: 404, body: { error: "model 'x' not found" } }, "bad-request", 1, /404: model 'x' not found$/],
  [
    "an error that is a list of places",
    { status: 422, body: { detail: [{ loc: ["body", "messages"], msg: "field required" }] } },
    "bad-request",
    1,
    /422: body\.messages: field required$/,
  ],
  ["OpenAI's long prompts", refusal(400, { message: "too long", code: "context_length_exceeded" }), "context-too-long", 1, /400/],
  ["Anthropic's", refusal(400, { message: "prompt is too long: 209000 tokens > 200000 maximum" }), "context-too-long", 1, /209000/],
  ["a proxy's", { status: 413, body: "<html><h1>413 Request Entity Too Large</h1></html>" }, "context-too-long", 1, /"413 Request/],
  ["Azure's filter", refusal(400, { message: "The response was filtered", code: "content_filter" }), "content-filter", 1, /filtered/],
  ["a moderated prompt", refusal(403, { message: "requires moderation: your input was flagged" }), "content-filter", 1, /403/],
  [
    "an answer that a filter cut",
    { text: "half of", finish: "content_filter" },
    "content-filter",
    1,
    /withheld the answer \(content_filter\)$/,
  ],
  ["a page for signing in", { raw: "<!doctype html><title>Login</title>", type: "text/html" }, "bad-answer", 1, /a page of HTML, "Login"$/],
  ["nothing at all", { raw: "" }, "bad-answer", 1, /an empty text$/],
  ["no choice", { raw: '{"choices":null}' }, "bad-answer", 1, /no choice/],
  [
    "an error with status 200",
    { raw: JSON.stringify({ error: { code: 502, message: "Provider returned error", metadata: { raw: "upstream is down" } } }) },
    "overload",
    3,
    /broke off: Provider returned error: upstream is down$/,
  ],
  [
    "an error in a choice",
    { raw: JSON.stringify({ choices: [{ finish_reason: "error", error: { code: 401, message: "User not found" }, message: {} }] }) },
    "auth",
    1,
    /broke off: User not found$/,
  ],
  ["a connection that is cut", { cut: true }, "connection", 3, /the connection was cut/],
];

for (const [what, reply, cause, tries, told] of failures) {
  test(`${what}: ${cause}`, () =>
    withServer(
      () => reply,
      async (server) => {
        const failed = await failureOf(server);
        assert.equal([causeOf(failed), server.hits()], [cause, tries]);
        assert.match(failed.message, told);
        assert.equal(new Set(failed.attempts.map((attempt) => attempt.cause)), new Set([cause]));
      },
    ));
}

test("a message without anything is an empty answer, as Google sends where it has none", () =>
  withServer(
    () => ({ raw: JSON.stringify({ choices: [{ finish_reason: "stop", index: 0 }] }) }),
    async (server) => {
      const result = await ask(askTask(serverModel(server.url)));
      assert.is(result.kind === "ok" && result.answer.text, "");
    },
  ));

test("a refusal is an answer where text is asked for, and none where data is", () =>
  withServer(
    () => ({ raw: JSON.stringify({ choices: [{ finish_reason: "stop", message: { content: null, refusal: "I cannot." } }] }) }),
    async (server) => {
      const said = await ask(askTask(serverModel(server.url)));
      assert.is(said.kind === "ok" && said.answer.text, "I cannot.");
      const failed = await failureOf(server, { output: { type: "object", properties: {} } });
      assert.equal([causeOf(failed), failed.message.endsWith("the model refused: I cannot.")], ["content-filter", true]);
    },
  ));

test("a server says in its error how long to wait, where no header does", async () => {
  const pauses: number[] = [];
  const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2.5s" }];
  await withServer(
    ({ hit }) => (hit === 1 ? { status: 429, body: [{ error: { message: "later", details } }] } : "fine"),
    async (server) => {
      const sleep = async (ms: number) => void pauses.push(ms);
      const result = await ask(askTask(serverModel(server.url)), { sleep, random: () => 0.5 });
      assert.is(result.kind, "ok");
      assert.equal(pauses, [2_812.5], "and up to a quarter more, so that not all come back at once");
    },
  );
});

test("a server that asks for a longer pause than a run waits is not asked again", () =>
  withServer(
    () => ({ status: 429, headers: { "retry-after": "3600" } }),
    async (server) => {
      assert.match((await failureOf(server)).message, /answered 429: .*; it wants no other for 3600 s$/);
      assert.is(server.hits(), 1);
    },
  ));

test("a server may say itself whether another try makes sense", () =>
  withServer(
    ({ hit }) => ({ status: hit === 1 ? 400 : 503, headers: { "x-should-retry": hit === 1 ? "true" : "false" } }),
    async (server) => {
      await failureOf(server);
      assert.is(server.hits(), 2);
    },
  ));

for (const [how, more] of [
  ["a streamed answer", { onDelta: () => {} }],
  ["one that comes as a whole", {}],
] as const)
  test(`${how} that falls silent is begun again`, () =>
    withServer(
      ({ hit }) => (hit < 3 ? { hang: true } : "fine"),
      async (server) => {
        const quiet = { ...quick, silenceMs: 20 };
        const result = await openaiProvider(quiet).complete(askTask(serverModel(server.url)), { ...context, ...more });
        assert.is(result.kind, "ok");
        assert.equal(
          result.attempts.map(({ cause }) => cause),
          ["timeout", "timeout", null],
        );
        assert.match(result.attempts[0]?.error ?? "", /^the model server at .* said nothing for 0\.02 s$/);
      },
    ));

test("where nothing is said, half of the whole time may pass in silence", () =>
  withServer(
    () => ({ hang: true }),
    async ({ url }) => {
      const result = await ask(askTask(serverModel(url)), { ...quick, timeoutMs: 60, tries: 1 });
      assert.match(result.attempts[0]?.error ?? "", /said nothing for 0\.03 s$/);
    },
  ));

const counts = { prompt_tokens: 30, completion_tokens: 12, prompt_tokens_details: { cached_tokens: 10 } };
const taken = { input: 20, cached: 10, output: 12, reasoning: 0 };
const withheld = { choices: [{ message: { content: null }, finish_reason: "content_filter" }], usage: counts };
const [begun, brokenOff] = [
  { choices: [{ delta: { content: "Once" } }], usage: counts },
  { error: { code: 401, message: "User not found" } },
].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);

for (const [what, raw, more] of [
  ["is withheld by a filter", JSON.stringify(withheld), {}],
  ["is no answer", JSON.stringify({ usage: counts }), {}],
  ["is streamed and withheld", `data: ${JSON.stringify(withheld).replace("message", "delta")}\n\ndata: [DONE]\n\n`, { onDelta: () => {} }],
  ["breaks off with an error", `${begun}${brokenOff}`, { onDelta: () => {} }],
] as const)
  test(`an answer that ${what} has taken what the server told`, () =>
    withServer(
      () => ({ raw, type: raw.startsWith("data:") ? "text/event-stream" : "application/json" }),
      async ({ url }) => {
        const result = await openaiProvider({ ...quick, tries: 1 }).complete(askTask(serverModel(url)), { ...context, ...more });
        assert.equal([result.kind, result.kind === "failed" && result.usage], ["failed", taken]);
      },
    ));

test("what tries took that failed counts with the one that did not", () =>
  withServer(
    ({ hit }) =>
      hit < 3
        ? { raw: `${begun}data: {"error":{"code":503,"message":"overloaded"}}\n\n`, type: "text/event-stream" }
        : { text: "fine", usage: { prompt_tokens: 5, completion_tokens: 1 } },
    async ({ url }) => {
      const result = await openaiProvider(quick).complete(askTask(serverModel(url)), { ...context, onDelta: () => {} });
      assert.equal(result.kind === "ok" && result.answer.usage, { input: 45, cached: 20, output: 25, reasoning: 0 });
    },
  ));

test("neither the key nor what is secret in a base URL is told, in an answer or an error", () =>
  withServer(
    ({ headers, path, hit }) =>
      hit === 1
        ? { text: `you are ${headers.authorization}`, calls: [{ name: "x", args: { of: headers.authorization } }] }
        : refusal(400, { message: `${headers.authorization} at ${path}` }),
    async (server) => {
      const model = serverModel(`${server.url}?token=hush-hush-hush-hush`);
      const results = [await ask(askTask(model)), await ask(askTask(model))];
      assert.is(server.requests[0]?.path, "/v1/chat/completions?token=hush-hush-hush-hush");
      assert.not.match(JSON.stringify(results), /sk-secret|hush/);
      assert.match(JSON.stringify(results), /you are Bearer \[redacted TEST_KEY\]/);
    },
  ));

for (const [key, isHidden] of [
  ["lm-studio", false],
  ["12345678", false],
  ["ab1", false],
  ["token-abc123", true],
  ["no-digit-but-long", true],
] as const)
  test(`a key that ${isHidden ? "is no word is taken out of" : "may be a word stays in"} answers: ${key}`, () =>
    withServer(
      () => `run ${key} now`,
      async ({ url }) => {
        const env = (name: string) => (name === "TEST_KEY" ? key : undefined);
        const result = await openaiProvider(quick).complete(askTask(serverModel(url)), { ...context, env });
        assert.is(result.kind === "ok" && result.answer.text, `run ${isHidden ? "[redacted TEST_KEY]" : key} now`);
      },
    ));

test("what a base URL says beside keys stays in answers: the date of an API", () =>
  withServer(
    () => "since 2024-10-21-preview",
    async ({ url }) => {
      const result = await ask(askTask(serverModel(`${url}?api-version=2024-10-21-preview`)));
      assert.is(result.kind === "ok" && result.answer.text, "since 2024-10-21-preview");
    },
  ));

test("who watches an answer sees no key either, however it is cut into pieces", () =>
  withServer(
    ({ hit }) => ({
      raw: streamed(`you sent ${key} and sk-secret`, `{"key":"${key}"}`, pieceSizes[hit - 1] ?? 1),
      type: "text/event-stream",
    }),
    async ({ url }) => {
      for (const _ of pieceSizes) {
        const deltas: Delta[] = [];
        const onDelta = (delta: Delta) => void deltas.push(delta);
        const result = await openaiProvider(quick).complete(askTask(serverModel(url)), { ...context, onDelta });
        const [text, args] = (["text", "args"] as const).map((kind) =>
          deltas.map((delta) => (delta.kind === kind ? delta.text : "")).join(""),
        );
        assert.equal([text, args], ["you sent [redacted TEST_KEY] and sk-secret", '{"key":"[redacted TEST_KEY]"}']);
        assert.is(result.kind === "ok" && result.answer.text, text);
      }
    },
  ));

test.run();

const key = "sk-secret-0123456789";

const quick = { sleep: async () => {}, random: () => 0 };

const context = {
  env: (name: string) => (name === "TEST_KEY" ? key : undefined),
  signal: new AbortController().signal,
  nowUs: () => Date.now() * 1_000,
};

function refusal(status: number, error: { readonly message: string; readonly code?: string; readonly type?: string }): Reply {
  return { status, body: { error } };
}

const pieceSizes = [1, 2, 3, 7, 20, 100];

/** The stream of an answer with a text and a call, in pieces of so many characters. */
function streamed(text: string, args: string, size: number): string {
  const pieces = (whole: string) => whole.match(new RegExp(`.{1,${size}}`, "g")) ?? [];
  const deltas = [
    ...pieces(text).map((content) => ({ content })),
    { tool_calls: [{ index: 0, id: "c", function: { name: "x", arguments: "" } }] },
    ...pieces(args).map((piece) => ({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
  ];
  const chunks = [...deltas.map((delta) => ({ choices: [{ delta }] })), { choices: [{ delta: {}, finish_reason: "stop" }] }];
  return [...chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`), "data: [DONE]\n\n"].join("");
}

function ask(task: ModelTask, options: Partial<OpenaiOptions> = quick): Promise<ProviderResult> {
  return openaiProvider(options).complete(task, context);
}

async function failureOf(server: ModelServer, more: Partial<ModelTask> = {}): Promise<ProviderResult & { kind: "failed" }> {
  const result = await ask(askTask(serverModel(server.url), more));
  if (result.kind !== "failed") throw new Error("it did not fail");
  return result;
}

function causeOf({ details }: ProviderResult & { kind: "failed" }): unknown {
  return isObject(details) ? details["cause"] : null;
}
