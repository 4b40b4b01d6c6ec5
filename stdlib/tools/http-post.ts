import { defineTool } from "../tool.ts";
import { headersSchema, request } from "./http.ts";

/** An HTTP POST of a JSON body. `headers` as those of `tama_http_get`. */
export const httpPost = defineTool({
  name: "tama_http_post",
  description: "Send an HTTP POST request with a JSON body and return the response body.",
  parameters: {
    type: "object",
    properties: { url: { type: "string" }, body: { type: "string" }, headers: headersSchema },
    required: ["url", "body"],
  },
  effects: ["net"],
  undo: "irreversible",
  where: "thread",
  run: async (args, context) => {
    const { body } = args;
    if (typeof body !== "string") return { kind: "failed", message: "`body` must be a text: JSON, for most servers" };
    return request(args, context, { method: "POST", body });
  },
});
