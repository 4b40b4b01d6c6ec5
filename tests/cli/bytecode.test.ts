/** The CLIs start with the bytecode that V8 made of them in earlier runs (B1 to B3 in `.ci/load.mjs`). */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const root = fileURLToPath(new URL("../../", import.meta.url));
const usage = "Usage: tamac";

const test = suite<{ cache: string }>("bytecode");

test.before.each((context) => {
  context.cache = mkdtempSync(join(tmpdir(), "tama-bytecode-"));
});
test.after.each(({ cache }) => rmSync(cache, { recursive: true, force: true }));

/** What `tamac --help` prints. */
function help(cache: string, dist = join(root, "dist")): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(dist, "tamac.js"), "--help"], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", XDG_CACHE_HOME: cache },
  });
  assert.is(status, 0, stderr);
  return stdout;
}

function folderIn(cache: string): string {
  return join(cache, "tama", readdirSync(join(cache, "tama"))[0] ?? "none");
}

function filesIn(cache: string): readonly string[] {
  const folder = folderIn(cache);
  return readdirSync(folder).map((name) => join(folder, name));
}

/** How many runs each file is of: one that could not be used begins anew. */
function runsIn(cache: string): readonly (number | undefined)[] {
  return [...new Set(filesIn(cache).map((file) => readFileSync(file)[32]))];
}

test("each of the first four runs is kept, and taken up by the next, for the user alone", ({ cache }) => {
  const seen = [1, 2, 3, 4, 5].map(() => {
    assert.match(help(cache), usage);
    return runsIn(cache);
  });
  assert.equal(seen, [[1], [2], [3], [4], [4]]);
  const modes = [folderIn(cache), ...filesIn(cache)].map((path) => statSync(path).mode & 0o077);
  assert.equal([...new Set(modes)], [0]);
});

test("B1: what is not as it was written is not used, and is made anew", ({ cache }) => {
  const said = help(cache);
  help(cache);
  for (const file of filesIn(cache)) {
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(file, bytes);
  }
  assert.is(help(cache), said);
  assert.equal(runsIn(cache), [1]);
});

test("B1: of a source that has changed the new one runs, though it is as long as the old one", ({ cache }) => {
  const dist = join(cache, "copy", "dist");
  cpSync(join(root, "dist"), dist, { recursive: true });
  symlinkSync(join(root, "node_modules"), join(cache, "copy", "node_modules"));
  writeFileSync(join(cache, "copy", "package.json"), '{"type": "module"}');
  const said = help(cache, dist);
  for (const name of readdirSync(dist).filter((name) => name.endsWith(".cjs"))) {
    const text = readFileSync(join(dist, name), "latin1");
    if (text.includes("Usage:")) writeFileSync(join(dist, name), text.replaceAll("Usage:", "Usages"), "latin1");
  }
  assert.is(help(cache, dist), said.replaceAll("Usage:", "Usages"));
});

test("of many versions the older ones go", ({ cache }) => {
  help(cache);
  const made = filesIn(cache);
  const old = Array.from({ length: 100 }, (_, index) => join(folderIn(cache), `old-${index}`));
  for (const [index, path] of old.entries()) {
    writeFileSync(path, "");
    utimesSync(path, index, index);
  }
  help(cache);
  const left = Math.ceil((100 + made.length) / 2);
  assert.equal([...filesIn(cache)].sort(), [...made, ...old.slice(made.length - left)].sort());
});

test("B2: a folder that others may write to is left alone", ({ cache }) => {
  help(cache);
  for (const file of filesIn(cache)) rmSync(file);
  chmodSync(folderIn(cache), 0o777);
  assert.match(help(cache), usage);
  assert.equal(filesIn(cache), []);
});

test("B3: where there is no place to keep it, the program runs all the same, and makes none", ({ cache }) => {
  const missing = join(cache, "home", ".cache");
  assert.match(help(missing), usage);
  assert.not(existsSync(join(cache, "home")));
  writeFileSync(join(cache, "file"), "");
  assert.match(help(join(cache, "file")), usage);
});

test.run();
