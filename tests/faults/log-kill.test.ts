/** W2: what was acknowledged survives `kill -9`, in a run that is killed and opened again and again. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../../runtime/4-trace/read.ts";
import { idOf, mustOpen, newFolder, removeFolders } from "../trace/made-run.ts";

const test = suite("killed writers");
test.after(removeFolders);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Lets a process append until it has acknowledged `enough` events, then kills it. Returns the last number that it told. */
async function appendAndDie(dir: string, enough: number): Promise<{ pid: number; first: number; last: number }> {
  const child = spawn(process.execPath, ["--import", "tsx", join(root, "tests/faults/append-events.ts"), dir, idOf("a")], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = "";
  child.stdout.on("data", (chunk) => {
    told += chunk;
    if (told.split("\n").length > enough) child.kill("SIGKILL");
  });
  await new Promise((resolve) => child.once("close", resolve));
  const numbers = told.slice(0, told.lastIndexOf("\n")).split("\n").map(Number);
  assert.is(child.signalCode, "SIGKILL");
  return { pid: child.pid ?? 0, first: numbers[0] ?? 0, last: numbers.at(-1) ?? 0 };
}

test("no acknowledged event is lost, none comes twice, and each process goes on where the one before was killed", async () => {
  const dir = newFolder();
  let recorded = 0;
  for (const enough of [1, 900, 1024, 3000, 5001]) {
    const { pid, first, last } = await appendAndDie(dir, enough);
    const rows = [...readRun(dir)];
    assert.equal(
      rows.map((row) => row.seq),
      Array.from({ length: rows.length }, (_, index) => index + 1),
    );
    assert.is(first, recorded + 1);
    assert.ok(rows.length >= last, `${rows.length} rows, ${last} acknowledged`);
    assert.ok(rows.slice(recorded).every((row) => row.hash === String(pid)));
    recorded = rows.length;
  }
  const log = mustOpen(dir);
  assert.is(log.segment, 6);
  assert.is(log.append({ kind: "system_note" }), recorded + 1);
  log.close();
});

test.run();
