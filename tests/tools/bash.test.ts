import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ToolContext } from "../../stdlib/tool.ts";
import { bash } from "../../stdlib/tools/bash.ts";
import { toolContext } from "../support/tool-calls.ts";

const test = suite<{ dir: string }>("tools: tama_bash");

test.before.each((context) => {
  context.dir = realpathSync(mkdtempSync(join(tmpdir(), "tama-bash-")));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

async function run(dir: string, command: unknown, more: Partial<ToolContext> = {}) {
  const env = { PATH: process.env["PATH"] ?? "" };
  const outcome = await bash.run?.({ command: command as string }, toolContext(dir, { env, ...more }));
  if (!outcome) throw new Error("the tool does not run");
  return outcome;
}

/** What a model would be shown of a short answer. */
async function shown(dir: string, command: unknown, more: Partial<ToolContext> = {}): Promise<string> {
  const outcome = await run(dir, command, more);
  return outcome.kind === "ok" ? `${outcome.text}${outcome.tail ?? ""}` : `${outcome.kind}: ${outcome.message}`;
}

test("answers what was printed, what was printed as an error, and the status where it is none of success", async ({ dir }) => {
  assert.is(await shown(dir, "echo grün"), "grün\n");
  assert.is(await shown(dir, "echo out; echo err >&2"), "out\n\n[stderr]\nerr\n");
  assert.is(await shown(dir, "echo out; echo err >&2; exit 1"), "out\n\n[stderr]\nerr\n\n[exit exit status: 1]");
  assert.is(await shown(dir, "exit 3"), "\n[exit exit status: 3]");
  assert.is(await shown(dir, "kill -9 $$"), "\n[exit signal: 9 (SIGKILL)]");
  assert.is(await shown(dir, "true"), "");
});

test("runs in the project's folder, with nothing on its standard input", async ({ dir }) => {
  assert.is(await shown(dir, "pwd; cat"), `${dir}\n`);
});

test("sees the environment that it is given, and nothing of this process's", async ({ dir }) => {
  process.env["TAMA_TEST_LEAK"] = "leaked";
  const text = await shown(dir, "env", { env: { PATH: process.env["PATH"] ?? "", GIVEN: "given" } });
  delete process.env["TAMA_TEST_LEAK"];
  const names = text
    .trim()
    .split("\n")
    .map((line) => line.split("=")[0]);
  assert.equal(names.filter((name) => !["PWD", "SHLVL", "_", "OLDPWD"].includes(name ?? "")).sort(), ["GIVEN", "PATH"]);
});

test("bytes that are no text are shown as far as they are", async ({ dir }) => {
  assert.is(await shown(dir, "printf 'a\\377b'"), "a\ufffdb");
});

test("of much output the beginning is kept, and the rest counted", async ({ dir }) => {
  const outcome = await run(dir, "head -c 3000000 /dev/zero | tr '\\0' x; exit 2");
  assert.ok(outcome.kind === "ok");
  assert.is(outcome.text.length + (outcome.dropped ?? 0), 3_000_000);
  assert.is(outcome.tail, "\n[exit exit status: 2]");
});

test("a command that takes too long is stopped with all that it started, and says what it had printed", async ({ dir }) => {
  const pipe = withPipe(dir);
  const text = await shown(dir, "exec 3> pipe; echo begun; sleep 1000 & sleep 1000; echo never", { timeoutMs: 1_500 });
  assert.is(text, "failed: the command took longer than 1.5 s and was stopped; until then it printed:\nbegun\n");
  await pipe.gone;
});

test("what a command leaves running in the background ends with it", async ({ dir }) => {
  const pipe = withPipe(dir);
  assert.is(await shown(dir, "exec 3> pipe; sleep 1000 & echo left"), "left\n");
  await pipe.gone;
});

test("a process that left the group cannot hold the answer back for longer than the timeout", async ({ dir }) => {
  const outcome = await run(dir, "setsid sh -c 'echo $$ > pid; exec sleep 1000' & while [ ! -s pid ]; do :; done; cat pid", {
    timeoutMs: 1_500,
  });
  assert.ok(outcome.kind === "failed");
  const pid = Number(/(\d+)\n$/.exec(outcome.message)?.[1]);
  process.kill(pid, "SIGKILL"); // throws if it does not run
});

test("a cancelled command ends with all that it started", async ({ dir }) => {
  const pipe = withPipe(dir);
  const cancel = new AbortController();
  const running = run(dir, "exec 3> pipe; echo >&3; sleep 1000 & sleep 1000", { signal: cancel.signal });
  await pipe.firstByte;
  cancel.abort();
  await running;
  await pipe.gone;
  assert.is(await shown(dir, "touch done", { signal: cancel.signal }), "failed: the command was cancelled");
  assert.is(await shown(dir, "ls"), "pipe\n");
});

test("what is no command, and a folder that is not there, are told", async ({ dir }) => {
  for (const command of [undefined, "", "  ", 3, null])
    assert.is(await shown(dir, command), "failed: `command` must be a command for the shell");
  assert.is(await shown(dir, "a\0b"), "failed: `command` holds a null character");
  assert.is(await shown(join(dir, "none"), "pwd"), "failed: the shell cannot be started: ENOENT");
});

/** A named pipe, which tells when nobody holds it for writing any more: that is how a test knows that processes are gone. */
function withPipe(dir: string): { readonly gone: Promise<void>; readonly firstByte: Promise<void> } {
  execFileSync("mkfifo", [join(dir, "pipe")]);
  const stream = createReadStream(join(dir, "pipe"));
  const firstByte = new Promise<void>((resolve) => stream.once("data", () => resolve()));
  const gone = new Promise<void>((resolve) => stream.once("end", () => resolve()));
  stream.resume();
  return { gone, firstByte };
}

test.run();
