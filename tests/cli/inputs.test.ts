/** `tama exec --inputs` as its users run it: many runs, in order, stopped and gone on with. */
import { type ChildProcess, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planJson } from "../../compiler/emit/plan-json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { type ModelHandler, meeting, startModelServer } from "../support/model-server.ts";
import { agent, planOf, worker } from "../support/plan-of.ts";
import { collected, says, startTama } from "../support/tama-process.ts";

const tama = fileURLToPath(new URL("../../dist/tama.js", import.meta.url));
const test = suite<{ dir: string }>("tama exec --inputs");
const poet = planOf(agent("main", "pattern: oneshot", "You are a poet."));

test.before(() => {
  if (!existsSync(tama)) throw new Error("dist/tama.js is missing: npm run bundle");
});
test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-inputs-"));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test("each line is a run, results come in the order of the lines, and an id is copied", async ({ dir }) => {
  const texts = ["one", { id: "b", input: "two" }, { id: 3, input: { deep: [1] } }, ["four"]];
  const server = await startModelServer(({ user }) => ({ text: `on ${user}`, delayMs: user === "one" ? 200 : 0 }));
  const { code, stdout } = await inputs(dir, poet, texts, server);
  assert.is(code, 0);
  assert.equal(
    objects(stdout).map(({ id, status, key, value }) => [id, status, key, value]),
    [
      [undefined, "ok", "result", "on one"],
      ["b", "ok", "result", "on two"],
      [3, "ok", "result", 'on {"deep":[1]}'],
      [undefined, "ok", "result", 'on ["four"]'],
    ],
  );
  assert.is(new Set(objects(stdout).map(({ run }) => run)).size, 4);
  for (const { run } of objects(stdout)) assert.ok(readdirSync(join(dir, "state", "runs")).includes(String(run)));
  await server.close();
});

test("5: a line that fails says so and stops no other; the same command again does that one only", async ({ dir }) => {
  let isBroken = true;
  const handler: ModelHandler = ({ user }) =>
    user === "two" && isBroken ? { status: 400, body: { error: { message: "no such thing" } } } : { text: user };
  const server = await startModelServer(handler);
  const first = await inputs(dir, poet, ["one", "two", "three"], server);
  assert.is(first.code, 5, first.stderr);
  assert.match(first.stderr, /line 2: .* at main@1/);
  assert.match(first.stderr, "1 of 3 lines did not end well");
  assert.equal(statuses(first.stdout), ["ok", "error", "ok"]);
  isBroken = false;
  const hits = server.hits();
  const second = await inputs(dir, poet, ["one", "two", "three"], server);
  assert.is(second.code, 0, second.stderr);
  assert.match(second.stderr, "2 lines are done from before");
  assert.equal(
    objects(second.stdout).map(({ value }) => value),
    ["one", "two", "three"],
  );
  assert.is(server.hits() - hits, 1);
  assert.equal(
    objects(second.stdout).map(({ run }) => run),
    objects(first.stdout).map(({ run }) => run),
    "it went on with the same runs",
  );
  await server.close();
});

for (const signal of ["SIGINT", "SIGKILL"] as const)
  test(`after ${signal} the same command goes on, and no answer is paid for twice but those in flight`, async ({ dir }) => {
    const texts = Array.from({ length: 12 }, (_, index) => `task ${index}`);
    let isHeld = true;
    const server = await startModelServer(({ user, hit }) => (isHeld && hit > 5 ? { hang: true } : { text: user }));
    const child = start(dir, poet, texts, { env: server.env, args: ["--jobs", "2"] });
    const ended = collected(child);
    await server.waitForHits(7);
    child.kill(signal);
    const first = await ended;
    if (signal === "SIGINT") assert.is(first.code, 130, first.stderr);
    assert.equal(
      objects(first.stdout).map(({ value }) => value),
      texts.slice(0, 5),
    );
    isHeld = false;
    const second = await inputs(dir, poet, texts, { env: server.env, args: ["--jobs", "2"] });
    assert.is(second.code, 0, second.stderr);
    assert.equal(
      objects(second.stdout).map(({ value }) => value),
      texts,
    );
    assert.is(server.hits(), texts.length + 2);
    await server.close();
  });

test("--fresh does everything again, in other runs", async ({ dir }) => {
  const server = await startModelServer(() => ({ text: "so" }));
  const first = await inputs(dir, poet, ["one"], server);
  const again = await inputs(dir, poet, ["one"], { env: server.env, args: ["--fresh"] });
  assert.is(server.hits(), 2);
  assert.is.not(objects(first.stdout)[0]?.["run"], objects(again.stdout)[0]?.["run"]);
  await server.close();
});

test("another plan, model or input is another matter, and takes nothing over", async ({ dir }) => {
  const server = await startModelServer(({ system }) => ({ text: system }));
  await inputs(dir, poet, ["one"], server);
  const other = planOf(agent("main", "pattern: oneshot", "You are a judge."));
  const { stdout } = await inputs(dir, other, ["one"], server);
  assert.match(String(objects(stdout)[0]?.["value"]), "You are a judge.");
  await inputs(dir, other, ["one", "two"], server);
  assert.is(server.hits(), 4);
  await server.close();
});

test("no more model calls at once than --concurrency allows, whatever --jobs says", async ({ dir }) => {
  const three = meeting(3);
  const server = await startModelServer(() => three().then(() => "so"));
  const texts = Array.from({ length: 12 }, (_, index) => `task ${index}`);
  const { code } = await inputs(dir, poet, texts, { env: server.env, args: ["--jobs", "6", "--concurrency", "3"] });
  assert.is(code, 0);
  assert.is(server.maxInFlight(), 3);
  await server.close();
});

test("1: every line is looked at before anything runs", async ({ dir }) => {
  const typed = planOf(agent("main", "pattern: oneshot\ninput: {n: int}", "Count."));
  const { code, stdout, stderr } = await inputs(dir, typed, [{ n: 1 }, { input: { n: "x" } }, { input: { n: 2 }, note: 1 }], { env: {} });
  assert.equal([code, stdout], [1, ""]);
  assert.match(stderr, /line 2: the input is not of type/);
  assert.match(stderr, "line 3: beside `input` there is `note`");
  assert.not.ok(existsSync(join(dir, "state")));
});

test("1: an id that two lines have is told with both lines before anything runs; 1 and '1' are two", async ({ dir }) => {
  const texts = [
    { id: 1, input: "a" },
    { id: "1", input: "b" },
    { input: "c" },
    { input: "d" },
    { id: "1", input: "e" },
    { id: 1, input: "f" },
  ];
  const { code, stdout, stderr } = await inputs(dir, poet, texts, { env: {}, args: ["--model", "sim"] });
  assert.equal([code, stdout], [1, ""]);
  assert.match(stderr, 'line 5: the id "1" is that of line 2, too');
  assert.match(stderr, "line 6: the id 1 is that of line 1, too");
  assert.not.match(stderr, /line [1-4]:/);
  assert.not.ok(existsSync(join(dir, "state")));
});

test("a second Ctrl-C stops at once, also where worker code is in a call that never returns", async ({ dir }) => {
  execFileSync("mkfifo", [join(dir, "nobody-writes")]);
  const bundle = `import { readFileSync } from "node:fs";
    export default { run: (name) => { console.log("blocked"); return readFileSync(${JSON.stringify(dir)} + "/" + name, "utf8"); } };`;
  const reader = planOf(agent("main", "pattern: code", ""), worker("main", { bundle }));
  const child = start(dir, reader, ["nobody-writes"], { env: {}, args: ["--allow-code"] });
  const ended = collected(child);
  await says(child, "blocked");
  child.kill("SIGINT");
  await says(child, "Ctrl-C again stops at once");
  child.kill("SIGINT");
  await ended;
  assert.is(child.signalCode, "SIGINT");
});

test("2: options that do not go together", async ({ dir }) => {
  for (const [args, told] of [
    [["--inputs", "a", "--input", "x"], "cannot be used with"],
    [["--inputs", "a", "--replay", "last"], "cannot be used with"],
    [["--inputs", "a", "-o", "a"], "the same file"],
    [["--jobs", "2", "--input", "x"], "needs option '--inputs"],
  ] as const) {
    const { code, stderr } = await collected(run(dir, poet, args, {}));
    assert.is(code, 2, args.join(" "));
    assert.match(stderr, told);
  }
});

test("-o takes the results, and leaves stdout empty", async ({ dir }) => {
  const { code, stdout } = await inputs(dir, poet, ["one"], { env: {}, args: ["--model", "sim", "-o", "out.jsonl"] });
  assert.equal([code, stdout], [0, ""]);
  assert.equal(statuses(readFileSync(join(dir, "out.jsonl"), "utf8")), ["ok"]);
});

interface More {
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

function inputs(dir: string, plan: Plan, values: readonly unknown[], more: More) {
  return collected(start(dir, plan, values, more));
}

function start(dir: string, plan: Plan, values: readonly unknown[], { env, args = [] }: More): ChildProcess {
  writeFileSync(join(dir, "in.jsonl"), values.map((value) => `${JSON.stringify(value)}\n`).join(""));
  return run(dir, plan, ["--inputs", "in.jsonl", ...args], env);
}

function run(dir: string, plan: Plan, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  writeFileSync(join(dir, "plan.json"), planJson(plan));
  return startTama(dir, ["exec", "plan.json", ...args], env);
}

function objects(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

function statuses(stdout: string): readonly unknown[] {
  return objects(stdout).map(({ status }) => status);
}

test.run();
