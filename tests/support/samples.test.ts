import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ids, times } from "./normalise.ts";
import { checkCase, type Mode, modeOf, type Outputs } from "./samples.ts";

const test = suite<{ dir: string }>("samples");

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-samples-"));
  write(context.dir, { "input/in.txt": "one\ntwo\n" });
});

test.after.each((context) => rmSync(context.dir, { recursive: true, force: true }));

test("passes when every expected file is written as expected", async ({ dir }) => {
  write(dir, { "expected/a.txt": "ONE\n", "expected/deep/b.txt": "TWO\n" });
  assert.is(await problem(dir, { "a.txt": "ONE\n", "deep/b.txt": "TWO\n" }), "");
});

test("shows the lines that differ", async ({ dir }) => {
  write(dir, { "expected/a.txt": "one\ntwo\n" });
  const message = await problem(dir, { "a.txt": "one\n2\n" });
  assert.match(message, "expected/a.txt differs");
  assert.match(message, "-two\n+2");
});

test("fails for a missing expected file and for one that no case writes", async ({ dir }) => {
  write(dir, { "expected/old.txt": "old" });
  const message = await problem(dir, { "new.txt": "new" });
  assert.match(message, "expected/new.txt is missing");
  assert.match(message, "expected/old.txt is not written by the case");
});

test("fails for a case without input and for one that writes nothing", async ({ dir }) => {
  assert.match(await problem(dir, {}), "wrote no file");
  rmSync(join(dir, "input"), { recursive: true });
  assert.match(await problem(dir, { "a.txt": "" }), "no input folder");
});

test("rewrites when blessed, removes what is no longer written, and passes then", async ({ dir }) => {
  write(dir, { "expected/old.txt": "old" });
  assert.is(await problem(dir, { "deep/a.txt": "new\n" }, "bless"), "");
  assert.is(readFileSync(join(dir, "expected/deep/a.txt"), "utf8"), "new\n");
  assert.not.ok(existsSync(join(dir, "expected/old.txt")));
  assert.is(await problem(dir, { "deep/a.txt": "new\n" }), "");
});

test("refuses to bless in CI and leaves the files alone", async ({ dir }) => {
  assert.is(modeOf({}), "compare");
  assert.is(modeOf({ BLESS: "1", CI: "" }), "bless");
  assert.is(modeOf({ BLESS: "1", CI: "true" }), "refuse");
  assert.match(await problem(dir, { "a.txt": "new" }, "refuse"), "refused in CI");
  assert.not.ok(existsSync(join(dir, "expected")));
});

test("replaces paths, times and ids", async ({ dir }) => {
  write(dir, { "expected/a.txt": "<input>/in.txt <tmp>/x <time> <duration> <duration> <id1> <id2> <id1>" });
  const [first, second] = ["0123456789abcdef", "6f1c2a3b-0000-4000-8000-0123456789ab"];
  const text = `${dir}/input/in.txt ${tmpdir()}/x 2024-02-03T04:05:06.789Z 12 ms 3.4s ${first} ${second} ${first}`;
  assert.is(await problem(dir, { "a.txt": text }), "");
});

test.run();

/** The message of a failed check, or nothing. */
async function problem(dir: string, outputs: Outputs, mode: Mode = "compare"): Promise<string> {
  try {
    await checkCase(dir, () => outputs, { normalise: [times, ids], mode });
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function write(dir: string, files: Outputs): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}
