import { OpenAI } from "openai";
import { canonical, isObject, parseJson } from "../../compiler/ir/json.ts";
import { redactor, type Secret } from "../3-task/redact.ts";
import type { ModelAnswer, ModelTask, Usage } from "../3-task/task.ts";
import { sumOfUsage } from "../3-task/usage.ts";
import { readAnswer, readUsage } from "./answer.ts";
import { sleep, type Tries, type Try, tryAgain } from "./attempts.ts";
import type { Broken } from "./causes.ts";
import { httpFetch } from "./fetch.ts";
import { modelFailure, type Provider, type ProviderContext, type ProviderResult, wastedUsage } from "./provider.ts";
import { factsOf, noKey } from "./providers.ts";
import { learn, type Quirks, usualQuirks } from "./quirks.ts";
import { withoutSecrets } from "./redacted-deltas.ts";
import { wireRequest } from "./request.ts";
import { inPlainForm } from "./server-error.ts";
import { type Completion, readStream } from "./stream.ts";
import { noAnswer, shownUrl, troubleOf } from "./trouble.ts";

export interface OpenaiOptions {
  /** For a whole request with all its tries. */
  readonly timeoutMs: number;
  /** How long nothing may be heard of an answer, before its first byte and between two. Default: half of `timeoutMs`, so that there is time for another try. */
  readonly silenceMs: number;
  readonly connectTimeoutMs: number;
  readonly tries: number;
  readonly crowdedTries: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

/** A server, asked with one key. */
interface Server {
  readonly baseUrl: string;
  readonly client: OpenAI;
  /** Takes the key, and what is secret of the base URL, out of what went wrong. */
  readonly redact: (text: string) => string;
  /** What no answer may hold. */
  readonly secrets: readonly Secret[];
  /** Takes that out of an answer. */
  readonly redactAnswer: (text: string) => string;
}

const defaults: Omit<OpenaiOptions, "silenceMs"> = {
  timeoutMs: 600_000, // models that think say nothing for minutes
  connectTimeoutMs: 10_000,
  tries: 3,
  crowdedTries: 6,
  sleep,
  random: Math.random,
};

/**
 * The one wire client: chat completions in OpenAI's format, at any base URL.
 *
 * State: clients by server and key, and what each model turned out to refuse, for the life of the provider.
 */
export function openaiProvider(options: Partial<OpenaiOptions> = {}): Provider {
  const settings = { ...defaults, silenceMs: (options.timeoutMs ?? defaults.timeoutMs) / 2, ...options };
  new Headers(); // Node loads what it has of the web when that is first named: here nobody waits for it yet
  const servers = new Map<string, Server>();
  const quirks = new Map<string, Quirks>();
  return {
    name: "openai",
    complete: async (task, context) => {
      const address = addressOf(task, context);
      if (typeof address === "string") return { kind: "failed", code: "model", message: address, details: null, attempts: [] };
      const id = canonical([address.baseUrl, address.keyEnv, address.key]);
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

interface Address {
  readonly baseUrl: string;
  readonly key: string;
  /** The variable that holds the key; null for a server that needs none. */
  readonly keyEnv: string | null;
}

function addressOf({ model }: ModelTask, { env }: ProviderContext): Address | string {
  const facts = factsOf(model.provider);
  if (!facts) return `no provider is named ${model.provider}`;
  const baseUrl = model.baseUrl ?? facts.baseUrl;
  if (!URL.canParse(baseUrl)) return `the base URL of ${model.provider} is not a URL: ${shownUrl(baseUrl)}`;
  const { keyEnv } = model;
  if (keyEnv === null) return { baseUrl, key: noKey, keyEnv };
  const key = env(keyEnv)?.trim();
  return key ? { baseUrl, key, keyEnv } : `the environment variable ${keyEnv} is not set: it holds the key for ${model.provider}`;
}

/** What nobody is to see; `isKey`: it is a key by its place or name, where all else is one by chance. */
type Hidden = Secret & { readonly isKey: boolean };

/** The key, and what a base URL may hold. */
function hiddenOf({ baseUrl, key, keyEnv }: Address): readonly Hidden[] {
  const { password, searchParams } = new URL(baseUrl);
  const inUrl = [["password", password] as const, ...searchParams].map(([name, value]) => ({
    name: "part of the base URL",
    value,
    isKey: /pass|key|token|secret|auth|sig/i.test(name),
  }));
  return keyEnv === null ? inUrl : [{ name: keyEnv, value: key, isKey: true }, ...inUrl];
}

/** Whether it is a key, and no word that an answer may hold: servers that want no key are given some word, such as `lm-studio`. */
function isTelling({ value, isKey }: Hidden): boolean {
  return isKey && (value.length >= 16 || (value.length >= 8 && /\d/.test(value) && /\p{L}/u.test(value)));
}

/** A client for a server. Its own retries and log are off, and it reads nothing of the environment. */
function connect(address: Address, { env }: ProviderContext, settings: OpenaiOptions): Server {
  const { connectTimeoutMs, silenceMs } = settings;
  const fetch = httpFetch({ env, connectTimeoutMs, silenceMs });
  const { baseUrl, key } = address;
  const { search, searchParams } = new URL(baseUrl);
  const isOwn = baseUrl === factsOf("openai")?.baseUrl;
  const client = new OpenAI({
    apiKey: key,
    baseURL: search === "" ? baseUrl : baseUrl.replace(search, ""),
    defaultQuery: Object.fromEntries(searchParams),
    organization: (isOwn && env("OPENAI_ORG_ID")) || null,
    project: (isOwn && env("OPENAI_PROJECT_ID")) || null,
    maxRetries: 0,
    timeout: settings.timeoutMs,
    logLevel: "off",
    fetch: async (url, init) => inPlainForm(await fetch(url, init)),
  });
  const hidden = hiddenOf(address);
  const secrets = hidden.filter(isTelling);
  return { baseUrl, client, redact: redactor(hidden), secrets, redactAnswer: redactor(secrets) };
}

async function complete(task: ModelTask, context: ProviderContext, session: Session): Promise<ProviderResult> {
  const { timeoutMs, sleep, tries, crowdedTries, random } = session.settings;
  const stop = new AbortController();
  const cancel = () => stop.abort();
  const timer = setTimeout(cancel, timeoutMs);
  context.signal.addEventListener("abort", cancel, { once: true });
  if (context.signal.aborted) cancel();
  const policy = { tries, crowdedTries, sleep, random, nowUs: context.nowUs, signal: stop.signal };
  const result = await tryAgain(() => attempt(task, session, { ...context, signal: stop.signal }), policy);
  clearTimeout(timer);
  context.signal.removeEventListener("abort", cancel);
  return context.signal.aborted && result.kind === "stopped" ? cancelled(result) : toResult(result, session);
}

/** One request. What its refusal teaches is remembered, and the next try is made accordingly. */
async function attempt(task: ModelTask, session: Session, context: ProviderContext): Promise<Try<ModelAnswer>> {
  const { baseUrl, redact, redactAnswer } = session.server;
  const model = canonical([baseUrl, task.model.name]);
  const quirks = session.quirks.get(model) ?? usualQuirks(task);
  const facts = { baseUrl, redact, nowMs: context.nowUs() / 1_000 };
  let usage: Usage | null = null;
  const onUsage = (told: unknown) => {
    usage = readUsage(told) ?? usage;
  };
  try {
    const came = await respond(task, quirks, session.server, { ...context, onUsage });
    const answer = came.kind === "body" ? readAnswer(task, came.body, quirks) : came;
    if (answer.kind === "model") return { kind: "done", value: redacted(answer, redactAnswer), status: 200 };
    return { ...noAnswer(answer, facts), usage };
  } catch (error) {
    const trouble = { ...troubleOf(error, facts), usage };
    const learned = learn(trouble.status, trouble.message, quirks, task);
    if (learned) session.quirks.set(model, learned);
    return learned ? { ...trouble, kind: "again" } : trouble;
  }
}

/** The chat completion, streamed where somebody watches: a server that does not stream answers as a whole all the same. */
async function respond(
  task: ModelTask,
  quirks: Quirks,
  server: Server,
  { signal, onDelta, onUsage }: ProviderContext & { readonly onUsage: (told: unknown) => void },
): Promise<Completion | Broken> {
  if (!onDelta) return readBody(await post(server, { body: wireRequest(task, quirks, "whole"), signal }), onUsage);
  const { hear, end } = withoutSecrets(onDelta, server.secrets);
  hear({ kind: "begin" });
  const response = await post(server, { body: wireRequest(task, quirks, "streamed"), signal, stream: true });
  const isStream = response.headers.get("content-type")?.includes("text/event-stream") === true;
  const came = isStream ? await readStream(response, { onDelta: hear, onUsage }) : await readBody(response, onUsage);
  if (came.kind === "body") end();
  return came;
}

function post({ client }: Server, request: { readonly body: object; readonly signal: AbortSignal; readonly stream?: true }) {
  return client.post("/chat/completions", { ...request, maxRetries: 0 }).asResponse();
}

async function readBody(response: Response, onUsage: (told: unknown) => void): Promise<Completion> {
  const text = await response.text();
  const body = parseJson(text) ?? text;
  if (isObject(body)) onUsage(body["usage"]);
  return { kind: "body", body };
}

/** A server may tell the key that it was asked with, and a model say what it was told. */
function redacted(answer: ModelAnswer, redact: (text: string) => string): ModelAnswer {
  return {
    ...answer,
    text: redact(answer.text),
    calls: answer.calls.map(({ name, args }) => ({ name: redact(name), args: redact(args) })),
  };
}

function cancelled({ attempts, wasted }: Tries<ModelAnswer>): ProviderResult {
  return { kind: "failed", code: "cancelled", message: "the request was cancelled", details: null, attempts, ...wastedUsage(wasted) };
}

function toResult(result: Tries<ModelAnswer>, { server, settings }: Session): ProviderResult {
  const { attempts, wasted } = result;
  if (result.kind === "done") {
    const { value } = result;
    return { kind: "ok", answer: { ...value, usage: value.usage && sumOfUsage(value.usage, wasted) }, attempts };
  }
  if (result.kind === "failed") return modelFailure(result, result);
  const message = `the model server at ${shownUrl(server.baseUrl)} gave no answer within ${settings.timeoutMs / 1_000} s`;
  return modelFailure({ cause: "timeout", status: null, code: null, type: null, message }, result);
}
