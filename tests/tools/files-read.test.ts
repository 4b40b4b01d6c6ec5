import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { filesRead, maxFileBytes } from "../../stdlib/tools/files-read.ts";
import { toolContext } from "../support/tool-calls.ts";

const test = suite<{ base: string }>("tools: tama_files_read");

test.before.each((context) => {
  context.base = mkdtempSync(join(tmpdir(), "tama-files-"));
  for (const folder of ["project/sub", "project/.git", "outside"]) mkdirSync(join(context.base, folder), { recursive: true });
  writeFileSync(join(context.base, "project/sub/notes.md"), "größer\n");
  writeFileSync(join(context.base, "project/.env.local"), "KEY=1");
  writeFileSync(join(context.base, "project/.git/config"), "x");
  writeFileSync(join(context.base, "outside/secret"), "x");
});

test.after.each(({ base }) => rmSync(base, { recursive: true, force: true }));

async function read(base: string, path: unknown): Promise<string> {
  const args = path === undefined ? {} : { path: path as string };
  const outcome = await filesRead.run?.(args, toolContext(join(base, "project")));
  if (!outcome) throw new Error("the tool does not run");
  return outcome.kind === "ok" ? `ok: ${outcome.text}` : outcome.message;
}

test("reads text under the project, by a relative or an absolute path", async ({ base }) => {
  assert.is(await read(base, "sub/notes.md"), "ok: größer\n");
  assert.is(await read(base, "sub/../sub/./notes.md"), "ok: größer\n");
  assert.is(await read(base, join(base, "project/sub/notes.md")), "ok: größer\n");
});

test("refuses what is outside, by dots, by an absolute path, or behind a symbolic link", async ({ base }) => {
  symlinkSync(join(base, "outside/secret"), join(base, "project/link"));
  symlinkSync(join(base, "outside"), join(base, "project/folder"));
  for (const path of ["../outside/secret", join(base, "outside/secret"), "link", "folder/secret"]) {
    assert.is(await read(base, path), `refused: ${path} is outside the project`);
  }
});

test("a symbolic link inside the project is read", async ({ base }) => {
  symlinkSync("sub/notes.md", join(base, "project/inside"));
  assert.is(await read(base, "inside"), "ok: größer\n");
});

test("a project that is itself behind a symbolic link is read", async ({ base }) => {
  symlinkSync(join(base, "project"), join(base, "alias"));
  const outcome = await filesRead.run?.({ path: "sub/notes.md" }, toolContext(join(base, "alias")));
  assert.equal(outcome, { kind: "ok", text: "größer\n" });
});

test("refuses `.tama`, `.git` and `.env*`, whatever their case and also behind a link", async ({ base }) => {
  symlinkSync(".env.local", join(base, "project/innocent"));
  for (const path of [".env.local", ".env", ".git/config", ".tama/runs", "sub/.ENV", "innocent"]) {
    assert.match(await read(base, path), `refused: ${path} is private`);
  }
});

test("refuses what tama keeps for itself, also behind a link", async ({ base }) => {
  symlinkSync("sub", join(base, "project/alias"));
  const context = toolContext(join(base, "project"), { closed: [join(base, "project/sub")] });
  for (const path of ["sub/notes.md", "alias/notes.md"])
    assert.equal(await filesRead.run?.({ path }, context), {
      kind: "refused",
      message: `refused: ${path} is tama's own, and cannot be read`,
    });
});

test("says what is wrong with a file that is absent, no file, too large or not UTF-8", async ({ base }) => {
  writeFileSync(join(base, "project/large"), Buffer.alloc(maxFileBytes + 1, 97));
  writeFileSync(join(base, "project/binary"), Buffer.from([0xff, 0xfe, 0x00]));
  assert.is(await read(base, "absent"), "file not found: absent");
  assert.is(await read(base, "sub/notes.md/deeper"), "file not found: sub/notes.md/deeper");
  assert.is(await read(base, "sub"), "not a file: sub");
  assert.is(await read(base, "large"), `file too large: large has ${maxFileBytes + 1} bytes, at most ${maxFileBytes} can be read`);
  assert.is(await read(base, "binary"), "not a text file: binary is not UTF-8");
});

test("arguments that are no path are told, not thrown", async ({ base }) => {
  for (const path of [undefined, "", 3, null]) assert.is(await read(base, path), "`path` must be the path of a file");
  assert.match(await read(base, "a\u0000b"), "cannot read");
});

test.run();
