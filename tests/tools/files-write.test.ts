import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { filesWrite } from "../../stdlib/tools/files-write.ts";
import { toolContext } from "../support/tool-calls.ts";

const test = suite<{ base: string; project: string }>("tools: tama_files_write");

test.before.each((context) => {
  context.base = realpathSync(mkdtempSync(join(tmpdir(), "tama-write-")));
  context.project = join(context.base, "project");
  for (const folder of ["project/sub", "outside"]) mkdirSync(join(context.base, folder), { recursive: true });
});
test.after.each(({ base }) => rmSync(base, { recursive: true, force: true }));

async function write(project: string, path: unknown, content: unknown = "new", writable: readonly string[] = [project]): Promise<string> {
  const args = {
    ...(path === undefined ? {} : { path: path as string }),
    ...(content === undefined ? {} : { content: content as string }),
  };
  const outcome = await filesWrite.run?.(args, toolContext(project, { writable }));
  if (!outcome) throw new Error("the tool does not run");
  return outcome.kind === "ok" ? outcome.text : `${outcome.kind}: ${outcome.message}`;
}

test("writes, answers `written`, and makes the folders that are missing", async ({ project }) => {
  assert.is(await write(project, "a/b/größer.txt", "größer\n"), "written");
  assert.is(readFileSync(join(project, "a/b/größer.txt"), "utf8"), "größer\n");
  assert.is(await write(project, join(project, "sub/abs.txt"), ""), "written");
  assert.is(readFileSync(join(project, "sub/abs.txt"), "utf8"), "");
});

test("a file is replaced whole, keeps its mode, and no draft stays behind", async ({ project }) => {
  const file = join(project, "sub/run.sh");
  writeFileSync(file, "a much longer text than the new one");
  chmodSync(file, 0o750);
  assert.is(await write(project, "sub/run.sh"), "written");
  assert.is(readFileSync(file, "utf8"), "new");
  assert.is(statSync(file).mode & 0o777, 0o750);
  assert.equal(readdirSync(join(project, "sub")), ["run.sh"]);
});

test("what is outside is refused, by dots, by an absolute path, or behind a link, and nothing is made there", async ({ base, project }) => {
  symlinkSync(join(base, "outside"), join(project, "folder"));
  writeFileSync(join(base, "outside/kept"), "kept");
  symlinkSync(join(base, "outside/kept"), join(project, "link"));
  const outside = join(base, "outside");
  for (const path of ["../outside/x", join(outside, "x"), "folder/x", "folder/deep/x", "link", "sub/../../outside/x", "/x"]) {
    assert.match(await write(project, path), /^refused: .* is in no folder that may be written; --allow-write=/, path);
  }
  assert.equal(readdirSync(outside), ["kept"]);
  assert.is(readFileSync(join(outside, "kept"), "utf8"), "kept");
});

test("a link within is followed; one that leads nowhere is replaced, and makes nothing where it points", async ({ base, project }) => {
  writeFileSync(join(project, "sub/real"), "old");
  symlinkSync("sub/real", join(project, "inside"));
  assert.is(await write(project, "inside"), "written");
  assert.is(readFileSync(join(project, "sub/real"), "utf8"), "new");
  symlinkSync(join(base, "outside/none"), join(project, "dangling"));
  assert.is(await write(project, "dangling"), "written");
  assert.is(readFileSync(join(project, "dangling"), "utf8"), "new");
  symlinkSync(join(base, "outside/nowhere"), join(project, "gone"));
  assert.match(await write(project, "gone/file"), /^failed: /);
  assert.equal(readdirSync(join(base, "outside")), []);
});

test("`.tama`, `.git` and `.env*` are never written, whatever their case, also behind a link", async ({ project }) => {
  mkdirSync(join(project, ".git"));
  symlinkSync(".git", join(project, "innocent"));
  for (const path of [".env", ".env.local", "sub/.ENV", ".git/hooks/pre-commit", ".tama/runs/x", ".TAMA", "innocent/config"]) {
    assert.match(await write(project, path), /^refused: .* is private: \.tama, \.git and \.env files are never written$/, path);
  }
  assert.equal(readdirSync(join(project, ".git")), []);
  assert.is(await write(project, ".gitignore"), "written");
});

test("to grant a private file by its name, from within, or by a link to it does not open it", async ({ base, project }) => {
  mkdirSync(join(project, ".git/hooks"), { recursive: true });
  mkdirSync(join(base, "outside/.git"));
  symlinkSync(".git/hooks", join(project, "hooks"));
  const granted = [join(project, ".env"), join(project, ".git/hooks"), join(project, "hooks"), join(base, "outside/.git")];
  for (const path of [".env", ".git/hooks/x", "hooks/x", join(base, "outside/.git/x")])
    assert.match(await write(project, path, "new", granted), /^refused: .* is private/, path);
});

test("what tama keeps for itself is never written, also behind a link", async ({ project }) => {
  mkdirSync(join(project, "kept"));
  symlinkSync("kept", join(project, "alias"));
  for (const path of ["kept/log", "alias/log", "kept"]) {
    const outcome = await filesWrite.run?.(
      { path, content: "x" },
      toolContext(project, { writable: [project], closed: [join(project, "kept")] }),
    );
    assert.is(outcome?.kind, "refused", path);
  }
});

test("only granted folders and files are written, and a project behind a link is the project", async ({ base, project }) => {
  const only = [join(project, "sub"), join(base, "outside/one.txt")];
  assert.is(await write(project, "sub/x", "new", only), "written");
  assert.is(await write(project, join(base, "outside/one.txt"), "new", only), "written");
  assert.match(await write(project, "x", "new", only), /^refused: /);
  assert.match(await write(project, "subs/x", "new", only), /^refused: /);
  assert.match(await write(project, join(base, "outside/two.txt"), "new", only), /^refused: /);
  assert.match(await write(project, "x", "new", []), /^refused: /);
  symlinkSync(project, join(base, "alias"));
  assert.is(await write(join(base, "alias"), "y"), "written");
  assert.ok(existsSync(join(project, "y")));
});

test("says what is wrong with what is no file, no path or no text", async ({ project }) => {
  writeFileSync(join(project, "file"), "x");
  assert.is(await write(project, "sub"), `failed: it is a folder: ${join(project, "sub")}`);
  assert.is(await write(project, "."), `failed: it is a folder: ${project}`);
  assert.is(await write(project, "file/x"), `failed: a file stands where a folder is needed: ${join(project, "file/x")}`);
  assert.match(await write(project, "n".repeat(300)), "failed: the name is too long");
  for (const path of [undefined, "", 3, null]) assert.is(await write(project, path), "failed: `path` must be the path of a file");
  for (const content of [3, null]) assert.is(await write(project, "x", content), "failed: `content` must be a text");
  assert.match(await write(project, "a\0b"), "failed: cannot write");
  assert.equal(readdirSync(project).sort(), ["file", "sub"]);
});

test.run();
