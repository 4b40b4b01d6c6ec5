import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildNotePath } from "../../compiler/ir/build-note.ts";
import { version } from "../../compiler/version.ts";

const cli = fileURLToPath(new URL("../../compiler/cli.ts", import.meta.url));
const manifest = fileURLToPath(new URL("../../package.json", import.meta.url));
const files = {
  "tama.toml": '[project]\nname = "demo"\nentrypoint = "count"\n',
  "agents/count/AGENT.md": '---\nname: count\ndescription: counts\nversion: "1"\npattern: code\n---\n',
  "agents/count/worker.ts": 'export default { capability: "count", run: (text: string) => text.length };\n',
};

const test = suite<{ dir: string }>("tamac");

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tamac-"));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test("its version is package.json's", ({ dir }) => {
  assert.is(JSON.parse(readFileSync(manifest, "utf8")).version, version);
  assert.equal(tamac(dir, "--version"), { stdout: `${version}\n`, stderr: "", status: 0 });
});

test("help shows examples and exit codes, and is no error", ({ dir }) => {
  const { stdout, status } = tamac(dir, "--help");
  assert.is(status, 0);
  for (const part of ["build", "check", "graph", "explain", "Examples:", "Exit codes:"]) assert.match(stdout, part);
});

test("wrong usage exits 2 and says what is wrong", ({ dir }) => {
  for (const args of [["biuld"], ["build", "a", "b"], ["check", "--format", "xml"], ["build", "--nope"], []]) {
    const { stdout, stderr, status } = tamac(dir, ...args);
    assert.equal([status, stdout], [2, ""], args.join(" "));
    assert.ok(stderr.length > 0);
  }
});

test("build writes a plan and nothing else, graph draws the project and the plan alike", ({ dir }) => {
  write(dir, files);
  const built = tamac(dir, "build");
  assert.equal([built.status, built.stdout], [0, ""]);
  assert.match(built.stderr, /built plan\.json: 1 agent, 1 op, 1 worker\nentry: count\ncost: 0 model turns\n/);
  assert.equal(readdirSync(dir).sort(), [".state", "agents", "plan.json", "tama.toml"]);
  const [ofProject, ofPlan] = [tamac(dir, "graph"), tamac(dir, "graph", "plan.json")];
  assert.equal([ofProject.status, ofPlan.status], [0, 0]);
  assert.match(ofPlan.stdout, /^(strict )?digraph/);
  assert.is(ofProject.stdout, ofPlan.stdout);
});

test("a build of a plan with code is noted outside the project, by its digest", ({ dir }) => {
  write(dir, files);
  assert.is(tamac(dir, "build", "-o", join(dir, "out.json")).status, 0);
  const note = buildNotePath("", join(dir, ".state"), JSON.parse(readFileSync(join(dir, "out.json"), "utf8")).digest);
  assert.ok(existsSync(note));
});

test("an error leaves the plan of before as it was", ({ dir }) => {
  write(dir, { ...files, "plan.json": "before", "agents/count/AGENT.md": "no frontmatter" });
  const { status, stdout, stderr } = tamac(dir, "build");
  assert.equal([status, stdout, readFileSync(join(dir, "plan.json"), "utf8")], [1, "", "before"]);
  assert.match(stderr, "error[parse/no-frontmatter]");
});

test("where nothing can be written one line says so, and nothing is left behind", ({ dir }) => {
  write(dir, { ...files, taken: "" });
  for (const path of ["taken/plan.json", "nowhere/plan.json", "agents"]) {
    const { status, stderr } = tamac(dir, "build", "-o", path);
    assert.is(status, 1);
    assert.match(stderr, `error[plan/not-writable]: \`${path}\` cannot be written`);
  }
  assert.equal(readdirSync(dir).sort(), [".state", "agents", "tama.toml", "taken"].filter((name) => name !== ".state").sort());
});

test("a worker that ends the process is not taken for success", ({ dir }) => {
  write(dir, { ...files, "agents/count/worker.ts": "process.exit(0);" });
  const { status, stderr } = tamac(dir, "build");
  assert.is(status, 1);
  assert.match(stderr, "ended the process while it was loaded");
});

test("machines get JSON on stdout, an empty list where nothing is found", ({ dir }) => {
  write(dir, files);
  const sound = tamac(dir, "check", "--format", "json");
  assert.equal([sound.status, sound.stdout], [0, "[]\n"]);
  write(dir, { "tama.toml": "[" });
  const broken = tamac(dir, "build", "--format", "json");
  assert.is(broken.status, 1);
  assert.equal(
    JSON.parse(broken.stdout).map((one: { code: string; file: string }) => [one.code, one.file]),
    [["source/bad-toml", "tama.toml"]],
  );
});

test("paths in findings begin as the folder was named", ({ dir }) => {
  write(join(dir, "inner"), { ...files, "tama.toml": "nope = 1" });
  assert.match(tamac(dir, "check", "inner").stderr, "--> inner/tama.toml:1:1");
});

test("a plan that is cut in half, empty, newer, changed or missing is refused with a code", ({ dir }) => {
  write(dir, files);
  assert.is(tamac(dir, "build").status, 0);
  const plan = readFileSync(join(dir, "plan.json"), "utf8");
  const refused: Readonly<Record<string, string>> = {
    "plan/not-json": plan.slice(0, plan.length / 2),
    "plan/format": plan.replace("tama.plan/1", "tama.plan/9"),
    "plan/changed": plan.replace("counts", "counts!"),
    "plan/invalid": plan.replace('"blocks"', '"blcoks"'),
  };
  for (const [code, text] of Object.entries(refused)) {
    write(dir, { "p.json": text });
    const { status, stdout, stderr } = tamac(dir, "graph", "p.json");
    assert.equal([status, stdout], [1, ""]);
    assert.match(stderr, `error[${code}]`);
  }
  write(dir, { "p.json": "" });
  assert.match(tamac(dir, "graph", "p.json").stderr, "error[plan/not-json]");
  assert.match(tamac(dir, "graph", "none.json").stderr, "error[plan/unreadable]");
});

test("explain shows a page, lists all codes, and guesses what was meant", ({ dir }) => {
  const page = tamac(dir, "explain", "resolve/unknown-agent");
  assert.is(page.status, 0);
  assert.match(page.stdout, "## Bad");
  assert.match(tamac(dir, "explain").stdout, /^source\/not-utf8 +error /m);
  const unknown = tamac(dir, "explain", "resolve/unknown-agnt");
  assert.equal([unknown.status, unknown.stdout], [2, ""]);
  assert.match(unknown.stderr, "did you mean `resolve/unknown-agent`?");
});

test("a reader that stops early is no failure", ({ dir }) => {
  const line = `${JSON.stringify(process.execPath)} --import ${JSON.stringify(import.meta.resolve("tsx"))} ${JSON.stringify(cli)} explain | head -c 1`;
  const { stderr, status } = spawnSync("sh", ["-c", line], { cwd: dir, encoding: "utf8" });
  assert.equal([status, stderr], [0, ""]);
});

test.run();

function tamac(dir: string, ...args: readonly string[]) {
  const env = { ...process.env, XDG_STATE_HOME: join(dir, ".state"), NO_COLOR: "" };
  const options = { cwd: dir, env, encoding: "utf8" } as const;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--import", import.meta.resolve("tsx"), cli, ...args], options);
  return { stdout, stderr, status };
}

function write(dir: string, texts: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}
