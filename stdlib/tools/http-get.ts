import { defineTool } from "../tool.ts";

/** An HTTP GET. `headers` is a list of `{name: value}`; `${VAR}` in the URL and in header values stands for a declared variable. */
export const httpGet = defineTool({
  name: "tama_http_get",
  description: "Send an HTTP GET request and return the response body.",
  parameters: {
    type: "object",
    properties: {
      url: { type: "string" },
      headers: { type: "array", items: { type: "object", additionalProperties: { type: "string" } } },
    },
    required: ["url"],
  },
  effects: ["net"],
  undo: "idempotent",
  where: "none",
});
