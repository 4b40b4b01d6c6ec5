/** A project that keeps no texts (`trace: { texts: "hash" }`): nothing that was said is in any file of a run. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadRuns, openStore } from "../../runtime/5-store/store.ts";
import { call } from "../support/model-server.ts";
import { agent, skill } from "../support/plan-of.ts";
import { runPlan } from "../support/run-plan.ts";
import { builtPlan } from "../support/simulate.ts";
import { newFolder, removeFolders } from "./made-run.ts";

const test = suite("private texts");
test.after(removeFolders);

const config = (texts: "full" | "hash") => `export default {
  project: { name: "private" },
  entries: ["main"],
  models: { default: "openai:gpt-4o-mini" },
  trace: { texts: "${texts}" },
};
`;

/** A project whose agents get, say, store and fail with secrets. */
const files = {
  ...agent("main", "pattern: fsm\ninitial: work\nstates:\n  work: split\n  split: ~", "No model reads this."),
  ...agent("work", "pattern: react\ncall:\n  uses: [memory]", "SECRET-system"),
  ...agent("split", "pattern: scatter\nworker: echo", "SECRET-split"),
  ...agent("echo", "pattern: oneshot", "SECRET-echo"),
  "agents/split/reduce.md": "SECRET-reduce",
  ...skill("memory", ["tama_mem_set", "tama_artifact_write"]),
};

/** What the models say: a thought, a value to keep, a tool that is none, and then twice a list that is none. */
const parts = {
  "SECRET-system": [
    call("start"),
    call("read_skill", { name: "memory" }),
    { text: "SECRET-thought", calls: call("tama_mem_set", { key: "k", value: "SECRET-value" }) },
    call("no_such_tool", { value: "SECRET-args" }),
    call("finish", { key: "done", value: "SECRET-work" }),
  ],
  "SECRET-split": [call("finish", { key: "parallel", value: "SECRET-not-a-list" })],
} satisfies Parameters<typeof runPlan>[1];

/** Every byte under a folder that a run leaves behind, its database included. */
async function bytesAfter(texts: "full" | "hash"): Promise<{ readonly status: string; readonly bytes: string }> {
  const dir = newFolder();
  for (const [path, text] of Object.entries({ ...files, "tama.config.ts": config(texts) })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const plan = await builtPlan(dir);
  assert.is(plan.trace.texts, texts);
  const stateDir = newFolder();
  const keep = (runDir: string) => cpSync(runDir, join(stateDir, "runs", basename(runDir)), { recursive: true });
  const ran = await runPlan(plan, parts, { input: "SECRET-task", onEnded: keep });
  await loadRuns({ stateDir, waitMs: 0 });
  const store = await openStore({ stateDir, waitMs: 0 });
  assert.is(store.place, "file");
  const kept = await store.query("SELECT count(text) FROM texts");
  store.close();
  assert.is(kept.kind === "ok" && Number(kept.rows[0]?.[0]) > 0, texts === "full");
  return { status: ran.settled.kind, bytes: allBytes(stateDir) };
}

function allBytes(dir: string): string {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1")).join("\n");
}

test("with full texts every one of them is in the log", async () => {
  const { status, bytes } = await bytesAfter("full");
  assert.is(status, "failed");
  for (const word of ["system", "task", "thought", "value", "args", "work", "not-a-list"]) assert.match(bytes, `SECRET-${word}`);
});

test("with hashes none of them is in any file, reasons of failures included", async () => {
  const { status, bytes } = await bytesAfter("hash");
  assert.is(status, "failed");
  assert.not.match(bytes, "SECRET");
  assert.match(bytes, "no_such_tool");
});

test.run();
