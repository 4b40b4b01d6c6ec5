/** What `npm pack` makes works where it is installed: in a folder that has it and its dependencies, and nothing else. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

interface Installed {
  dir: string;
}

const test = suite<Installed>("package");
const root = fileURLToPath(new URL("..", import.meta.url));
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Unpacks the package into a new folder's node_modules and links what it declares to depend on beside it. */
test.before((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-package-"));
  const packed = join(context.dir, "node_modules", "tama");
  mkdirSync(packed, { recursive: true });
  const npm = (...args: string[]) => execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  npm("run", "--silent", "types");
  npm("pack", "--silent", "--ignore-scripts", "--pack-destination", context.dir);
  const archive = readdirSync(context.dir).find((name) => name.endsWith(".tgz"));
  execFileSync("tar", ["-xzf", join(context.dir, archive ?? "none"), "--strip-components=1", "-C", packed]);
  for (const name of Object.keys(dependencies)) link(context.dir, name);
  writeFileSync(join(context.dir, "package.json"), JSON.stringify({ name: "user", type: "module" }));
});
test.after(({ dir }) => rmSync(dir, { recursive: true, force: true }));

function link(dir: string, name: string): void {
  const at = join(dir, "node_modules", name);
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(join(root, "node_modules", name), at);
}

/** Runs a program of the package in the folder, with an environment of its own. */
function run({ dir }: Installed, args: readonly string[], cwd = dir) {
  const env = { PATH: process.env["PATH"] ?? "", HOME: dir };
  return spawnSync(process.execPath, args, { cwd, encoding: "utf8", env });
}

test("what it holds is what it needs, and nothing of the tests or sources", ({ dir }) => {
  const files = readdirSync(join(dir, "node_modules", "tama"), { recursive: true, encoding: "utf8" });
  assert.ok(["README.md", "dist/tamac.js", "dist/tama.js", "dist/lib/compiler/index.d.ts"].every((file) => files.includes(file)));
  assert.equal(
    files.filter((file) => /^(tests|examples|\.ci)|(?<!\.d)\.ts$/.test(file)),
    [],
  );
});

test("a project is made, built, run and asked about", (installed) => {
  const bin = (name: string) => join(installed.dir, "node_modules", "tama", "dist", `${name}.js`);
  const [tamac, tama] = [bin("tamac"), bin("tama")];
  const project = join(installed.dir, "demo");
  const made = run(installed, [tamac, "init", "demo"]);
  assert.is(made.status, 0, made.stderr);
  const steps = [
    [tamac, "add", "critic", "review"],
    [tamac, "build"],
    [tama, "exec", "plan.json", "--input", "hello", "--model", "sim"],
    [tama, "sql", "--format", "csv", "SELECT status FROM runs"],
  ];
  const results = steps.map((args) => run(installed, args, project));
  assert.equal(
    results.map(({ status, stderr }) => (status === 0 ? 0 : stderr)),
    steps.map(() => 0),
  );
  assert.is(results.at(-1)?.stdout, "status\nok\n");
  assert.ok(readdirSync(project).includes("plan.json"));
});

test("the libraries load, are typed, and compile and run a pipeline", (installed) => {
  const source = `
    import { compile, type Plan, sourcesFromMemory } from "tama/compiler";
    import { exec } from "tama/runtime";
    const agent = "---\\nname: main\\ndescription: says\\nversion: \\"1\\"\\npattern: oneshot\\n---\\nSay it.\\n";
    const config = "[project]\\nname = \\"p\\"\\nentrypoint = \\"main\\"\\n[models]\\ndefault = \\"openai:gpt-4o\\"\\n";
    const { plan, diagnostics } = await compile(sourcesFromMemory({ "tama.toml": config, "agents/main/AGENT.md": agent }, console.error));
    const made: Plan | null = plan;
    // @ts-expect-error: a plan is no number
    const wrong: number = plan;
    console.log(made?.entries.default, diagnostics.length, typeof exec, wrong === (plan as unknown));
  `;
  writeFileSync(join(installed.dir, "use.ts"), source);
  link(installed.dir, "@types/node");
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const flags = ["--strict", "--module", "nodenext", "--target", "es2023", "--skipLibCheck", "--types", "node"];
  const typed = run(installed, [tsc, ...flags, "use.ts"]);
  assert.equal([typed.status, typed.stdout], [0, ""]);
  const ran = run(installed, ["use.js"]);
  assert.equal([ran.status, ran.stdout, ran.stderr], [0, "main 0 function true\n", ""]);
});

test.run();
