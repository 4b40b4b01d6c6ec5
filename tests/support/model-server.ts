/**
 * A scripted model server on loopback, for tests: it speaks OpenAI's chat completions, and what it says depends on the
 * request alone, never on the order in which requests come.
 *
 *     const server = await startModelServer(script({
 *       "You are a poet": ["A rose is a rose."],
 *       "You are an editor": [call("start"), call("finish", { key: "approve", value: "fine" })],
 *     }));
 *     // OPENAI_BASE_URL=server.url OPENAI_API_KEY=test
 *     await server.close();
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A message as it came over the wire. */
export interface WireMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string | null;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly name: string; readonly arguments: string } }[];
  readonly tool_call_id?: string;
}

/** A request for a completion, and what one usually asks of it. */
export interface ModelRequest {
  /** How many requests came before it, plus one. */
  readonly hit: number;
  readonly model: string;
  readonly messages: readonly WireMessage[];
  /** All system messages. */
  readonly system: string;
  /** The last user message. */
  readonly user: string;
  /** What `start` gave, or else the last user message: the step's input. */
  readonly input: string;
  /** Which turn of its conversation this is: one more than the assistant's messages so far. */
  readonly turn: number;
  /** The names of the tools offered. */
  readonly tools: readonly string[];
  /** The words that `finish` may be called with; null where any word goes, or there is no `finish`. */
  readonly keys: readonly string[] | null;
  /** Results of the tool calls so far, in order. */
  readonly results: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage["headers"];
  readonly path: string;
}

export interface ScriptedCall {
  readonly name: string;
  readonly args: unknown;
}

/** What the server does. A text is short for `{ text }`, a list of calls for `{ calls }`. `args` that are a text are sent as they are. */
export type Reply =
  | string
  | readonly ScriptedCall[]
  | ({ readonly delayMs?: number } & (
      | { readonly text?: string | null; readonly calls?: readonly ScriptedCall[]; readonly usage?: unknown; readonly finish?: string }
      | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
      | { readonly raw: string; readonly type?: string }
      | { readonly hang: true }
      | { readonly cut: true }
    ));

export type ModelHandler = (request: ModelRequest) => Reply | Promise<Reply>;

export interface ModelServer {
  /** The base URL, with `/v1`. */
  readonly url: string;
  /** What to put into the environment of a run. */
  readonly env: { readonly OPENAI_BASE_URL: string; readonly OPENAI_API_KEY: string };
  /** Every request so far, in order of arrival. */
  readonly requests: readonly ModelRequest[];
  readonly hits: () => number;
  /** The most requests that were open at once. */
  readonly maxInFlight: () => number;
  /** Resolves when `count` requests have come. */
  readonly waitForHits: (count: number) => Promise<void>;
  /** Resolves when so many clients have gone away before they were answered. */
  readonly waitForDrops: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
}

/** Does work with a server of its own, which is closed when it has ended. */
export async function withServer(handler: ModelHandler, work: (server: ModelServer) => Promise<void>): Promise<void> {
  const server = await startModelServer(handler);
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

/** Starts a server on a free port of loopback. A handler that throws is answered with 599 and its message. */
export async function startModelServer(handler: ModelHandler): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const waiting: Waiter[] = [];
  const waitingForDrops: Waiter[] = [];
  let dropped = 0;
  let inFlight = 0;
  let most = 0;
  const server = createServer((message, response) => {
    inFlight++;
    most = Math.max(most, inFlight);
    response.once("close", () => {
      inFlight--;
      if (!response.writableFinished) dropped++;
      for (const waiter of waitingForDrops) if (dropped >= waiter.count) waiter.resolve();
    });
    const serve = async () => {
      const request = toRequest(await readBody(message), message, requests.length + 1);
      requests.push(request);
      for (const waiter of waiting) if (requests.length >= waiter.count) waiter.resolve();
      await respond(response, request, await reply(handler, request));
    };
    serve().catch((error) => send(response, 400, JSON.stringify({ error: { message: `no request: ${error}` } }), {}));
  });
  const port = await listen(server);
  const url = `http://127.0.0.1:${port}/v1`;
  return {
    url,
    env: { OPENAI_BASE_URL: url, OPENAI_API_KEY: "test-key" },
    requests,
    hits: () => requests.length,
    maxInFlight: () => most,
    waitForHits: (count) => new Promise((resolve) => (requests.length >= count ? resolve() : void waiting.push({ count, resolve }))),
    waitForDrops: (count) => new Promise((resolve) => (dropped >= count ? resolve() : void waitingForDrops.push({ count, resolve }))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A place where callers wait until `count` of them have come; whoever comes later does not wait. */
export function meeting(count: number): () => Promise<void> {
  let come = 0;
  let open = () => {};
  const full = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    come += 1;
    if (come >= count) open();
    return full;
  };
}

/** What one agent says: its turns in order, the last one standing for all that follow; or a function of the request. */
export type Part = readonly Reply[] | ((request: ModelRequest) => Reply | Promise<Reply>);

/**
 * A handler by system prompt: the part whose name is the longest that the system prompt contains answers, `*` where none
 * does. A request that no part knows fails the step, and says what its system prompt was.
 */
export function script(parts: Readonly<Record<string, Part>>): ModelHandler {
  const names = Object.keys(parts).sort((a, b) => b.length - a.length);
  return (request) => {
    const name = names.find((candidate) => candidate !== "*" && request.system.includes(candidate)) ?? "*";
    const part = parts[name];
    if (part === undefined) return { status: 418, body: { error: { message: `no part for: ${request.system.slice(0, 200)}` } } };
    if (typeof part === "function") return part(request);
    return part[Math.min(request.turn, part.length) - 1] ?? { status: 418, body: { error: { message: `the part ${name} says nothing` } } };
  };
}

/** A reply that calls one tool. */
export function call(name: string, args: unknown = {}): readonly ScriptedCall[] {
  return [{ name, args }];
}

/** Something that happens once, for a part that waits until another has got somewhere. */
export function signal(): { readonly happened: Promise<void>; readonly happen: () => void } {
  let happen = () => {};
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happened, happen: () => happen() };
}

/** The two turns of an agent that starts and finishes at once. `value` may be made from its input. */
export function finishes(key: string, value: unknown | ((input: string) => unknown)): Part {
  return (request) => {
    if (request.turn === 1) return call("start");
    return call("finish", { key, value: typeof value === "function" ? value(request.input) : value });
  };
}

function toRequest(body: Readonly<Record<string, unknown>>, message: IncomingMessage, hit: number): ModelRequest {
  const messages = listOf<WireMessage>(body["messages"]);
  const tools = listOf<{ readonly function: { readonly name: string; readonly parameters?: unknown } }>(body["tools"]);
  const results = messages.filter(({ role }) => role === "tool").map(({ content }) => content ?? "");
  const user = messages.findLast(({ role }) => role === "user")?.content ?? "";
  return {
    hit,
    model: String(body["model"]),
    messages,
    system: messages
      .filter(({ role }) => role === "system")
      .map(({ content }) => content ?? "")
      .join("\n"),
    user,
    input: startedWith(messages) ?? user,
    turn: messages.filter(({ role }) => role === "assistant").length + 1,
    tools: tools.map((tool) => tool.function.name),
    keys: keysOf(tools.find((tool) => tool.function.name === "finish")?.function.parameters),
    results,
    body,
    headers: message.headers,
    path: message.url ?? "",
  };
}

function startedWith(messages: readonly WireMessage[]): string | null {
  const start = messages.flatMap((message) => message.tool_calls ?? []).find((made) => made.function.name === "start");
  return start ? (messages.find((message) => message.tool_call_id === start.id)?.content ?? null) : null;
}

function keysOf(parameters: unknown): readonly string[] | null {
  const key = fieldOf(fieldOf(parameters, "properties"), "key");
  const words = fieldOf(key, "enum");
  return Array.isArray(words) ? words.map(String) : null;
}

async function reply(handler: ModelHandler, request: ModelRequest): Promise<Exclude<Reply, string | readonly ScriptedCall[]>> {
  try {
    const said = await handler(request);
    if (typeof said === "string") return { text: said };
    return isCalls(said) ? { calls: said } : said;
  } catch (error) {
    return { status: 599, body: { error: { message: `the handler threw: ${error instanceof Error ? error.message : String(error)}` } } };
  }
}

async function respond(
  response: ServerResponse,
  request: ModelRequest,
  said: Exclude<Reply, string | readonly ScriptedCall[]>,
): Promise<void> {
  if (said.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, said.delayMs));
  if ("hang" in said) return;
  if ("cut" in said) return void response.destroy();
  if ("raw" in said) return send(response, 200, said.raw, { "content-type": said.type ?? "application/json" });
  if ("status" in said)
    return send(response, said.status, textOf(said.body ?? { error: { message: `status ${said.status}` } }), said.headers ?? {});
  const calls = said.calls ?? [];
  const message = { role: "assistant", content: said.text ?? null, ...(calls.length > 0 && { tool_calls: calls.map(wireCall) }) };
  const finish = said.finish ?? (calls.length > 0 ? "tool_calls" : "stop");
  const usage = "usage" in said ? said.usage : { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  const choices = [{ index: 0, message, finish_reason: finish, logprobs: null }];
  const completion = {
    id: `chatcmpl-${request.hit}`,
    object: "chat.completion",
    created: 0,
    model: `${request.model}-scripted`,
    choices,
    usage,
  };
  if (request.body["stream"] === true) return sendStream(response, completion, { calls, message, usage, counts: countsUsage(request) });
  send(response, 200, JSON.stringify(completion), {});
}

function countsUsage({ body }: ModelRequest): boolean {
  return fieldOf(body["stream_options"], "include_usage") === true;
}

/** The same in pieces, as OpenAI streams it: texts and arguments cut in two, then why it ended, then the usage if it was asked for. */
function sendStream(
  response: ServerResponse,
  { model, choices }: { readonly model: string; readonly choices: readonly { readonly finish_reason: string }[] },
  said: {
    readonly calls: readonly ScriptedCall[];
    readonly message: { readonly content: string | null };
    readonly usage: unknown;
    readonly counts: boolean;
  },
): void {
  const content = said.message.content ?? "";
  const wire = said.calls.map(wireCall);
  const deltas = [
    { role: "assistant", content: "" },
    ...halves(content).map((text) => ({ content: text })),
    ...wire.flatMap(({ id, type, function: made }, index) => [
      { tool_calls: [{ index, id, type, function: { name: made.name, arguments: "" } }] },
      ...halves(made.arguments).map((text) => ({ tool_calls: [{ index, function: { arguments: text } }] })),
    ]),
  ];
  const chunks = [
    ...deltas.map((delta) => ({ model, choices: [{ index: 0, delta, finish_reason: null }] })),
    { model, choices: [{ index: 0, delta: {}, finish_reason: choices[0]?.finish_reason ?? "stop" }] },
    ...(said.counts ? [{ model, choices: [], usage: said.usage }] : []),
  ];
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const chunk of chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end("data: [DONE]\n\n");
}

function halves(text: string): readonly string[] {
  const middle = Math.ceil(text.length / 2);
  return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== "");
}

function wireCall({ name, args }: ScriptedCall, index: number) {
  const text = typeof args === "string" ? args : JSON.stringify(args);
  return { id: `theirs-${index}`, type: "function", function: { name, arguments: text } };
}

function send(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body), ...headers });
  response.end(body);
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

async function readBody(message: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? {} : JSON.parse(text);
}

function isCalls(said: Exclude<Reply, string>): said is readonly ScriptedCall[] {
  return Array.isArray(said);
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? value : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address: AddressInfo | string | null = server.address();
      if (typeof address === "object" && address !== null) resolve(address.port);
    });
  });
}
