/** The examples that are scripts run as they stand, and say what they say. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { samples } from "../support/samples.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const test = suite("example scripts");

/** A case names the script that it runs. */
samples("scripts", (inputDir) => {
  const script = join(root, readFileSync(join(inputDir, "script"), "utf8").trim());
  const { OPENAI_API_KEY: _, ...env } = process.env;
  const inSource = { ...env, TSX_TSCONFIG_PATH: join(root, "tests/support/in-source.tsconfig.json"), NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", script], {
    cwd: root,
    env: inSource,
    encoding: "utf8",
  });
  assert.is(status, 0, stderr);
  return { "stdout.txt": stdout };
});

test("every script has a sample", () => {
  const scripts = readdirSync(join(root, "examples")).filter((name) => existsSync(join(root, "examples", name, "main.ts")));
  assert.equal(readdirSync(join(root, "tests/samples/scripts")).sort(), scripts.sort());
});

test.run();
