/** The views: each has the columns that it declares, and adds up. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../compiler/ir/json.ts";
import { openStore, type Store } from "../../runtime/5-store/store.ts";
import { views } from "../../runtime/5-store/views.ts";
import { assertSameTrajectory } from "../support/sessions.ts";
import { forkedRun, idOf, newFolder, removeFolders, smallRun, troubledRun } from "./made-run.ts";

const test = suite("views");
test.after(removeFolders);

async function rowsOf(store: Store, sql: string): Promise<readonly Readonly<Record<string, Json>>[]> {
  const result = await store.query(sql);
  if (result.kind === "failed") throw new Error(`${result.diagnostic.message}: ${sql}`);
  return result.rows.map((row) => Object.fromEntries(result.columns.map((name, index) => [name, row[index] ?? null])));
}

/** Asks about three runs: a small one, one with all kinds of trouble, one that forks. */
async function ask(...queries: readonly string[]): Promise<readonly (readonly Readonly<Record<string, Json>>[])[]> {
  const state = newFolder();
  smallRun(state, idOf("a"));
  troubledRun(state, idOf("b"));
  forkedRun(state, idOf("c"));
  const store = await openStore({ stateDir: state, waitMs: 0 });
  try {
    return await Promise.all(queries.map((sql) => rowsOf(store, sql)));
  } finally {
    store.close();
  }
}

test("each view has the columns that it declares, in order", async () => {
  const names = Object.keys(views);
  const found = await ask(...names.map((name) => `DESCRIBE ${name}`));
  for (const [index, [name, { columns }]] of Object.entries(views).entries()) {
    assert.equal(
      found[index]?.map((row) => row["column_name"]),
      Object.keys(columns),
      name,
    );
  }
});

test("the README has ten queries or more, each of which finds something", async () => {
  const readme = readFileSync(fileURLToPath(new URL("../../runtime/5-store/README.md", import.meta.url)), "utf8");
  const queries = [...readme.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql = ""]) => sql);
  assert.ok(queries.length >= 10);
  const found = await ask(...queries);
  assert.equal(
    queries.filter((_, index) => found[index]?.length === 0),
    [],
  );
});

test("a summary has Harn's sixteen fields, and counts schema retries, changes of phase and what it cost, too", async () => {
  const [summary] = await ask(
    `SELECT * EXCLUDE (trace_id, span_id) FROM agent_summaries WHERE trace_id = '${idOf("b")}' AND path = 'writer@2'`,
  );
  assert.equal(summary, [
    {
      agent: "writer",
      path: "writer@2",
      status: "done",
      iterations: 4,
      total_duration_ms: 300,
      llm_calls: 4,
      tool_executions: 2,
      tool_rejections: 2,
      interventions: 1,
      compactions: 1,
      native_text_tool_fallbacks: 2,
      native_text_tool_fallback_rejections: 1,
      empty_completion_retries: 1,
      total_input_tokens: 46,
      total_output_tokens: 23,
      total_llm_duration_ms: 40,
      total_tool_duration_ms: 25,
      tools_used: ["tama_bash", "tama_mem_set"],
      schema_retries: 2,
      phase_changes: 1,
      total_cost_usd: null,
    },
  ]);
});

test("the summary of a run adds up those of its agents, and its tokens are the run's", async () => {
  const summed = ["llm_calls", "tool_executions", "tool_rejections", "total_input_tokens", "total_output_tokens", "schema_retries"];
  const [runs, agents, spent] = await ask(
    `SELECT trace_id, ${summed.join(", ")} FROM run_summaries ORDER BY trace_id`,
    `SELECT trace_id, ${summed.map((name) => `sum(${name}) AS ${name}`).join(", ")} FROM agent_summaries GROUP BY trace_id ORDER BY trace_id`,
    "SELECT trace_id, input_tokens + cached_tokens AS i, output_tokens + reasoning_tokens AS o FROM runs ORDER BY trace_id",
  );
  assert.is(runs?.length, 3);
  assert.equal(runs, agents);
  assert.equal(
    runs?.map((row) => [row["total_input_tokens"], row["total_output_tokens"]]),
    spent?.map((row) => [row["i"], row["o"]]),
  );
});

test("a status is said in Harn's words", async () => {
  const [agents, runs] = await ask(
    "SELECT path, status FROM agent_summaries ORDER BY path, trace_id",
    "SELECT status FROM run_summaries ORDER BY trace_id",
  );
  assert.equal(
    agents?.map(({ path, status }) => `${path} ${status}`),
    ["main@1 done", "main@1/left@1 done", "main@1/right@1 done", "writer@1 done", "writer@1 budget_exhausted", "writer@2 done"],
  );
  assert.equal(
    runs?.map(({ status }) => status),
    ["done", "done", "done"],
  );
});

test("the critical path goes through the slower branch, and its parts add up to the whole", async () => {
  const [path, sum] = await ask(
    `SELECT path, depth, start_ms, duration_ms, self_ms, share FROM critical_path WHERE trace_id = '${idOf("c")}' ORDER BY step`,
    "SELECT trace_id, round(sum(self_ms), 3) = round(sum(duration_ms) FILTER (depth = 0), 3) AS whole, round(sum(share), 6) AS shares FROM critical_path GROUP BY trace_id",
  );
  assert.equal(path, [
    { path: "main@1", depth: 0, start_ms: 0, duration_ms: 100, self_ms: 10, share: 0.1 },
    { path: "main@1/right@1", depth: 1, start_ms: 5, duration_ms: 60, self_ms: 10, share: 0.1 },
    { path: "main@1/right@1/ask:1", depth: 2, start_ms: 10, duration_ms: 50, self_ms: 50, share: 0.5 },
    { path: "main@1/join", depth: 1, start_ms: 65, duration_ms: 30, self_ms: 30, share: 0.3 },
  ]);
  assert.equal(
    sum?.map(({ whole, shares }) => [whole, shares]),
    [
      [true, 1],
      [true, 1],
      [true, 1],
    ],
  );
});

test("what was done again is told once for each time, with the reason", async () => {
  const [retries] = await ask(`SELECT kind, path, attempt, reason FROM retries WHERE trace_id = '${idOf("b")}' ORDER BY seq`);
  assert.equal(retries, [
    { kind: "agent", path: "writer@2", attempt: 1, reason: "out of turns" },
    { kind: "transport", path: "writer@2/react:1", attempt: 1, reason: "429 slow down" },
    { kind: "empty", path: "writer@2/react:1", attempt: 1, reason: "the model answered nothing" },
    { kind: "schema", path: "writer@2/react:2", attempt: 1, reason: "`maybe` is no key" },
    { kind: "schema", path: "writer@2/react:3", attempt: 2, reason: "`done` is no key" },
  ]);
});

test("tools are counted by how they ended", async () => {
  const [tools] = await ask(
    "SELECT tool_name, runs, calls, ok, failed, refused, failure_rate, last_error FROM tool_reliability ORDER BY tool_name",
  );
  assert.equal(tools, [
    { tool_name: "finish", runs: 1, calls: 1, ok: 0, failed: 0, refused: 1, failure_rate: null, last_error: "`maybe` is no key" },
    { tool_name: "tama_bash", runs: 1, calls: 2, ok: 0, failed: 1, refused: 1, failure_rate: 1, last_error: "exit 1" },
    { tool_name: "tama_mem_set", runs: 2, calls: 2, ok: 2, failed: 0, refused: 0, failure_rate: 0, last_error: null },
  ]);
});

test("tokens are told by model", async () => {
  const [cost] = await ask(
    "SELECT trace_id[:1] AS run, model, calls, failed_calls, input_tokens, cached_tokens, total_tokens FROM cost ORDER BY ALL",
  );
  assert.equal(cost, [
    { run: "a", model: "small", calls: 2, failed_calls: 0, input_tokens: 300, cached_tokens: 20, total_tokens: 339 },
    { run: "b", model: "small", calls: 5, failed_calls: 1, input_tokens: 40, cached_tokens: 6, total_tokens: 69 },
    { run: "c", model: "small", calls: 2, failed_calls: 0, input_tokens: 20, cached_tokens: 0, total_tokens: 22 },
  ]);
});

test("a failed call answers as in the Rust tama: its error, and no tokens", async () => {
  const [calls] = await ask("SELECT path, response, input_tokens, output_tokens FROM llm_calls WHERE response LIKE '[error: %'");
  assert.equal(calls, [{ path: "writer@1/react:1", response: "[error: 500 down]", input_tokens: 0, output_tokens: 0 }]);
});

test("the trajectory numbers what happened without gaps, under the session's names", async () => {
  const [entries, gaps] = await ask(
    `SELECT seq_num, agent_id, entry_type, content FROM trajectory WHERE trace_id = '${idOf("a")}' ORDER BY seq_num`,
    "SELECT trace_id FROM trajectory GROUP BY trace_id HAVING min(seq_num) <> 1 OR max(seq_num) <> count(*)",
  );
  assert.equal(
    entries?.map(({ seq_num, agent_id, entry_type }) => `${seq_num} ${agent_id} ${entry_type}`),
    ["1 system session_created", "2 writer agent_invoked", "3 writer state_set", "4 writer agent_completed", "5 system session_saved"],
  );
  assert.equal(JSON.parse(String(entries?.[2]?.["content"])), { key: "k", old_value: null, new_value: "v", state_version: 1 });
  assert.equal(gaps, []);
});

test("the trajectory of a run is the one that a session of it tells", async () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  troubledRun(state, idOf("b"));
  forkedRun(state, idOf("c"));
  for (const digit of ["a", "b", "c"]) await assertSameTrajectory(state, idOf(digit));
});

test("an artifact has a row for each version", async () => {
  const [artifacts] = await ask("SELECT name, version, size, deleted, hash IS NULL AS gone FROM artifacts ORDER BY seq");
  assert.equal(artifacts, [
    { name: "report.md", version: 1, size: 12, deleted: false, gone: false },
    { name: "report.md", version: 2, size: 0, deleted: true, gone: true },
  ]);
});

test.run();
