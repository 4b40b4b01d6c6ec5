/** `tama runs rollback`: what it tells, what it asks for, what it undoes, and what it leaves. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { canonical } from "../../compiler/ir/json.ts";
import type { Host } from "../../runtime/commands/exec.ts";
import { type RollbackFlags, rollbackCommand } from "../../runtime/commands/rollback.ts";
import { keysOf } from "../../runtime/session/memory.ts";
import { restore } from "../../runtime/session/restore.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { countingWorld, goOn, inFolder, nothingWorks, record, rowsIn, type Says } from "../support/recorded-runs.ts";
import { granted } from "../support/tool-calls.ts";

const test = suite("tama runs rollback");
const run = "a".repeat(32);
const plan = planOf({
  ...agent("main", "pattern: parallel\nworkers: [one, two]"),
  ...agent("one", "pattern: react\ncall: {uses: [all]}"),
  ...agent("two", "pattern: react\ncall: {uses: [all]}"),
  ...skill("all", ["tama_files_write", "tama_mem_set"]),
});

/** Both workers write the same file and key, and each a file of its own. */
const says: Says = (task) => {
  if (task.kind !== "model") return null;
  const name = task.step.agent;
  const calls = [
    [{ name: "read_skill", args: { name: "all" } }],
    [
      { name: "tama_files_write", args: { path: "shared.txt", content: name } },
      { name: "tama_files_write", args: { path: `made/${name}.txt`, content: name } },
      { name: "tama_mem_set", args: { key: "k", value: name } },
    ],
    [{ name: "finish", args: { key: "done", value: "" } }],
  ][Number(task.path.split(":").at(-1)) - 1];
  const told = (calls ?? []).map(({ name: tool, args }) => ({ name: tool, args: canonical(args) }));
  return {
    kind: "ok",
    answer: { kind: "model", text: "", calls: told, finish: "stop", model: "m", usage: null },
    startUs: 1,
    endUs: 2,
    thread: 0,
    attempts: [],
  };
};

/** A project in which the run was made, and the command in it. */
async function inProject(
  use: (at: {
    dir: string;
    stateDir: string;
    rollback: (more: Partial<RollbackFlags>) => Promise<{ code: number; out: string; err: string }>;
  }) => Promise<void>,
): Promise<void> {
  await inFolder(async (dir) => {
    const stateDir = join(dir, ".tama");
    mkdirSync(stateDir);
    writeFileSync(join(dir, "shared.txt"), "before");
    const grants = granted(dir, { write: { all: true, names: [] } });
    await record(plan, { stateDir, traceId: run, world: countingWorld(plan, dir, says) }, { grants });
    await use({
      dir,
      stateDir,
      rollback: (more) => command(dir, { stateDir, run, agent: null, how: "do", directory: dir, nowUs: () => Date.now() * 1000, ...more }),
    });
  });
}

async function command(dir: string, flags: RollbackFlags): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const stdout = (text: string) => {
    said.out += text;
  };
  const stderr = (text: string) => {
    said.err += text;
  };
  const io = { stdout, stderr, color: false, columns: 100 };
  const host: Host = { io, cwd: dir, env: {}, home: dir, signal: new AbortController().signal, input: () => null, threads: null };
  return { code: await rollbackCommand(flags, host), ...said };
}

const allowWrite = { all: true, names: [] };

test("tells without doing, asks for the grant, does nothing unasked, then undoes all, once", () =>
  inProject(async ({ dir, stateDir, rollback }) => {
    const before = rowsIn(stateDir, run).length;
    const told = await rollback({ how: "tell", allowWrite });
    assert.is(told.code, 0);
    assert.is(told.out.split("\n").filter((line) => line.startsWith("undo")).length, 6);
    const refused = await rollback({});
    assert.is(refused.code, 1);
    assert.match(refused.err, "run/rollback-not-granted");
    const unasked = await rollback({ how: "ask", allowWrite });
    assert.is(unasked.code, 2);
    assert.match(unasked.err, "run/rollback-unconfirmed");
    assert.is(rowsIn(stateDir, run).length, before);
    assert.is((await rollback({ allowWrite })).code, 0);
    assert.is(readFileSync(join(dir, "shared.txt"), "utf8"), "before");
    assert.not.ok(existsSync(join(dir, "made")));
    const session = restore(stateDir, run);
    assert.equal(session.kind === "ok" && keysOf(session.value.memory), []);
    const rows = rowsIn(stateDir, run).length;
    assert.is((await rollback({ allowWrite })).out, "nothing to undo\n");
    assert.is(rowsIn(stateDir, run).length, rows);
  }));

test("of one agent it undoes what nobody wrote over, and tells of the rest", () =>
  inProject(async ({ dir, stateDir, rollback }) => {
    const saved = rowsIn(stateDir, run).filter(({ kind, key }) => kind === "file_saved" && key === "shared.txt");
    const [first, last] = saved.map(({ path }) => path?.split("/react")[0] ?? "");
    const name = last?.split("/").at(-1)?.split("@")[0] ?? "";
    const { out } = await rollback({ agent: first ?? "", allowWrite });
    assert.match(out, new RegExp(`keep +file +shared.txt +${last}\\S* wrote it later`));
    assert.is(readFileSync(join(dir, "shared.txt"), "utf8"), name);
    assert.ok(existsSync(join(dir, `made/${name}.txt`)));
    assert.is(rowsIn(stateDir, run).filter(({ kind, key }) => kind === "rollback_conflict" && key === "shared.txt").length, 1);
  }));

test("a path at which the run did nothing is told of", () =>
  inProject(async ({ rollback }) => {
    const { code, err } = await rollback({ agent: "main@1/workers/three@1", allowWrite });
    assert.is(code, 1);
    assert.match(err, "run/no-such-path");
  }));

test("a run that was rolled back is not gone on with", () =>
  inProject(async ({ dir, stateDir, rollback }) => {
    await rollback({ allowWrite });
    const resumed = await goOn(plan, { stateDir, traceId: run, world: nothingWorks }, { grants: granted(dir, {}) });
    assert.is(resumed.kind === "refused" && resumed.diagnostic.code, "run/rolled-back");
  }));

test.run();
