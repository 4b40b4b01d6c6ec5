/** State with versions, and artifacts, as agents in real runs use them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digestBytes, shortDigest } from "../../compiler/ir/digest.ts";
import { call, type ScriptedCall } from "../support/model-server.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { detailOf, type Ran, type RunPlanOptions, rowsOf, runPlan } from "../support/run-plan.ts";

const test = suite("state and artifacts of a run");
const read = call("read_skill", { name: "notes" });
const finish = call("finish", { key: "done", value: "" });
const names = ["mem_set", "mem_get", "mem_delete", "artifact_write", "artifact_read", "artifact_list"].map((name) => `tama_${name}`);
const notes = skill("notes", names);
const clerk = (name: string) => agent(name, "pattern: react\ncall: {uses: [notes]}", `I am ${name}.`);
const alone = planOf({ ...clerk("main"), ...notes });
const set = (value: string, expect_version?: number) =>
  call("tama_mem_set", { key: "k", value, ...(expect_version === undefined ? {} : { expect_version }) });
const put = (name: string, content: string, more: Readonly<Record<string, string>> = {}) =>
  call("tama_artifact_write", { name, content, ...more });
const get = (name: string, more: Readonly<Record<string, string | number>> = {}) => call("tama_artifact_read", { name, ...more });
const list = call("tama_artifact_list", {});

/** What each of an agent's calls answered. */
async function answers(calls: readonly ScriptedCall[], options: RunPlanOptions = {}): Promise<{ ran: Ran; told: readonly string[] }> {
  const ran = await runPlan(alone, { "I am main.": [[...read, ...calls.flat()], finish] }, options);
  return { ran, told: ran.requests.at(-1)?.results.slice(1) ?? [] };
}

test("a value is set only where its version is the expected one; 0 stands for none", async () => {
  const version = call("tama_mem_get", { key: "k", with_version: true });
  const { told } = await answers([...version, ...set("a", 0), ...set("b", 0), ...set("b", 1), ...set("c", 1), ...version]);
  assert.equal(told, [
    '{"value":null,"version":0}',
    "stored 'k'",
    "[error: 'k' is in version 1, not 0: nothing was changed]",
    "stored 'k'",
    "[error: 'k' is in version 2, not 1: nothing was changed]",
    '{"value":"b","version":2}',
  ]);
});

test("a refused write leaves a row that says so, and no write", async () => {
  const { ran } = await answers([...set("a"), ...set("b", 7)]);
  assert.is(rowsOf(ran, "state_set").length, 1);
  assert.equal(
    rowsOf(ran, "tool_rejected").map(({ tool_name, message }) => [tool_name, message]),
    [["tama_mem_set", "'k' is in version 1, not 7: nothing was changed"]],
  );
});

test("a delete takes the value, by version too, and tells the old one", async () => {
  const drop = (more = {}) => call("tama_mem_delete", { key: "k", ...more });
  const { ran, told } = await answers([
    ...drop(),
    ...set("a"),
    ...drop({ expect_version: 3 }),
    ...drop({ expect_version: 1 }),
    ...call("tama_mem_get", { key: "k" }),
    ...set("b", 0),
  ]);
  assert.equal(told, [
    "[no value stored for key 'k']",
    "stored 'k'",
    "[error: 'k' is in version 1, not 3: nothing was changed]",
    "deleted 'k'",
    "[no value stored for key 'k']",
    "stored 'k'",
  ]);
  const [row] = rowsOf(ran, "state_deleted");
  assert.equal([row?.version, ran.text(row?.old_hash ?? null), row?.value_hash], [2, '"a"', null]);
  assert.is(row?.parent_span_id, rowsOf(ran, "span_started").at(-1)?.span_id);
});

test("an artifact is read back as it was written, each of its versions, as text or as base64", async () => {
  const { told } = await answers([
    ...put("plan.md", "naïve\n"),
    ...put("plan.md", "better"),
    ...put("dot", "AP8=", { encoding: "base64" }),
    ...get("plan.md"),
    ...get("plan.md", { version: 1 }),
    ...get("plan.md", { encoding: "base64" }),
    ...get("dot", { encoding: "base64" }),
    ...list,
  ]);
  assert.equal(told, [
    "wrote 'plan.md' (7 bytes, version 1)",
    "wrote 'plan.md' (6 bytes, version 2)",
    "wrote 'dot' (2 bytes, version 1)",
    "better",
    "naïve\n",
    "YmV0dGVy",
    "AP8=",
    '[{"name":"dot","size":2,"version":1},{"name":"plan.md","size":6,"version":2}]',
  ]);
});

test("what cannot be is refused, and the model is told why", async () => {
  const { told } = await answers(
    [
      ...put(" ", "x"),
      ...put("a\nb", "x"),
      ...put("a", "not base64!", { encoding: "base64" }),
      ...put("a", "x", { encoding: "latin1" }),
      ...put("a", "12345678901"),
      ...put("a", "1234567890"),
      ...get("b"),
      ...get("a", { version: 2 }),
      ...put("dot", "/w==", { encoding: "base64" }),
      ...get("dot"),
    ],
    { maxArtifactBytes: 10 },
  );
  assert.equal(told, [
    "[error: the name of an artifact must be a text that is not empty]",
    '[error: the name "a\\nb" holds control characters]',
    "[error: `content` is not base64]",
    "[error: `encoding` must be one of: text, base64]",
    "[error: the artifact has 11 bytes, more than the 10 that are allowed]",
    "wrote 'a' (10 bytes, version 1)",
    '[error: there is no artifact "b"]',
    '[error: there is no artifact "a" in version 2]',
    "wrote 'dot' (1 bytes, version 1)",
    "[error: 'dot' is not text: read it with the encoding base64]",
  ]);
});

test("the run's folder holds each content once, under its digest, the replaced ones too", async () => {
  const kept: string[] = [];
  const onEnded = (dir: string) => kept.push(...readdirSync(join(dir, "artifacts")));
  const { ran } = await answers([...put("a", "one"), ...put("b", "one"), ...put("a", "two")], { onEnded });
  assert.equal(kept.sort(), ["one", "two"].map((text) => shortDigest(digestBytes(text), 64)).sort());
  const [, , last] = rowsOf(ran, "artifact_written");
  assert.equal(
    [last?.key, last?.version, last?.value_hash, last?.old_hash, detailOf(last)],
    ["a", 2, digestBytes("two"), digestBytes("one"), { is_update: true, old_size: 3, size: 3 }],
  );
});

test("artifacts of parallel branches join in declared order; a branch sees its own and what was there", async () => {
  const plan = planOf({
    ...agent("main", "pattern: fsm\ninitial: ann\nstates:\n  ann: all\n  all: eve\n  eve: ~"),
    ...agent("all", "pattern: parallel\nworkers: [bob, cat]"),
    ...Object.assign({}, ...["ann", "bob", "cat", "eve"].map(clerk)),
    ...notes,
  });
  for (const slow of ["bob", "cat"]) {
    const delayMs = (name: string) => (name === slow ? 40 : 0);
    const ran = await runPlan(plan, {
      "I am ann.": [[...read, ...put("doc", "first")], finish],
      "I am bob.": [{ calls: [...read, ...put("doc", "by bob"), ...list], delayMs: delayMs("bob") }, finish],
      "I am cat.": [{ calls: [...read, ...put("doc", "by cat"), ...put("own", "x"), ...get("doc")], delayMs: delayMs("cat") }, finish],
      "I am eve.": [[...read, ...get("doc"), ...get("doc", { version: 2 }), ...get("doc", { version: 1 }), ...list], finish],
    });
    const told = (name: string) =>
      ran.requests
        .filter(({ system }) => system.includes(`I am ${name}.`))
        .at(-1)
        ?.results.slice(1);
    assert.equal(told("bob")?.at(-1), '[{"name":"doc","size":6,"version":2}]');
    assert.equal(told("cat")?.at(-1), "by cat");
    assert.equal(told("eve"), ["by cat", "by bob", "first", '[{"name":"doc","size":6,"version":3},{"name":"own","size":1,"version":1}]']);
    const overlays = ["bob", "cat"].map((name) => `main@1/loop[2]/states/all@1/workers/${name}`);
    const [bob, cat] = overlays;
    assert.equal(detailOf(rowsOf(ran, "state_merged")[0]), {
      conflicts: [],
      entries: [],
      artifacts: {
        conflicts: [{ key: "doc", overlays }],
        entries: [
          { key: "doc", overlay: bob, version: 2 },
          { key: "doc", overlay: cat, version: 3 },
          { key: "own", overlay: cat, version: 1 },
        ],
      },
    });
  }
});

test.run();
