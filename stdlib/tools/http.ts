/** What the two HTTP tools share. */
import { isList, isObject, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import type { HttpRequest, ToolContext, ToolOutcome } from "../tool.ts";
import { fill } from "./variables.ts";

/** JSON Schema of `headers`: a list of `{name: value}`. */
export const headersSchema: JsonObject = {
  type: "array",
  items: { type: "object", additionalProperties: { type: "string" } },
};

/** Headers that say where a request goes and how long it is: not a model's to set. */
const reserved: ReadonlySet<string> = new Set(["host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te"]);

/** Sends what the arguments say, and answers the body; a status other than 2xx fails the call, and its body is part of why. */
export async function request(args: JsonObject, context: ToolContext, more: Pick<HttpRequest, "method" | "body">): Promise<ToolOutcome> {
  const { url } = args;
  if (typeof url !== "string" || url === "") return failed("`url` must be a URL");
  const headers = headersOf(args["headers"], context.env);
  if (typeof headers === "string") return failed(headers);
  const json = more.body === null ? {} : { "content-type": "application/json" };
  const answer = await context.send({ ...more, url: fill(url, context.env), headers: { ...json, ...headers } });
  if (answer.kind !== "answered") return answer;
  const status = `HTTP ${`${answer.status} ${answer.statusText}`.trim()}`;
  if (answer.status < 200 || answer.status > 299) return failed(answer.text === "" ? status : `${status}\n${answer.text}`);
  return { kind: "ok", text: answer.text === "" ? `[${status}]` : answer.text };
}

/** Headers by their names in lower case, or what is wrong with them. */
function headersOf(given: Json | undefined, env: ToolContext["env"]): Readonly<Record<string, string>> | string {
  if (given === undefined || given === null) return {};
  const pairs = (isList(given) ? given : [given]).map(pairsOf);
  const headers: Record<string, string> = {};
  for (const [name, value] of pairs.flatMap((each) => each ?? [["", null] as const])) {
    if (typeof value !== "string") return wrongShape;
    const filled = fill(value, env);
    const problem = problemOf(name.toLowerCase(), filled);
    if (problem !== null) return problem;
    headers[name.toLowerCase()] = filled;
  }
  return headers;
}

const wrongShape = "`headers` must be a list of {name: value}, the values being texts";

/** What is wrong with a header. Says nothing of its value, which may be secret. */
function problemOf(name: string, value: string): string | null {
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return `a header cannot be named ${JSON.stringify(name)}`;
  if (reserved.has(name) || name.startsWith("proxy-")) return `the header ${name} cannot be set`;
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? null : `the value of the header ${name} holds characters that no header may hold`;
}

/** `{Accept: "x"}`, and also `{name: "Accept", value: "x"}`, which models write as often. Null where it is no object. */
function pairsOf(header: Json): readonly (readonly [string, unknown])[] | null {
  if (!isObject(header)) return null;
  const { name, value } = header;
  const isNamed = typeof name === "string" && value !== undefined && Object.keys(header).length === 2;
  return isNamed ? [[name, value]] : Object.entries(header);
}

function failed(message: string): ToolOutcome {
  return { kind: "failed", message };
}
