/** The commands on runs as a command line: which option belongs to which command, and exit codes. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { idOf, newFolder, removeFolders, smallRun } from "./made-run.ts";

const test = suite("tama runs, as a command line");
test.after(removeFolders);
const root = fileURLToPath(new URL("../..", import.meta.url));

function tama(
  state: string,
  ...args: readonly string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ["--import", "tsx", "runtime/cli.ts", "--state", state, ...args], { cwd: root, encoding: "utf8" });
}

test("`runs` takes the options of its list, and those of a command below it are that command's", () => {
  const state = newFolder();
  smallRun(state, idOf("a"));
  assert.is(JSON.parse(tama(state, "runs", "--format", "json", "--status", "ok", "-n", "1").stdout).length, 1);
  assert.equal(JSON.parse(tama(state, "runs", "--status", "error", "--format", "json").stdout), []);
  assert.is(JSON.parse(tama(state, "runs", "show", "last", "--format", "json").stdout).spans.length, 4);
  assert.is(JSON.parse(tama(state, "runs", "show", "last", "--summary", "--format", "json").stdout).llm_calls, 2);
  const file = join(state, "out.parquet");
  assert.is(tama(state, "runs", "export", "last", "--format", "parquet", "-o", file).status, 0);
  assert.ok(existsSync(file));
});

test("a project's folder that is not there is wrong usage, and is not made", () => {
  const missing = join(newFolder(), "mispelt");
  const said = spawnSync(process.execPath, ["--import", "tsx", "runtime/cli.ts", "-C", missing, "runs"], { cwd: root, encoding: "utf8" });
  assert.is(said.status, 2);
  assert.match(said.stderr, "there is no such folder");
  assert.not.ok(existsSync(missing));
});

test("what cannot be meant exits 2, and what names no run 1", () => {
  const state = newFolder();
  for (const args of [
    ["gc"],
    ["gc", "--max-size", "big"],
    ["--since", "yesterday"],
    ["--status", "fine"],
    ["show", "last", "--llm", "--summary"],
  ])
    assert.is(tama(state, "runs", ...args).status, 2, args.join(" "));
  assert.is(tama(state, "runs", "show", "abc").status, 1);
  assert.is(tama(state, "runs", "rm", "last").status, 1);
});

test.run();
