import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FileResult } from "./run-file.ts";
import { runFiles } from "./run-files.ts";

const test = suite("run-files");
const uvu = (name: string) => JSON.stringify(fileURLToPath(import.meta.resolve(name)));

/** Writes the files to a folder of their own, runs them, and removes it. */
async function runAll(files: Readonly<Record<string, string>>, fileTimeoutMs = 20_000): Promise<readonly FileResult[]> {
  const root = mkdtempSync(join(tmpdir(), "tama-run-"));
  mkdirSync(join(root, "tests"));
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  for (const [name, body] of Object.entries(files)) {
    writeFileSync(join(root, name), `import { test } from ${uvu("uvu")};\nimport * as assert from ${uvu("uvu/assert")};\n${body}\n`);
  }
  try {
    return await runFiles(root, Object.keys(files), { processes: 1, fileTimeoutMs, report: () => {} });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const counts = ({ passed, failed, skipped }: FileResult) => ({ passed, failed, skipped });

test("counts what passed, failed and was skipped", async () => {
  const body = 'test("a", () => {}); test("b", () => assert.is(1, 2)); test.skip("c", () => {}); test.run();';
  const [result] = await runAll({ "a.test.ts": body });
  assert.ok(result);
  assert.equal(counts(result), { passed: 1, failed: 1, skipped: 1 });
  assert.match(result.errors, /"b"/);
});

test("a file that throws, declares no test, exits or rejects unawaited fails alone", async () => {
  const results = await runAll({
    "throws.test.ts": 'throw new Error("at import");',
    "empty.test.ts": 'test("never run", () => {});',
    "exits.test.ts": 'test("a", () => process.exit(0)); test.run();',
    "rejects.test.ts":
      'test("a", async () => { void Promise.reject(new Error("lost")); await new Promise((done) => setTimeout(done, 1000)); }); test.run();',
    "good.test.ts": 'test("a", () => {}); test.run();',
  });
  assert.equal(
    results.map((result) => result.failed),
    [1, 1, 1, 1, 0],
  );
  assert.is(results[4]?.passed, 1);
});

test("a file that never ends fails when its time is over", async () => {
  const [result] = await runAll({ "hangs.test.ts": 'test("a", () => new Promise(() => {})); test.run();' }, 400);
  assert.is(result?.failed, 1);
  assert.match(result?.errors ?? "", /did not end within/);
});

test("keeps what a test prints, without the dots of uvu", async () => {
  const [result] = await runAll({ "prints.test.ts": 'test("a", () => console.log("seen")); test.run();' });
  assert.is(result?.output, "seen\n");
});

test.run();
