/** Runs that ask people, as their users know them: left waiting, listed, answered from another process, killed, cancelled, repeated. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { call, type ModelHandler, startModelServer } from "../support/model-server.ts";
import { agent, planOf } from "../support/plan-of.ts";

const tama = fileURLToPath(new URL("../../dist/tama.js", import.meta.url));
const test = suite<{ dir: string }>("tama inbox, answer, cancel");

test.before(() => {
  if (!existsSync(tama)) throw new Error("dist/tama.js is missing: npm run bundle");
});
test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-people-"));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

const plan = planOf({
  ...agent("main", "pattern: parallel\nworkers: [title, price, alone]"),
  ...agent("title", "pattern: human", "I ask for a title."),
  "agents/title/resume.md": "I go on.\n",
  ...agent("price", "pattern: human\nanswer: int\ndeadline: {after: 300d, default: 5}", "I ask for a price."),
  "agents/price/resume.md": "I go on.\n",
  ...agent("alone", "pattern: oneshot", "I work alone."),
});

/** Asks on the channel that the prompt names; goes on with what was answered. */
const models: ModelHandler = ({ system, turn, input }) => {
  if (system.includes("I work alone.")) return { text: "worked" };
  if (turn === 1) return call("start");
  const [, asked] = /ask for a (\w+)/.exec(system) ?? [];
  return asked
    ? call("finish", { key: asked, value: `which ${asked}?` })
    : call("finish", { key: "done", value: input.split("Answer:\n")[1] });
};

test("left waiting with exit 7, listed, answered in any order, resumed, and repeated offline", async ({ dir }) => {
  const server = await startModelServer(models);
  const first = await say(dir, ["exec", "plan.json", "--input", "x", "-q"], server.env);
  assert.is(first.code, 7, first.stderr);
  const [run = ""] = readdirSync(join(dir, "state", "runs"));
  const id = run.slice(0, 8);
  assert.match(first.stderr, "2 questions wait for answers");
  assert.match(first.stderr, `  title (text) at main@1/workers/title@1/answer\n    | which title?\n    tama answer ${id} title VALUE\n`);
  assert.match(first.stderr, `tama answer ${id} price VALUE\n`);
  assert.match(first.stderr, /price \(int\)[\s\S]*until \d{4}-\d\d-\d\d \d\d:\d\d UTC, then: 5\n/);

  const listed: readonly Record<string, unknown>[] = JSON.parse((await say(dir, ["inbox", "--format", "json"])).stdout);
  assert.equal(
    listed.map(({ run: of, channel, question, type, default: otherwise, state }) => [of, channel, question, type, otherwise, state]),
    [
      [run, "price", "which price?", "int", 5, "open"],
      [run, "title", "which title?", "text", null, "open"],
    ],
  );
  const wrong = await say(dir, ["answer", id, "price", "much"]);
  assert.equal([wrong.code, wrong.stderr.includes("people/wrong-answer")], [1, true], wrong.stderr);
  assert.is((await say(dir, ["answer", id, "price"])).code, 2);
  assert.is((await say(dir, ["answer", "last", "price", "--", "-17"])).code, 0);
  const again = await say(dir, ["answer", id, "price", "18"]);
  assert.equal([again.code, again.stderr.includes("people/answered")], [1, true], again.stderr);
  assert.is((await say(dir, ["resume", id, "-q"], server.env)).code, 7);
  const [left] = JSON.parse((await say(dir, ["inbox", "--format", "json"])).stdout);
  assert.is(left.channel, "title");
  assert.match((await say(dir, ["answer", id, "title", "Roses"])).stderr, `go on with: tama resume ${id}`);
  const resumed = await say(dir, ["resume", id, "-q"], server.env);
  assert.equal([resumed.code, JSON.parse(resumed.stdout)], [0, { alone: "worked", price: "-17", title: "Roses" }]);
  await server.close();

  const repeated = await say(dir, ["exec", "plan.json", "--replay", id, "-q"]);
  assert.equal([repeated.code, repeated.stdout], [0, resumed.stdout]);
  assert.is((await say(dir, ["inbox", "--format", "json"])).stdout, "[]\n");
});

test("a run that was killed while it asked is answered, and goes on", async ({ dir }) => {
  let mayAnswer = false;
  const server = await startModelServer((request) =>
    !mayAnswer && request.system.includes("I work alone.") ? { hang: true } : models(request),
  );
  const child = start(dir, ["exec", "plan.json", "--input", "x", "-q"], server.env);
  await twoQuestions(dir, child);
  const live = await say(dir, ["answer", "last", "title", "Roses"]);
  assert.match(live.stderr, "the run takes it up");
  child.kill("SIGKILL");
  await ended(child);
  assert.is((await say(dir, ["answer", "last", "price", "3"])).code, 0);
  mayAnswer = true;
  const resumed = await say(dir, ["resume", "last", "-q"], server.env);
  assert.equal([resumed.code, JSON.parse(resumed.stdout)], [0, { alone: "worked", price: "3", title: "Roses" }]);
  await server.close();
});

test("cancel stops a run in another process, and it can be resumed", async ({ dir }) => {
  const server = await startModelServer((request) => (request.system.includes("I work alone.") ? { hang: true } : models(request)));
  const child = start(dir, ["exec", "plan.json", "--input", "x", "-q"], server.env);
  await twoQuestions(dir, child);
  const code = ended(child);
  const cancelled = await say(dir, ["cancel", "last"]);
  assert.match(cancelled.stderr, "is stopped; go on with: tama resume");
  assert.equal([cancelled.code, await code], [0, 130]);
  assert.is((await say(dir, ["inbox", "--format", "json"])).stdout, "[]\n");
  await server.close();
});

test.run();

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(dir: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  writeFileSync(join(dir, "plan.json"), planJson(plan));
  const own = { PATH: process.env["PATH"], HOME: dir, XDG_STATE_HOME: join(dir, "xdg"), TAMA_STATE: join(dir, "state"), NO_COLOR: "1" };
  return spawn(process.execPath, [tama, ...args], { cwd: dir, env: { ...own, ...env }, stdio: ["ignore", "pipe", "pipe"] });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on("close", (code) => resolve(code)));
}

async function say(dir: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const child = start(dir, args, env);
  const said = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  return { code: await ended(child), ...said };
}

/** Waits until the log of the only run tells of both questions; fails where the run ends before. */
async function twoQuestions(dir: string, child: ChildProcess): Promise<void> {
  const runs = join(dir, "state", "runs");
  const count = () =>
    (existsSync(runs) ? readdirSync(runs) : []).flatMap((id) => [...readRun(join(runs, id))]).filter(({ kind }) => kind === "wait_asked")
      .length;
  while (count() < 2) {
    if (child.exitCode !== null) throw new Error("the run has ended");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
