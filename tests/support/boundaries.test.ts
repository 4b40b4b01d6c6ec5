import { suite } from "uvu";
import * as assert from "uvu/assert";
import { breaches } from "./boundaries.ts";
import { rules } from "./house-rules.ts";
import { readSource } from "./imports.ts";

const test = suite("boundaries of a made-up tree");

/** The places (`path:line`) that break a rule when each path has this text. */
const broken = (files: Readonly<Record<string, string>>) =>
  breaches(
    Object.entries(files).map(([path, text]) => readSource(path, text)),
    rules,
  ).map((breach) => breach.split(": ")[0]);

const allowed: Readonly<Record<string, string>> = {
  "compiler/ir/plan.ts": 'import type { Span } from "./span.ts";',
  "compiler/ir/digest.ts": 'import { createHash } from "node:crypto";',
  "compiler/diagnostics/render.ts": 'import { x } from "../ir/span.ts"; import color from "picocolors";',
  "compiler/diagnostics/generate.ts": 'import { readFileSync } from "node:fs"; import yaml from "yaml";',
  "compiler/1-source/index.ts": 'import { readFileSync } from "node:fs"; import { build } from "esbuild";',
  "compiler/3-resolve/index.ts": 'import type { Parsed } from "../2-parse/types.ts"; import { cycle } from "../graph.ts";',
  "compiler/compile.ts": 'import { parse } from "./2-parse/index.ts"; export const at = new Date(0);',
  "compiler/cli.ts": 'import { argv } from "node:process"; import { build } from "./commands/build.ts";',
  "stdlib/tools/http.ts": 'import { request } from "node:https"; import { defineTool } from "../tool.ts";',
  "runtime/exec.ts": 'import type { Plan } from "../compiler/ir/plan.ts"; import { readFileSync } from "node:fs"; Date.now();',
  "runtime/commands/run.ts":
    'import type { Options } from "../../compiler/index.ts"; const { compile } = await import("../../compiler/index.ts");',
};

test("what the rules allow passes", () => assert.equal(broken(allowed), []));

const forbidden: Readonly<Record<string, readonly [path: string, text: string]>> = {
  "ir imports a phase": ["compiler/ir/plan.ts", 'import type { A } from "../2-parse/types.ts";'],
  "ir imports a package": ["compiler/ir/plan.ts", 'import yaml from "yaml";'],
  "ir imports node:crypto outside digests": ["compiler/ir/plan.ts", 'import { createHash } from "node:crypto";'],
  "diagnostics import stdlib": ["compiler/diagnostics/text.ts", 'import { a } from "../../stdlib/tool.ts";'],
  "stdlib imports a phase": ["stdlib/patterns/react.ts", 'import { a } from "../../compiler/5-lower/types.ts";'],
  "stdlib outside tools reads files": ["stdlib/pattern.ts", 'import { readFileSync } from "node:fs";'],
  "a phase imports a later one": ["compiler/2-parse/index.ts", 'import type { A } from "../3-resolve/types.ts";'],
  "a phase imports more than types of an earlier one": ["compiler/3-resolve/index.ts", 'import { a } from "../2-parse/index.ts";'],
  "a phase reads files": ["compiler/4-check/index.ts", 'import { readFileSync } from "node:fs";'],
  "a phase reads the environment": ["compiler/4-check/index.ts", "export const a = process.env;"],
  "a phase reads the clock": ["compiler/6-plan/index.ts", "export const a = new Date();"],
  "a phase exports from elsewhere": ["compiler/6-plan/index.ts", 'export { a } from "../emit/dot.ts";'],
  "the compiler imports the runtime": ["compiler/compile.ts", 'import { exec } from "../runtime/exec.ts";'],
  "a type is imported inline": ["compiler/ir/plan.ts", 'export type A = import("../config.ts").Config;'],
  "the runtime imports the compiler": ["runtime/exec.ts", 'import { compile } from "../compiler/index.ts";'],
  "the runtime imports a phase lazily": ["runtime/commands/run.ts", 'await import("../../compiler/5-lower/index.ts");'],
  "run imports the compiler eagerly": ["runtime/commands/run.ts", 'import { compile } from "../../compiler/index.ts";'],
  "exec imports the compiler lazily": ["runtime/commands/exec.ts", 'await import("../../compiler/index.ts");'],
  "a package comes in beside its door": ["runtime/4-trace/write.ts", 'import { DuckDBInstance } from "@duckdb/node-api";'],
  "a package has no door": ["runtime/exec.ts", 'import _ from "lodash/fp";'],
  "a builtin lacks its prefix": ["runtime/exec.ts", 'import fs from "fs";'],
  "an import is computed": ["runtime/exec.ts", "await import(name);"],
  "a file is of no area": ["elsewhere/a.ts", ""],
};

for (const [name, [path, text]] of Object.entries(forbidden)) {
  test(`fails when ${name}`, () => assert.is(broken({ [path]: text }).length, 1));
}

test("default exports, long functions and lines are found", () => {
  const body = "\n".repeat(50);
  const source = readSource("a.ts", `export default 1;\nexport { a as default };\nfunction long() {${body}}\n`);
  assert.equal(source.defaultExports, [1, 2]);
  assert.equal(source.functions, [{ name: "long", line: 3, lines: 51 }]);
  assert.is(source.lines, 53);
  assert.equal(readSource("b.ts", "export default function f() {}").defaultExports, [1]);
});

test.run();
