import { isObject } from "../../compiler/ir/json.ts";
import { retryAfterMs, type Trouble } from "./attempts.ts";

/** What is known of a failed request: enough to say it in a sentence, nothing that is secret. */
export interface RequestFacts {
  readonly baseUrl: string;
  readonly key: string;
  readonly nowMs: number;
}

/** The longest message of a server that is passed on. */
const maxServerMessage = 300;

/** Why a request failed and whether another try makes sense. */
export function troubleOf(
  error: unknown,
  facts: RequestFacts,
): Trouble & { readonly isTransient: boolean; readonly afterMs: number | null } {
  const status = fieldOf(error, "status");
  return typeof status === "number" ? answered(error, status, facts) : unanswered(error, facts);
}

/** A base URL without the parts that may be secret. */
export function shownUrl(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const { protocol, host, pathname } = new URL(baseUrl);
  return `${protocol}//${host}${pathname}`.replace(/\/$/, "");
}

function answered(error: unknown, status: number, facts: RequestFacts): ReturnType<typeof troubleOf> {
  const body = fieldOf(error, "error");
  const message = fieldOf(body, "message") ?? fieldOf(error, "message");
  const [code, type] = [textOr(fieldOf(body, "code"), null), textOr(fieldOf(body, "type"), null)];
  const said = oneLine(textOr(message, ""), facts.key).replace(new RegExp(`^${status} `), "");
  const headers = fieldOf(error, "headers");
  const asked = headers instanceof Headers ? headers.get("x-should-retry") : null;
  const isUsual = status === 408 || status === 409 || status === 429 || status >= 500;
  return {
    status,
    message: `the model server at ${shownUrl(facts.baseUrl)} answered ${status}: ${said || "no message"}`,
    details: { status, code, type },
    isTransient: asked === null ? isUsual && code !== "insufficient_quota" : asked === "true",
    afterMs: headers instanceof Headers ? retryAfterMs(headers, facts.nowMs) : null,
  };
}

function unanswered(error: unknown, facts: RequestFacts): ReturnType<typeof troubleOf> {
  const causes = chain(error);
  const code = causes.map((cause) => fieldOf(cause, "code")).find((found) => typeof found === "string");
  const broken = textOr(fieldOf(fieldOf(error, "error"), "message"), null);
  if (broken !== null) return brokenOff(broken, facts);
  const isConnection = code !== undefined || causes.some((cause) => cause instanceof TypeError);
  const said = oneLine(textOr(fieldOf(causes.at(-1), "message"), String(error)), facts.key);
  const url = shownUrl(facts.baseUrl);
  const reason = textOr(code, null);
  return {
    status: null,
    message: isConnection
      ? `cannot reach the model server at ${url}: ${reasonOf(reason) ?? said}`
      : `the model server at ${url} sent what is no JSON: ${said}`,
    details: { status: null, code: reason, type: null },
    isTransient: isConnection,
    afterMs: null,
  };
}

/** A stream in which the server tells of an error of its own. */
function brokenOff(said: string, { baseUrl, key }: RequestFacts): ReturnType<typeof troubleOf> {
  const message = `the model server at ${shownUrl(baseUrl)} broke off: ${oneLine(said, key)}`;
  return { status: null, message, details: { status: null, code: null, type: null }, isTransient: true, afterMs: null };
}

function chain(error: unknown): readonly unknown[] {
  const causes: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && causes.length < 5; at = fieldOf(at, "cause")) causes.push(at);
  return causes;
}

function reasonOf(code: string | null): string | null {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused (ECONNREFUSED)";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `its name is not known (${code})`;
    case "ETIMEDOUT":
      return "no connection in time (ETIMEDOUT)";
    case "ECONNRESET":
    case "EPIPE":
      return `the connection was cut (${code})`;
    default:
      return null;
  }
}

/** One line of text without the key, cut between characters. */
function oneLine(text: string, key: string): string {
  const line = text.replaceAll(key, "***").replace(/\s+/g, " ").trim();
  return line.length > maxServerMessage ? `${line.slice(0, maxServerMessage).toWellFormed()}...` : line;
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function textOr<T>(value: unknown, other: T): string | T {
  return typeof value === "string" ? value : other;
}
