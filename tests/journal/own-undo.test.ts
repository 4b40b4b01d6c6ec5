/** Tools of a project's own that are undone: what they want written is saved before, put back, and settled by the file after a crash. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digestBytes } from "../../compiler/ir/digest.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { countingWorld, goOn, inFolder, leave, record, rowsIn, type Says } from "../support/recorded-runs.ts";
import { granted } from "../support/tool-calls.ts";

const test = suite("own tools that are undone");
const [whole, cut] = ["a".repeat(32), "b".repeat(32)];
const source = 'export default { name: "save", description: "d", run: ({ file }) => ({ file, content: "new", answer: "saved " + file }) };';

/** A plan whose one skill unlocks the tool `save` alone. */
function saving(fields: string): Plan {
  const plan = planOf({ ...agent("main", `pattern: react\ncall: {uses: [all]}\n${fields}`), ...skill("all", ["tama_files_write"]) });
  const { tama_files_write: writer } = plan.tools;
  const all = plan.skills["all"];
  if (!writer || !all) throw new Error("the plan has no tool to stand in for");
  const bundle = digestBytes(source);
  const save = { ...writer, effects: ["code", "write"] as const, bundle, fingerprint: bundle, timeoutMs: 30_000 };
  return { ...plan, tools: { save }, skills: { all: { ...all, tools: ["save"] } }, texts: { ...plan.texts, [bundle]: source } };
}

/** A model that reads the skill, saves, and finishes with what it was told, or fails there in its first attempt. */
const says =
  (file: string, fails = false): Says =>
  (task) => {
    if (task.kind !== "model") return null;
    const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] };
    const turn = Number(task.path.split(":").at(-1));
    const isFirst = task.path.startsWith("main@1/");
    if (fails && isFirst && turn === 3) return { kind: "failed", code: "model", message: "down", details: null, ...times };
    const last = task.messages.at(-1)?.parts[0]?.text ?? "";
    const save = [
      { name: "read_skill", args: '{"name":"all"}' },
      { name: "save", args: JSON.stringify({ file }) },
      { name: "finish", args: JSON.stringify({ key: "done", value: last }) },
    ];
    const call = fails && !isFirst ? save[2] : save[turn - 1];
    return {
      kind: "ok",
      answer: { kind: "model", text: "", calls: call ? [call] : [], finish: "stop", model: "m", usage: null },
      ...times,
    };
  };

const anywhere = { write: { all: true, names: [] } };

test("what a failed attempt had written is put back, once, and the folder that was made for it goes", () =>
  inFolder(async (dir) => {
    const plan = saving("retry: {attempts: 2}");
    const world = countingWorld(plan, dir, says("made/x", true));
    await record(plan, { stateDir: dir, traceId: whole, world }, { grants: granted(dir, anywhere) });
    assert.not.ok(existsSync(join(dir, "made")));
    const kinds = rowsIn(dir, whole).map(({ kind }) => kind ?? "");
    assert.equal(
      kinds.filter((kind) => kind.startsWith("file_") || kind.startsWith("rollback")),
      ["file_saved", "rollback", "rollback_undone"],
    );
    assert.is(kinds.indexOf("intent") < kinds.indexOf("file_saved"), true);
  }));

test("its model is told what it says; a place that is not granted is refused, and told", () =>
  inFolder(async (dir) => {
    assert.is(await finished(dir, "x"), "saved x");
    assert.is(readFileSync(join(dir, "x"), "utf8"), "new");
    rmSync(join(dir, "runs"), { recursive: true });
    for (const file of ["../x", ".env"]) assert.match(String(await finished(dir, file)), /^\[error: .*(granted|grants its own|private)/);
    assert.not.ok(existsSync(join(dir, ".env")));
  }));

const plan = saving("");

async function finished(dir: string, file: string): Promise<unknown> {
  rmSync(join(dir, "runs"), { recursive: true, force: true });
  const world = countingWorld(plan, dir, says(file));
  const ended = await record(plan, { stateDir: dir, traceId: whole, world }, { grants: granted(dir, anywhere) });
  return ended.kind === "ended" && ended.settled.kind === "ok" ? ended.settled.value : null;
}

for (const [what, found, expected, value] of [
  ["as it was before: it is made again", "old", "new", "saved x"],
  ["as it was to be: it was made", "new", "new", "[this call was carried out; what it answered was lost when the run was interrupted]"],
  ["a third thing: a person is asked", "third", "third", null],
] as const)
  test(`cut off while it is written, and the file is ${what}`, () =>
    inFolder(async (dir) => {
      writeFileSync(join(dir, "x"), "old");
      mkdirSync(join(dir, "runs"), { recursive: true });
      const world = () => countingWorld(plan, dir, says("x"));
      const grants = granted(dir, anywhere);
      await record(plan, { stateDir: dir, traceId: whole, world: world() }, { grants });
      const rows = rowsIn(dir, whole);
      leave(dir, cut, rows.slice(0, rows.findIndex(({ kind }) => kind === "file_saved") + 1));
      writeFileSync(join(dir, "x"), found);
      const resumed = await goOn(plan, { stateDir: dir, traceId: cut, world: world() }, { grants });
      assert.is(resumed.kind === "ended" && resumed.settled.kind === "ok" ? resumed.settled.value : null, value);
      assert.is(resumed.kind === "uncertain", value === null);
      assert.is(readFileSync(join(dir, "x"), "utf8"), expected);
    }));

test.run();
