/** What a build in CI fails on: a stale plan, warnings, findings that are not in the baseline. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BuildOptions, runBuild, runCheck } from "../compiler/commands/build.ts";
import type { Gate } from "../compiler/commands/judge.ts";
import { planJson } from "../compiler/emit/plan-json.ts";
import { exitCodes } from "../compiler/ir/exit-codes.ts";
import type { Plan } from "../compiler/ir/plan.ts";
import { planDigests } from "../compiler/ir/verify.ts";
import { outputs } from "./support/outputs.ts";
import { agent } from "./support/plan-of.ts";

const test = suite<{ dir: string }>("gates");
const config = '[project]\nname = "demo"\nentrypoint = "main"\n[models]\ndefault = "openai:gpt-4o"\nworker = "openai:gpt-4o"\n';

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tamac-gates-"));
  write(context.dir, { "tama.toml": config, ...agent("main", "pattern: oneshot") });
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test("a plan that is there and what the sources give exits 0, whatever compiler made it", async ({ dir }) => {
  await build(dir, {});
  const path = join(dir, "plan.json");
  const plan: Plan = JSON.parse(readFileSync(path, "utf8"));
  const older: Plan = { ...plan, compiler: "0.0.0", origins: {} };
  writeFileSync(path, planJson({ ...older, ...planDigests(older) }));
  assert.is((await build(dir, { check: true })).code, exitCodes.ok);
});

test("a stale plan exits 3 with what differs, and stays as it was", async ({ dir }) => {
  await build(dir, {});
  const before = readFileSync(join(dir, "plan.json"), "utf8");
  write(dir, agent("main", "pattern: oneshot", "Do it well."));
  const { code, stderr } = await build(dir, { check: true });
  assert.is(code, exitCodes.stale);
  for (const part of ["error[plan/stale]", "-Do it.", "+Do it well.", `run \`tamac build ${dir}\``]) assert.match(stderr, part);
  assert.is(readFileSync(join(dir, "plan.json"), "utf8"), before);
});

test("a missing or broken plan exits 3 and none is written; an error in the sources exits 1", async ({ dir }) => {
  const missing = await build(dir, { check: true });
  assert.equal([missing.code, existsSync(join(dir, "plan.json"))], [exitCodes.stale, false]);
  assert.match(missing.stderr, "error[plan/missing]");
  const elsewhere = await build(dir, { check: true, output: join(dir, "out.json") });
  assert.match(elsewhere.stderr, `run \`tamac build ${dir} -o ${join(dir, "out.json")}\``);
  write(dir, { "plan.json": "{" });
  assert.is((await build(dir, { check: true })).code, exitCodes.stale);
  write(dir, agent("main", "pattern: oneshto"));
  assert.is((await build(dir, { check: true })).code, exitCodes.diagnostics);
});

test("warnings pass, fail under --strict, and fail over --max-warnings", async ({ dir }) => {
  write(dir, agent("spare", "pattern: oneshot"));
  assert.is((await check(dir, {})).code, exitCodes.ok);
  const strict = await check(dir, { strict: true });
  assert.is(strict.code, exitCodes.diagnostics);
  assert.match(strict.stderr, "error[resolve/unused-agent]");
  assert.is((await check(dir, { maxWarnings: 1 })).code, exitCodes.ok);
  const over = await check(dir, { maxWarnings: 0 });
  assert.is(over.code, exitCodes.diagnostics);
  assert.match(over.stderr, "error[cli/too-many-warnings]");
});

test("a baseline hides what was there, fails on what is new, and tells what is no more", async ({ dir }) => {
  write(dir, agent("spare", "pattern: oneshot"));
  const baseline = join(dir, "tama-baseline.json");
  assert.equal(await check(dir, { baseline, writeBaseline: true }), { code: exitCodes.ok, stderr: "checked 1 agent, 1 op, 1 model\n" });
  assert.is((await check(dir, { baseline })).code, exitCodes.ok);
  write(dir, agent("other", "pattern: oneshot"));
  const more = await check(dir, { baseline });
  assert.is(more.code, exitCodes.diagnostics);
  assert.match(more.stderr, "no entry leads to the agent `other`");
  assert.not.match(more.stderr, "`spare`");
  for (const name of ["spare", "other"]) rmSync(join(dir, "agents", name), { recursive: true });
  const fewer = await check(dir, { baseline });
  assert.is(fewer.code, exitCodes.ok);
  assert.match(fewer.stderr, "info[baseline/stale]");
});

test("a baseline that is missing, broken or unnamed is an error", async ({ dir }) => {
  assert.match((await check(dir, { baseline: join(dir, "none.json") })).stderr, "error[baseline/unreadable]");
  write(dir, { "b.json": "[]" });
  assert.match((await check(dir, { baseline: join(dir, "b.json") })).stderr, "error[baseline/unreadable]");
  assert.match((await check(dir, { writeBaseline: true })).stderr, "error[cli/no-baseline]");
});

test.run();

async function build(dir: string, options: Partial<BuildOptions>) {
  const { io, written } = outputs();
  const code = await runBuild(dir, { output: undefined, ...options }, io);
  return { code, stderr: written.stderr };
}

async function check(dir: string, gate: Gate) {
  const { io, written } = outputs();
  const code = await runCheck(dir, gate, io);
  return { code, stderr: written.stderr };
}

function write(dir: string, texts: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}
