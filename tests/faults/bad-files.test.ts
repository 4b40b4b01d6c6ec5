/** What a disk and a hostile or broken file can hold: each gets one clear finding, and none makes the compiler wait or crash. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { build } from "../../compiler/build.ts";
import { planJson } from "../../compiler/emit/plan-json.ts";

const config = '[project]\nname = "demo"\nentrypoint = "main"\n\n[models]\ndefault = "openai:gpt-4o"\n';
const agent = (fields: string, body = "Do it.") => `---\nname: main\ndescription: d\nversion: "1"\n${fields}\n---\n${body}\n`;
const sound = agent("pattern: oneshot");
const main = "agents/main/AGENT.md";

const test = suite<{ dir: string }>("bad files");

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-bad-"));
  write(context.dir, { "tama.toml": config, [main]: sound });
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

/** Each is put in the place of AGENT.md. */
const places: Readonly<Record<string, readonly [code: string, put: (path: string) => void]>> = {
  "a folder": ["parse/no-agent-file", (path) => mkdirSync(path)],
  "a pipe that nobody writes to": ["source/unreadable", (path) => void execFileSync("mkfifo", [path])],
  "a link that leads nowhere": ["source/unreadable", (path) => symlinkSync("nowhere", path)],
  "a link to itself": ["source/unreadable", (path) => symlinkSync("AGENT.md", path)],
  "a link to a device": ["source/unreadable", (path) => symlinkSync("/dev/zero", path)],
  "ten megabytes": ["source/too-large", (path) => writeFileSync(path, "x".repeat(10 * 1024 * 1024))],
  "bytes that are no UTF-8": ["source/not-utf8", (path) => writeFileSync(path, Buffer.from([0x2d, 0x2d, 0x2d, 0x0a, 0xc3, 0x28]))],
  nothing: ["parse/no-frontmatter", (path) => writeFileSync(path, "")],
  "NUL bytes": ["parse/no-frontmatter", (path) => writeFileSync(path, Buffer.alloc(100))],
};

for (const [what, [code, put]] of Object.entries(places)) {
  test(`${what} in place of AGENT.md is one finding`, async ({ dir }) => {
    rmSync(join(dir, main));
    put(join(dir, main));
    assert.equal(await codes(dir), [code]);
  });
}

test("links that make folders lead back to themselves are not followed for ever", async ({ dir }) => {
  for (const name of ["a", "b", "c", "d", "e", "f", "g", "h"]) symlinkSync("../..", join(dir, "agents/main", name));
  symlinkSync(".", join(dir, "agents/main/self"));
  assert.equal(await codes(dir), []);
});

test("a link to itself, or to nowhere, in place of an agent's folder is told", async ({ dir }) => {
  symlinkSync("spin", join(dir, "agents/spin"));
  symlinkSync("gone", join(dir, "agents/lost"));
  assert.equal(await codes(dir), ["source/unreadable", "source/unreadable"]);
});

test("a file that cannot be read makes no comment elsewhere idle", async ({ dir }) => {
  const idle = sound.replace("---\n", "---\n# tama-ignore resolve/unused-agent: kept for later\n").replace("name: main", "name: spare");
  write(dir, { "agents/spare/AGENT.md": idle });
  assert.equal(await codes(dir), []);
  writeFileSync(join(dir, main), "x".repeat(5 * 1024 * 1024));
  assert.equal(await codes(dir), ["source/too-large"]);
});

test("a pipe beside AGENT.md, or as the config, is told and not read", async ({ dir }) => {
  execFileSync("mkfifo", [join(dir, "agents/main/notes.md")]);
  assert.equal(await codes(dir), ["source/unreadable"]);
  rmSync(join(dir, "agents/main/notes.md"));
  rmSync(join(dir, "tama.toml"));
  execFileSync("mkfifo", [join(dir, "tama.toml")]);
  assert.ok((await codes(dir)).includes("source/unreadable"));
});

test("CRLF and a byte order mark change no byte of the plan", async ({ dir }) => {
  const expected = await bytes(dir);
  write(dir, { "tama.toml": `\uFEFF${config.replaceAll("\n", "\r\n")}`, [main]: `\uFEFF${sound.replaceAll("\n", "\r\n")}` });
  assert.is(await bytes(dir), expected);
});

test("names beyond ASCII are told as what they are", async ({ dir }) => {
  write(dir, { "agents/été/AGENT.md": sound.replace("name: main", "name: été") });
  assert.equal(await codes(dir), ["parse/not-kebab-case"]);
});

/** What takes a compiler long that looks at it again and again. */
const heavy: Readonly<Record<string, readonly [codes: readonly string[], text: string]>> = {
  "aliases of aliases": [
    ["parse/too-many-aliases"],
    agent(`pattern: oneshot\noutput:\n  a0: &a0 {x: int}\n${lines(45, (n) => `  a${n + 1}: &a${n + 1} {x: *a${n}, y: *a${n}}`)}`),
  ],
  "few aliases of a long list": [
    ["parse/too-many-aliases"],
    agent(`pattern: parallel\nworkers: &all [${"main, ".repeat(50_000)}main]\nenv: [${"*all, ".repeat(90)}*all]`),
  ],
  "aliases that nest": [
    ["parse/too-deep"],
    agent(`pattern: oneshot\noutput:\n  a: &a ${"{x: ".repeat(40)}int${"}".repeat(40)}\n  b: ${"{x: ".repeat(40)}*a${"}".repeat(40)}`),
  ],
  "brackets without end": [["parse/too-deep"], agent(`pattern: ${"[".repeat(100_000)}`)],
  "lists in lists": [["parse/too-deep"], agent(`env:\n  ${"- ".repeat(50_000)}x`)],
  "parentheses without end": [["expr/too-complex"], agent("pattern: oneshot\ninput: any", `{{ ${"(".repeat(100_000)} }}`)],
  "holes that nothing closes": [["expr/unclosed-hole"], agent("pattern: oneshot\ninput: any", "{{".repeat(50_000))],
  "quotes that nothing closes": [["expr/unclosed-hole"], agent("pattern: oneshot\ninput: any", '{{ \\"'.repeat(50_000))],
  "a word of a million letters": [["parse/unknown-pattern"], agent(`pattern: ${"x".repeat(1_000_000)}`)],
  "a comment that nothing closes": [[], agent("pattern: oneshot", `<!-- tama-ignore ${" ".repeat(100_000)}`)],
  "tabs before keys": [["parse/tab-indent"], agent("pattern: react\ncall:\n\tuses: [a]")],
};

for (const [what, [expected, text]] of Object.entries(heavy)) {
  test(`${what}: told at once`, async ({ dir }) => {
    write(dir, { [main]: text });
    assert.equal(await codes(dir), expected);
  });
}

test("three thousand members of a list that name one agent are looked at once each", async ({ dir }) => {
  write(dir, {
    [main]: agent(`pattern: parallel\nworkers: [${"one, ".repeat(3_000)}one]`),
    "agents/one/AGENT.md": sound.replace("name: main", "name: one"),
  });
  assert.equal(await codes(dir), []);
});

test("a state that leads to a thousand others, each of which leads back to it, is followed from few of them", async ({ dir }) => {
  const spokes = Array.from({ length: 1_000 }, (_, index) => `spoke-${index}`);
  const table = spokes.map((name, index) => `    - k${index}: ${name}`).join("\n");
  const states = `states:\n  hub:\n${table}\n    - stop: ~\n${spokes.map((name) => `  ${name}: hub\n`).join("")}`;
  const keys = [...spokes.keys()].map((index) => `k${index}`).join(", ");
  const hub = agent(`pattern: react\nkeys: [${keys}, stop]`, `Finish with stop, or one of ${keys}.`);
  write(dir, {
    [main]: agent(`pattern: fsm\ninitial: hub\nmax_iter: 5000\n${states}`, ""),
    "agents/hub/AGENT.md": hub.replace("name: main", "name: hub"),
    ...Object.fromEntries(spokes.map((name) => [`agents/${name}/AGENT.md`, sound.replace("name: main", `name: ${name}`)])),
  });
  assert.equal(await codes(dir), []);
});

test.run();

async function codes(dir: string): Promise<readonly string[]> {
  const { diagnostics } = await build(dir);
  return diagnostics.map(({ code }) => code);
}

async function bytes(dir: string): Promise<string> {
  const { plan, diagnostics } = await build(dir);
  assert.equal(diagnostics, []);
  return plan ? planJson(plan) : "";
}

function lines(count: number, make: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => make(n)).join("\n");
}

function write(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}
