import type { View } from "./view.ts";

/** What was said, each text once per run. */
export const texts: View = {
  row: "a text, once per run",
  columns: {
    hash: "its digest; columns that end in `_hash` name it",
    text: "itself; null where a run keeps hashes only",
    trace_id: "the run",
  },
  query: "SELECT hash, any_value(text) AS text, trace_id FROM log WHERE kind = 'text' GROUP BY trace_id, hash",
};

/** The messages of requests, each linked to the one before it. */
export const messages: View = {
  row: "a message of a request; a request is the chain that begins at `llm_calls.input_hash` and follows `parent_hash`",
  columns: {
    hash: "digest of the message and all before it",
    parent_hash: "the message before it; null for the first",
    role: "system, user, assistant or tool",
    content: "its text",
    calls: "the tool calls of an assistant's message, as JSON",
    call: "the call that a tool's message answers",
    system_hash: "digest of the system prompt that its request opens with",
    trace_id: "the run",
  },
  query: `
    SELECT m.hash, any_value(m.parent_hash) AS parent_hash, any_value(m.role) AS role, any_value(c.text) AS content,
      any_value(k.text) AS calls, any_value(m.key) AS call, any_value(m.system_hash) AS system_hash, m.trace_id
    FROM log m
    LEFT JOIN texts c ON c.trace_id = m.trace_id AND c.hash = m.value_hash
    LEFT JOIN texts k ON k.trace_id = m.trace_id AND k.hash = m.input_hash
    WHERE m.kind = 'message' GROUP BY m.trace_id, m.hash`,
};
