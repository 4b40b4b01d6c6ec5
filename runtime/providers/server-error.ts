import { isObject, parseJson } from "../../compiler/ir/json.ts";
import { wholeResponse } from "./whole-body.ts";

/** An error as a server tells it. `status` is HTTP's, or a code of that kind within the error. */
export interface ServerError {
  readonly status: number | null;
  readonly code: string | null;
  readonly type: string | null;
  readonly message: string;
}

/** An error within what came with status 200: OpenAI's form, or one of those below. Null where there is none. */
export function errorIn(body: unknown): ServerError | null {
  const error = isObject(body) ? body["error"] : undefined;
  if (error === undefined || error === null || error === false) return null;
  const { message, code, type, status } = plainError(body);
  return { status, code, type, message };
}

/**
 * The response, where it is a refusal with its error as OpenAI tells one, which is what the client reads. Google's servers put it into a
 * list, others tell `detail`, `message`, or a text; what stands before a server answers with a page.
 */
export async function inPlainForm(response: Response): Promise<Response> {
  if (response.ok) return response;
  const text = await response.text();
  const { message, code, type, pauseMs } = plainError(parseJson(text) ?? text);
  const headers = new Headers(response.headers);
  if (pauseMs !== null && !headers.has("retry-after") && !headers.has("retry-after-ms")) headers.set("retry-after-ms", String(pauseMs));
  const body = Buffer.from(JSON.stringify({ error: { message, code, type } }));
  return wholeResponse(body, { status: response.status, statusText: response.statusText, headers });
}

interface PlainError extends ServerError {
  readonly pauseMs: number | null;
}

function plainError(body: unknown): PlainError {
  const one: unknown = Array.isArray(body) ? body[0] : body;
  const error = isObject(one) ? (one["error"] ?? one) : one;
  if (!isObject(error)) return { status: null, code: null, type: null, message: textOf(error), pauseMs: null };
  const { code, type, status } = error;
  return {
    status: httpStatus(code) ?? httpStatus(status),
    code: typeof code === "string" ? code : null,
    type: typeof type === "string" ? type : typeof status === "string" ? status : null,
    message: messageOf(error),
    pauseMs: pauseOf(error["details"]),
  };
}

/** What an aggregator was told by the server behind it says more than its own words. */
function messageOf(error: Readonly<Record<string, unknown>>): string {
  const said = textOf(error["message"] ?? error["detail"] ?? error["error"]);
  const behind = isObject(error["metadata"]) ? error["metadata"]["raw"] : undefined;
  return typeof behind === "string" && behind !== "" ? `${said}: ${behind}` : said;
}

/** A text as it is, a page by its title, a list of problems by their places. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return pageTitle(value) ?? value;
  if (Array.isArray(value)) return value.map(problemOf).join("; ");
  return isObject(value) && "detail" in value ? textOf(value["detail"]) : JSON.stringify(value);
}

function problemOf(problem: unknown): string {
  if (!isObject(problem) || typeof problem["msg"] !== "string") return textOf(problem);
  return Array.isArray(problem["loc"]) ? `${problem["loc"].join(".")}: ${problem["msg"]}` : problem["msg"];
}

/** What a page of HTML says at its top; null for what is none. */
export function pageTitle(text: string): string | null {
  if (!/^\s*<(!doctype html|html|head)\b/i.test(text)) return null;
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1] ?? /<h1[^>]*>([^<]*)<\/h1>/i.exec(text)?.[1];
  return `a page of HTML${title?.trim() ? `, "${title.trim()}"` : ""}`;
}

function httpStatus(value: unknown): number | null {
  return typeof value === "number" && value >= 400 && value < 600 ? value : null;
}

/** How long to wait, as Google's servers say it. @see https://cloud.google.com/apis/design/errors#error_details */
function pauseOf(details: unknown): number | null {
  for (const detail of Array.isArray(details) ? details : []) {
    const seconds = isObject(detail) ? /^(\d+(?:\.\d+)?)s$/.exec(String(detail["retryDelay"]))?.[1] : undefined;
    if (seconds !== undefined) return Number(seconds) * 1_000;
  }
  return null;
}
