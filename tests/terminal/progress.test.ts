/** The lines that tell of a run as it happens. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { TraceEvent } from "../../runtime/4-trace/columns.ts";
import { progress } from "../../runtime/commands/progress.ts";

const test = suite("progress");
const agent = { kind: "span_started", path: "main@1", name: "agent:main:react" } as const;
const within = { parent: "main@1", path: "main@1/react:2" } as const;

test("what was done about a loop and a long conversation is told in a word", () => {
  const lines = told([
    agent,
    { ...within, kind: "loop_intervention", tool_name: "tama_files_read", detail: '{"count":3,"kind":"block"}' },
    { ...within, kind: "context_compaction", detail: '{"archived_messages":1,"method":"results","new_summary_len":0}' },
    { ...within, kind: "context_compaction", detail: '{"archived_messages":6,"method":"summary","new_summary_len":40}' },
  ]);
  assert.equal(lines, [
    "  → main (react)",
    "    main · tool:tama_files_read gives the same again: block",
    "    main · conversation shortened: 1 result left out",
    "    main · conversation shortened: 6 messages summed up",
  ]);
});

test("a line is as wide as the terminal at most, in columns, and tells of one line of a message", () => {
  const message = `the model server at http://localhost:8080/v1 answered 400: ${"宽".repeat(40)}\nand more`;
  const lines = told([agent, { ...within, kind: "llm_call", name: "llm:react_2", status: "failed", message }]);
  assert.is(lines[1], `    main · llm:react_2 failed: server answered 400: ${"宽".repeat(13)}…`);
});

/** At 80 columns. */
function told(events: readonly TraceEvent[]): readonly string[] {
  let text = "";
  const stderr = (more: string) => {
    text += more;
  };
  const note = progress({ stdout: () => {}, stderr, color: false, columns: 80 }, () => 0);
  for (const event of events) note(event);
  return text.trimEnd().split("\n");
}

test.run();
