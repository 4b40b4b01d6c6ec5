/** Threads for models that start before the command line is read: which of them a command gets. */
import { tmpdir } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type EarlyFlags, guessThreads, threadsAhead, usualModelTimeout } from "../../runtime/commands/early-threads.ts";

const around = { cwd: tmpdir(), env: { PATH: process.env["PATH"] } };
const plain: EarlyFlags = { modelTimeout: usualModelTimeout };

/** What a command line with these words gets whose flags turn out to be these. */
async function ahead(args: readonly string[], flags: EarlyFlags): Promise<"guessed" | "others" | "none"> {
  const guessed = await guessThreads(["exec", "plan.json", "-i", "a task", ...args], around);
  const threads = await threadsAhead(flags, guessed, around);
  await threads?.close();
  if (threads === null) return "none";
  return threads === guessed?.threads ? "guessed" : "others";
}

test("a command gets the threads that were started for what it says", async () => {
  assert.is(await ahead([], plain), "guessed");
  assert.is(await ahead(["--model", "sim:seed=3"], { ...plain, model: "sim:seed=3" }), "guessed");
  assert.is(await ahead(["-C", "demo"], { ...plain, directory: "demo" }), "guessed");
});

test("where the words say something else than the flags, it gets threads of its own, and where it is too early, none", async () => {
  assert.is(await ahead(["-i", "--model", "-q"], plain), "others");
  assert.is(await ahead(["--model=sim"], { ...plain, model: "sim" }), "others");
  assert.is(await ahead(["--model-timeout", "5"], { ...plain, modelTimeout: 5 }), "others");
  assert.is(await ahead(["--env-file", ".env"], { ...plain, envFile: ".env" }), "none");
  assert.is(await ahead(["--replay", "last"], { ...plain, replay: "last" }), "none");
  assert.is(await ahead([], { ...plain, replay: "last" }), "none");
});

test.run();
