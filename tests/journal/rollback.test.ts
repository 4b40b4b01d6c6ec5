/** Undoing in runs: wherever a process is killed, where others wrote the same file, and on request. */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { canonical, type JsonObject } from "../../compiler/ir/json.ts";
import type { TaskResult } from "../../runtime/3-task/task.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { countingWorld, fails, goOn, inFolder, leave, record, rowsIn, type Says } from "../support/recorded-runs.ts";
import { granted } from "../support/tool-calls.ts";
import { filesIn } from "../support/undone-worlds.ts";

const test = suite("undoing");
const run = "a".repeat(32);
const files = skill("all", ["tama_files_write"]);
const retried = planOf({ ...agent("main", "pattern: react\nretry: {attempts: 2}\ncall: {uses: [all]}"), ...files });

const unlock = { name: "read_skill", args: { name: "all" } };
const write = (path: string, content: string) => ({ name: "tama_files_write", args: { path, content } });
const finish = { name: "finish", args: { key: "done", value: "" } };

/** What each turn of an attempt says, by its path before the turn; null: the model is down. */
function script(turns: Readonly<Record<string, readonly (readonly { name: string; args: JsonObject }[] | null)[]>>): Says {
  return (task) => {
    if (task.kind !== "model") return null;
    const [path = "", turn = "1"] = task.path.split(":");
    const calls = turns[path]?.[Number(turn) - 1] ?? null;
    return calls ? said(calls) : fails("model");
  };
}

function said(calls: readonly { name: string; args: JsonObject }[]): TaskResult {
  const told = calls.map(({ name, args }) => ({ name, args: canonical(args) }));
  const answer = { kind: "model", text: "", calls: told, finish: "stop", model: "m", usage: null } as const;
  return { kind: "ok", answer, startUs: 1, endUs: 2, thread: 0, attempts: [] };
}

const twice = script({
  "main@1/react": [[unlock], [write("kept.txt", "1"), write("new/it.txt", "2"), write("kept.txt", "3"), write("new/it.txt", "4")], null],
  "main@2/react": [[unlock], [write("other.txt", "5")], [finish]],
});

test("a run that is killed at any moment of writing and undoing, and resumed, leaves what it would have left", () =>
  inFolder(async (dir) => {
    let moments = 0;
    await ranIn(join(dir, "whole"), () => {
      moments += 1;
    });
    const whole = filesIn(join(dir, "whole/project"));
    assert.equal(whole, { "kept.txt": "before", "other.txt": "5" });
    for (let at = 1; at <= moments; at += 1) {
      let moment = 0;
      const [first, image] = [join(dir, `first${at}`), join(dir, `image${at}`)];
      await ranIn(first, () => {
        moment += 1;
        if (moment === at) cpSync(first, image, { recursive: true });
      });
      if (!killed(image)) continue;
      const { stateDir, projectDir, world, grants } = placeIn(image);
      await goOn(retried, { stateDir, traceId: run, world }, { grants });
      assert.equal(filesIn(projectDir), whole, `killed at moment ${at} of ${moments}`);
      assert.not.ok(rowsIn(stateDir, run).some(({ kind }) => kind === "rollback_conflict"));
    }
  }));

test("a file that somebody else changed since is left, and that is told; the rest is undone", () =>
  inFolder(async (dir) => {
    const says: Says = (task) => {
      if (task.path === "main@1/react:3") writeFileSync(join(dir, "project/kept.txt"), "by hand");
      return twice(task);
    };
    await ranIn(dir, () => {}, says);
    assert.equal(filesIn(join(dir, "project")), { "kept.txt": "by hand", "other.txt": "5" });
    const conflicts = rowsIn(join(dir, "state"), run).filter(({ kind }) => kind === "rollback_conflict");
    assert.equal(
      conflicts.map(({ path, key, message }) => [path, key, message]),
      [
        ["main@1/react:2.3", "kept.txt", "it was changed since"],
        ["main@1/react:2.1", "kept.txt", "it was changed since"],
      ],
    );
  }));

function placeIn(dir: string, says: Says = twice) {
  const [stateDir, projectDir] = [join(dir, "state"), join(dir, "project")];
  mkdirSync(projectDir, { recursive: true });
  const world = countingWorld(retried, projectDir, says);
  return { stateDir, projectDir, world, grants: granted(projectDir, { write: { all: true, names: [] } }) };
}

/** Runs the plan; at each moment in which the process could be killed `moment` is told. */
async function ranIn(dir: string, moment: () => void, says: Says = twice): Promise<void> {
  const { stateDir, projectDir, world, grants } = placeIn(dir, says);
  writeFileSync(join(projectDir, "kept.txt"), "before");
  const nowUs = () => {
    moment();
    return Date.now() * 1000;
  };
  const executor: typeof world.executor = {
    ...world.executor,
    run: async (task, signal) => {
      const result = await world.executor.run(task, signal);
      moment();
      return result;
    },
  };
  const ran = await record(retried, { stateDir, traceId: run, world: { ...world, executor } }, { grants, nowUs });
  assert.is(ran.kind === "ended" && ran.status, "ok");
}

/** Makes of an image what is left when its process is dead; false where the run had not begun. */
function killed(image: string): boolean {
  const dir = join(image, "state/runs", run);
  if (!readdirSync(image, { recursive: true }).some((name) => String(name).endsWith(".wal"))) return false;
  const rows = rowsIn(join(image, "state"), run);
  for (const name of readdirSync(dir).filter((each) => /^\d+\./.test(each))) rmSync(join(dir, name));
  leave(join(image, "state"), run, rows);
  return rows.some(({ kind }) => kind === "run_started");
}

test.run();
