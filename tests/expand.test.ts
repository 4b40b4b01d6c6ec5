/** `tamac expand`: what each agent of a project is lowered to, as people read it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { build } from "../compiler/build.ts";
import { runExpand } from "../compiler/commands/expand.ts";
import { planJson } from "../compiler/emit/plan-json.ts";
import { everyPattern } from "./support/every-pattern.ts";
import { planOf } from "./support/plan-of.ts";
import { samples } from "./support/samples.ts";

const test = suite("tamac expand");

async function expanded(agent: string, target: string) {
  const written = { stdout: "", stderr: "" };
  const code = await runExpand(agent, target, {
    format: "text",
    colour: false,
    width: null,
    stdout: (text) => {
      written.stdout += text;
    },
    stderr: (text) => {
      written.stderr += text;
    },
  });
  return { code, ...written };
}

samples("expand", async (inputDir) => {
  const { plan } = await build(inputDir);
  const agents = Object.keys(plan?.blocks ?? {});
  const texts = await Promise.all(agents.map(async (agent) => [`${agent}.txt`, (await expanded(agent, inputDir)).stdout] as const));
  return Object.fromEntries(texts);
});

test("reads a plan as well as a project, names what it does not know, and exits 2", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tama-expand-"));
  const file = join(folder, "plan.json");
  writeFileSync(file, planJson(planOf(everyPattern.texts, everyPattern.workers)));
  const [known, unknown, absent] = [await expanded("compose", file), await expanded("composer", file), await expanded("x", `${file}x`)];
  rmSync(folder, { recursive: true });
  assert.is(known.code, 0);
  assert.match(known.stdout, /^compose \(critic\): text -> text\n/);
  assert.is(unknown.code, 2);
  assert.match(unknown.stderr, "did you mean `compose`?");
  assert.is(unknown.stdout, "");
  assert.is(absent.code, 1);
});

test.run();
