/** README.md says what is so: its commands, files, patterns and tables exist, and its project compiles and runs. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { exitCodes } from "../compiler/ir/exit-codes.ts";
import { measure } from "../examples/01-docs-review/agents/measure/measure.ts";
import { views } from "../runtime/5-store/views.ts";
import { patterns } from "../stdlib/patterns/index.ts";
import { builtPlan, simulate } from "./support/simulate.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const readme = read("README.md");
const documents = ["README.md", "examples/README.md", "compiler/README.md", "runtime/README.md", "runtime/5-store/README.md"];
const test = suite("README");

test("each npm script that a README names is there", () => {
  const { scripts } = JSON.parse(read("package.json"));
  const named = documents.flatMap((path) => [...read(path).matchAll(/\bnpm (?:run )?(?!ci|install|run)([a-z]+)/g)].map(([, name]) => name));
  assert.ok(named.length > 3);
  assert.equal(
    named.filter((name) => !(String(name) in scripts)),
    [],
  );
});

test("each command that the README names is there, and it names each command", () => {
  for (const [name, cli] of [
    ["tamac", "compiler/cli.ts"],
    ["tama", "runtime/cli.ts"],
  ] as const) {
    const named = [...readme.matchAll(new RegExp(`(?:\`|npx )${name} ([a-z]+)`, "g"))].map(([, command]) => command ?? "");
    assert.equal([...new Set(named)].sort(), commandsOf(cli), name);
  }
  assert.ok(commandsOf("runtime/cli.ts", "runs").includes("show"));
});

test("each file that a README links to is there, and each heading", () => {
  const dead = documents.flatMap((path) =>
    measure(read(path)).links.flatMap(({ kind, target, isBroken }) =>
      isBroken || (kind === "relative" && !existsSync(join(root, dirname(path), target))) ? [`${path}: ${target}`] : [],
    ),
  );
  assert.equal(dead, []);
});

test("the table of patterns holds exactly those that are built", () => {
  assert.equal(rowsOf("pattern").sort(), Object.keys(patterns).sort());
});

test("the table of the record holds exactly the views", () => {
  assert.equal(rowsOf("table").sort(), Object.keys(views).sort());
});

test("each exit code in the table is one", () => {
  const codes: readonly number[] = Object.values(exitCodes);
  const listed = rowsOf("exit code").map(Number);
  assert.ok(listed.length > 5);
  assert.equal(
    listed.filter((code) => !codes.includes(code)),
    [],
  );
});

test("the project in the README compiles without a finding and runs", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tama-readme-"));
  try {
    const files = [...readme.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)];
    assert.ok(files.length >= 6);
    for (const [, path = "", text = ""] of files) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    const { key, text } = await simulate(await builtPlan(dir), "Version 2 is out.");
    assert.is(key, "approve");
    assert.match(text, "Version 2 is out.");
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.run();

/** The names in the first column of the table whose first heading is `heading`. */
function rowsOf(heading: string): string[] {
  const [, rows = ""] = new RegExp(`^\\| ${heading} \\|.*\\n\\|[-| ]+\\|\\n((?:\\|.*\\n)+)`, "m").exec(readme) ?? [];
  const cells = rows.split("\n").flatMap((row) => row.split("|")[1] ?? []);
  return cells.flatMap((cell) => cell.split(",").map((name) => name.replaceAll("`", "").trim())).filter((name) => name !== "");
}

/** The commands that `--help` lists, less `help`. */
function commandsOf(cli: string, ...command: readonly string[]): readonly string[] {
  const args = ["--import", "tsx", join(root, cli), ...command, "--help"];
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  const [, list = ""] = /^Commands:\n((?: {2}.*\n)+)/m.exec(stdout) ?? [];
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name ?? "");
  return names.filter((name) => name !== "help").sort();
}
