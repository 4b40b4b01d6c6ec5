/** How a run's end is told: as text with a word on what failed on the way, or as JSON with what was spent. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { tally } from "../../runtime/commands/tally.ts";
import { startModelServer } from "../support/model-server.ts";
import { agent, planOf } from "../support/plan-of.ts";
import { collected, startTama } from "../support/tama-process.ts";

const test = suite<{ dir: string }>("how a run's end is told");
const pair = planOf({
  ...agent("main", "pattern: parallel\nworkers: [ann, bob]"),
  ...agent("ann", "pattern: oneshot", "I am ann."),
  ...agent("bob", "pattern: oneshot", "I am bob."),
});

test.before(() => {
  if (!existsSync(fileURLToPath(new URL("../../dist/tama.js", import.meta.url))))
    throw new Error("dist/tama.js is missing: npm run bundle");
});
test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-result-"));
  writeFileSync(join(context.dir, "plan.json"), planJson(pair));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test("a run that went on without an agent that failed ends with 0, and says so", async ({ dir }) => {
  const server = await startModelServer(({ system }) => (system.includes("bob") ? { status: 400 } : { text: "here" }));
  const { code, stdout, stderr } = await collected(startTama(dir, ["exec", "plan.json", "-i", "x"], server.env));
  assert.is(code, 0, stderr);
  assert.match(stdout, "!failed");
  assert.match(stderr, "tama: 1 agent failed, and the run went on without: bob\n");
  await server.close();
});

test("--format json tells key, value, what failed and what was spent, whether it ends well or not", async ({ dir }) => {
  const server = await startModelServer(({ system }) => (system.includes("bob") ? { status: 400 } : { text: "here" }));
  const ran = await collected(startTama(dir, ["exec", "plan.json", "-i", "x", "-q", "--format", "json"], server.env));
  const { run, duration_ms: ms, value, ...rest } = JSON.parse(ran.stdout);
  assert.match(run, /^[0-9a-f]{32}$/);
  assert.type(ms, "number");
  assert.is(value.ann, "here");
  const { model_calls: calls, output_tokens: output, ...usage } = rest.usage;
  assert.equal({ ...rest, usage: {} }, { status: "ok", key: "parallel", failure: null, failed: ["main@1/workers/bob@1"], usage: {} });
  assert.is(calls, 2);
  assert.ok(output > 0);
  assert.equal([usage.tool_calls, usage.cost_usd, ran.stderr], [0, null, ""]);
  await server.close();
  const gone = await startModelServer(() => ({ status: 400 }));
  const failed = await collected(startTama(dir, ["exec", "plan.json", "-i", "x", "--format", "json"], gone.env));
  const { status, key, value: none, failure } = JSON.parse(failed.stdout);
  assert.equal([failed.code, status, key, none, failure.path], [5, "error", null, null, "main@1/join"]);
  await gone.close();
});

test("an agent that failed and then came through when it was tried again is not told, nor what failed within it", () => {
  const counted = tally();
  const span = (path: string, status: string) => {
    counted.note({ kind: "span_started", path, name: `agent:${path.length}:oneshot` });
    counted.note({ kind: "span_ended", path, status });
  };
  span("main@1/writer@1/helper@1", "failed");
  span("main@1/writer@1", "failed");
  span("main@1/writer@2", "ok");
  assert.equal(counted.failed(), []);
  span("main@1/judge@1/helper@1", "failed");
  span("main@1/judge@1", "failed");
  assert.equal(counted.failed(), [{ path: "main@1/judge@1", name: "agent:14:oneshot" }]);
});

test("what is tried again, and what failed of a fan-out, is told apart by attempt and item, also in the record", async ({ dir }) => {
  const wide = planOf({
    ...agent("main", "pattern: scatter\nworker: item", "Split."),
    "agents/main/reduce.md": "Reduce.",
    ...agent("item", "pattern: oneshot\nretry: {attempts: 2}", "Work."),
  });
  const scenario = `agents:
  main/map: [{finish: {key: parallel, value: [a, b]}}]
  main/reduce: [both]
paths:
  "main@1/items[2]/worker@1/oneshot": {error: down}
  "main@1/items[2]/worker@2/oneshot": {error: down}
default: fine
`;
  writeFileSync(join(dir, "scenario.yaml"), scenario);
  writeFileSync(join(dir, "plan.json"), planJson(wide));
  const args = ["exec", "plan.json", "--input", "x", "--model", "scripted:scenario.yaml", "--threads", "3"];
  const { code, stdout, stderr } = await collected(startTama(dir, args, {}));
  assert.equal([code, stdout], [0, "both\n"], stderr);
  for (const line of ["→ item[1] (oneshot)", "→ item[2], attempt 2 (oneshot)", "✗ item[2], attempt 2: down", "without: item[2]"])
    assert.match(stderr, line);
  const shown = await collected(startTama(dir, ["runs", "show", "last"], {}));
  for (const name of ["agent:item:oneshot[1] ", "agent:item:oneshot[2] ", "agent:item:oneshot[2]@2 "]) assert.match(shown.stdout, name);
});

test("what comes from a record is counted nowhere as spent", () => {
  const counted = tally();
  const call = { kind: "llm_call", path: "main@1/oneshot:1", input_tokens: 7, cost_usd: 0.5 };
  counted.note({ ...call, source: "cache" });
  counted.note({ ...call, source: "replay" });
  counted.note({ ...call, source: null });
  assert.equal([counted.spent().model_calls, counted.spent().input_tokens, counted.spent().cost_usd], [1, 7, 0.5]);
});

test.run();
