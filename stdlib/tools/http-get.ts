import { defineTool } from "../tool.ts";
import { headersSchema, request } from "./http.ts";

/** An HTTP GET. `headers` is a list of `{name: value}`; `${VAR}` in the URL and in header values stands for a declared variable. */
export const httpGet = defineTool({
  name: "tama_http_get",
  description: "Send an HTTP GET request and return the response body.",
  parameters: { type: "object", properties: { url: { type: "string" }, headers: headersSchema }, required: ["url"] },
  effects: ["net"],
  undo: "idempotent",
  where: "thread",
  run: (args, context) => request(args, context, { method: "GET", body: null }),
});
