import { defineTool } from "../tool.ts";

/** An HTTP POST of a JSON body. `headers` as those of `tama_http_get`. */
export const httpPost = defineTool({
  name: "tama_http_post",
  description: "Send an HTTP POST request with a JSON body and return the response body.",
  parameters: {
    type: "object",
    properties: {
      url: { type: "string" },
      body: { type: "string" },
      headers: { type: "array", items: { type: "object", additionalProperties: { type: "string" } } },
    },
    required: ["url", "body"],
  },
  effects: ["net"],
  undo: "irreversible",
  where: "none",
});
