import { OpenAI } from "openai";
import { canonical } from "../../compiler/ir/json.ts";
import type { ModelAnswer, ModelTask } from "../3-task/task.ts";
import { readAnswer } from "./answer.ts";
import { sleep, type Tries, type Try, tryAgain } from "./attempts.ts";
import { httpFetch } from "./fetch.ts";
import type { Provider, ProviderContext, ProviderResult } from "./provider.ts";
import { factsOf, noKey } from "./providers.ts";
import { learn, type Quirks, usualQuirks } from "./quirks.ts";
import { wireRequest } from "./request.ts";
import { readStream } from "./stream.ts";
import { shownUrl, troubleOf } from "./trouble.ts";

export interface OpenaiOptions {
  /** For a whole request with all its tries. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly tries: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

/** A server and the key for it. */
interface Server {
  readonly baseUrl: string;
  readonly key: string;
  readonly client: OpenAI;
}

const defaults: OpenaiOptions = { timeoutMs: 600_000, connectTimeoutMs: 10_000, tries: 3, sleep, random: Math.random };

/**
 * The one wire client: chat completions in OpenAI's format, at any base URL.
 *
 * State: clients by server and key, and what each model turned out to refuse, for the life of the provider.
 */
export function openaiProvider(options: Partial<OpenaiOptions> = {}): Provider {
  const settings = { ...defaults, ...options };
  const servers = new Map<string, Server>();
  const quirks = new Map<string, Quirks>();
  return {
    name: "openai",
    complete: async (task, context) => {
      const address = addressOf(task, context);
      if (typeof address === "string") return { kind: "failed", code: "model", message: address, details: null, attempts: [] };
      const id = canonical([address.baseUrl, address.key]);
      const server = servers.get(id) ?? connect(address, context, settings);
      servers.set(id, server);
      return complete(task, context, { server, quirks, settings });
    },
  };
}

interface Session {
  readonly server: Server;
  readonly quirks: Map<string, Quirks>;
  readonly settings: OpenaiOptions;
}

function addressOf({ model }: ModelTask, { env }: ProviderContext): Pick<Server, "baseUrl" | "key"> | string {
  const facts = factsOf(model.provider);
  if (!facts) return `no provider is named ${model.provider}`;
  const baseUrl = model.baseUrl ?? facts.baseUrl;
  if (!URL.canParse(baseUrl)) return `the base URL of ${model.provider} is not a URL: ${baseUrl}`;
  const key = model.keyEnv === null ? noKey : env(model.keyEnv)?.trim();
  return key ? { baseUrl, key } : `the environment variable ${model.keyEnv} is not set: it holds the key for ${model.provider}`;
}

/** A client for a server. Its own retries and log are off, and it reads nothing of the environment. */
function connect({ baseUrl, key }: Pick<Server, "baseUrl" | "key">, { env }: ProviderContext, settings: OpenaiOptions): Server {
  const isOwn = baseUrl === factsOf("openai")?.baseUrl;
  const client = new OpenAI({
    apiKey: key,
    baseURL: baseUrl,
    organization: (isOwn && env("OPENAI_ORG_ID")) || null,
    project: (isOwn && env("OPENAI_PROJECT_ID")) || null,
    maxRetries: 0,
    timeout: settings.timeoutMs,
    logLevel: "off",
    fetch: httpFetch({ env, connectTimeoutMs: settings.connectTimeoutMs }),
  });
  return { baseUrl, key, client };
}

async function complete(task: ModelTask, context: ProviderContext, session: Session): Promise<ProviderResult> {
  const { timeoutMs, tries, random } = session.settings;
  const stop = new AbortController();
  const cancel = () => stop.abort();
  const timer = setTimeout(cancel, timeoutMs);
  context.signal.addEventListener("abort", cancel, { once: true });
  if (context.signal.aborted) cancel();
  const policy = { tries, sleep: session.settings.sleep, random, nowUs: context.nowUs, signal: stop.signal };
  const result = await tryAgain(() => attempt(task, session, { ...context, signal: stop.signal }), policy);
  clearTimeout(timer);
  context.signal.removeEventListener("abort", cancel);
  return context.signal.aborted && result.kind === "stopped" ? cancelled(result) : toResult(result, session);
}

/** One request. What its refusal teaches is remembered, and the next try is made accordingly. */
async function attempt(task: ModelTask, session: Session, context: ProviderContext): Promise<Try<ModelAnswer>> {
  const { baseUrl, key } = session.server;
  const model = canonical([baseUrl, task.model.name]);
  const quirks = session.quirks.get(model) ?? usualQuirks(task);
  try {
    const answer = readAnswer(task, await respond(task, { quirks, server: session.server }, context), quirks);
    if (typeof answer !== "string") return { kind: "done", value: answer, status: 200 };
    return {
      kind: "failed",
      status: 200,
      message: `the model server at ${shownUrl(baseUrl)} sent ${answer.replaceAll(key, "***")}`,
      details: null,
    };
  } catch (error) {
    const { isTransient, afterMs, ...trouble } = troubleOf(error, { baseUrl, key, nowMs: context.nowUs() / 1_000 });
    const learned = learn(trouble.status, trouble.message, quirks, task);
    if (learned) session.quirks.set(model, learned);
    if (learned) return { kind: "again", ...trouble };
    return isTransient ? { kind: "later", afterMs, ...trouble } : { kind: "failed", ...trouble };
  }
}

/** The chat completion, streamed where somebody watches: a server that does not stream answers as a whole all the same. */
async function respond(
  task: ModelTask,
  { quirks, server }: { readonly quirks: Quirks; readonly server: Server },
  { signal, onDelta }: ProviderContext,
): Promise<unknown> {
  const request = { signal, maxRetries: 0 };
  if (!onDelta) return server.client.post("/chat/completions", { ...request, body: wireRequest(task, quirks, "whole") });
  onDelta({ kind: "begin" });
  const body = wireRequest(task, quirks, "streamed");
  const response = await server.client.post("/chat/completions", { ...request, body, stream: true }).asResponse();
  const isStream = response.headers.get("content-type")?.includes("text/event-stream") === true;
  return isStream ? readStream(response, onDelta) : response.json();
}

function cancelled({ attempts }: Tries<ModelAnswer>): ProviderResult {
  return { kind: "failed", code: "cancelled", message: "the request was cancelled", details: null, attempts };
}

function toResult(result: Tries<ModelAnswer>, { server, settings }: Session): ProviderResult {
  const { attempts } = result;
  if (result.kind === "done") return { kind: "ok", answer: result.value, attempts };
  if (result.kind === "failed") return { kind: "failed", code: "model", message: result.message, details: result.details, attempts };
  const message = `the model server at ${shownUrl(server.baseUrl)} gave no answer within ${settings.timeoutMs} ms`;
  return { kind: "failed", code: "model", message, details: { timeoutMs: settings.timeoutMs }, attempts };
}
