/** `tama exec` as its users run it: the bundle, its threads, its exit codes, its two streams. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planJson } from "../../compiler/emit/plan-json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import type { Row } from "../../runtime/4-trace/columns.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { assertLawsIn } from "../support/laws.ts";
import { call, finishes, type ModelServer, type Part, script, startModelServer } from "../support/model-server.ts";
import { agent, planOf, worker } from "../support/plan-of.ts";

const tama = fileURLToPath(new URL("../../dist/tama.js", import.meta.url));
const test = suite<{ dir: string }>("tama exec");

test.before(() => {
  if (!existsSync(tama)) throw new Error("dist/tama.js is missing: npm run bundle");
});
test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-exec-"));
});
test.after.each(({ dir }) => assertLawsIn(join(dir, "state")));
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

const poet = planOf(agent("main", "pattern: oneshot", "You are a poet."));
const counter = planOf(
  agent("main", "pattern: code", ""),
  worker("main", { bundle: "export default { run: (text) => { console.log('counting'); return text.length + ' letters'; } };" }),
);
const flow = planOf({
  ...agent("main", "pattern: fsm\ninitial: all\nstates:\n  all: judge\n  judge: [{good: ~}, {bad: all}]"),
  ...agent("all", "pattern: parallel\nworkers: [ann, bob]"),
  ...agent("ann", "pattern: oneshot", "I am ann."),
  ...agent("bob", "pattern: oneshot", "I am bob."),
  ...agent("judge", "pattern: react", "I am judge."),
});

test("0: the result alone is on stdout, the steps on stderr, and the run is in the state folder", async ({ dir }) => {
  const parts = { "I am ann.": ["A"], "I am bob.": ["B"], "I am judge.": finishes("good", (input: string) => `judged ${input}`) };
  const { code, stdout, stderr } = await withServer(parts, ({ env }) => execPlan(dir, flow, ["--input", "the task"], env));
  assert.equal([code, stdout], [0, 'judged {"ann":"A","bob":"B"}\n']);
  for (const part of ["main (fsm)", "ann (oneshot)", "llm:react_2", "judge", "ended `good`", "tama runs show "]) assert.match(stderr, part);
  assert.is(logOf(dir).find(({ kind }) => kind === "run_ended")?.status, "ok");
});

test("--quiet says nothing but the result", async ({ dir }) => {
  const { code, stdout, stderr } = await withServer({ "*": ["A rose."] }, ({ env }) => execPlan(dir, poet, ["-q", "--input", "x"], env));
  assert.equal([code, stdout, stderr], [0, "A rose.\n", ""]);
});

test("1: input that cannot be read, a model that has no key, an entry that is none", async ({ dir }) => {
  const missing = await execPlan(dir, poet, ["--input", "@none.txt"], { OPENAI_API_KEY: "k" });
  assert.equal([missing.code, missing.stdout], [1, ""]);
  assert.match(missing.stderr, "none.txt");
  const keyless = await execPlan(dir, poet, ["--input", "x"]);
  assert.is(keyless.code, 1);
  for (const name of ["TAMA_MODEL_WORKER_API_KEY", "OPENAI_API_KEY"]) assert.match(keyless.stderr, name);
  const nobody = await execPlan(dir, poet, ["--input", "x", "--entry", "nobody"], { OPENAI_API_KEY: "k" });
  assert.is(nobody.code, 1);
  assert.match(nobody.stderr, "main");
  assert.not.ok(existsSync(join(dir, "state")));
});

for (const [what, change, code, told] of [
  ["cut in half", (text: string) => text.slice(0, text.length / 2), 1, /plan\.json/],
  ["of a newer format", (text: string) => text.replace("tama.plan/1", "tama.plan/2"), 1, /tama\.plan\/2/],
  ["of another kind", () => '{"name":"x"}', 1, /plan/],
  ["empty", () => "", 1, /plan/],
  ["asking for what is no host", (text: string) => text.replace('"hosts": []', '"hosts": ["a;b"]'), 1, /needs\/hosts\/0/],
  ["changed by hand", (text: string) => text.replace('"does main"', '"did main"'), 9, /changed|digest/],
] as const) {
  test(`${code}: a plan that is ${what}`, async ({ dir }) => {
    const ran = await execText(dir, change(planJson(poet)), ["--input", "x", "--model", "sim"]);
    assert.equal([ran.code, ran.stdout], [code, ""]);
    assert.match(ran.stderr, told);
  });
}

test("2: wrong usage", async ({ dir }) => {
  for (const args of [[], ["--input"], ["--input", "x", "--nope"], ["--input", "x", "--concurrency", "none"]]) {
    const { code, stdout, stderr } = await execPlan(dir, poet, args);
    assert.equal([code, stdout], [2, ""], args.join(" "));
    assert.ok(stderr.length > 0);
  }
});

test("5: the model server is down; the run says so, and is kept", async ({ dir }) => {
  const server = await startModelServer(() => "");
  await server.close();
  const { code, stdout, stderr } = await execPlan(dir, poet, ["--input", "x"], server.env);
  assert.equal([code, stdout], [5, ""]);
  assert.match(stderr, /failed: .*(connect|ECONNREFUSED|reach)/i);
  assert.is(logOf(dir).find(({ kind }) => kind === "run_ended")?.status, "error");
  assert.ok(logOf(dir).filter(({ kind }) => kind === "attempt").length > 1);
});

test("5: what a model failed of is told with its cause, and with what may help", async ({ dir }) => {
  const refusal = { status: 401, body: { error: { message: "Incorrect API key provided: test-key" } } };
  const { code, stderr } = await withServer({ "*": [refusal] }, ({ env }) => execPlan(dir, poet, ["--input", "x"], env));
  assert.is(code, 5);
  assert.match(
    stderr,
    /answered 401: Incorrect API key provided: \[redacted OPENAI_API_KEY\] \(auth at main@1\/oneshot\)\ntama: help: is the key/,
  );
  const [attempt] = logOf(dir).filter(({ kind }) => kind === "attempt");
  assert.equal([attempt?.code, attempt?.detail], ["auth", '{"http_status":401}']);
});

test("5: a model that takes longer than --model-timeout", async ({ dir }) => {
  const parts: Readonly<Record<string, Part>> = { "*": [{ hang: true }] };
  const { code, stderr } = await withServer(parts, ({ env }) => execPlan(dir, poet, ["--input", "x", "--model-timeout", "1"], env));
  assert.is(code, 5);
  assert.match(stderr, /gave no answer within 1 s \(timeout at main@1\/oneshot\)\ntama: help: --model-timeout/);
});

test("0: an answer that was cut at max_tokens is taken, and told", async ({ dir }) => {
  const parts: Readonly<Record<string, Part>> = { "*": [{ text: "A rose is a", finish: "length" }] };
  const { code, stdout, stderr } = await withServer(parts, ({ env }) => execPlan(dir, poet, ["--input", "x"], env));
  assert.equal([code, stdout], [0, "A rose is a\n"]);
  assert.match(stderr, "tama: 1 answer was cut at the model's max_tokens: main@1/oneshot:1\n");
});

test("5: where all of a fan-out failed, it is said of what", async ({ dir }) => {
  const args = ["--input", "x", "--quiet", "--model", "sim:fault=malformed,rate=1"];
  const { code, stderr } = await execPlan(dir, flow, args);
  assert.is(code, 5);
  const why = "the simulated server sent no chat completion but";
  const [first = "", ...roots] = stderr.split("\n").slice(0, 3);
  assert.match(first, "failed: every worker failed: ann, bob (all-failed at ");
  assert.equal(
    roots.map((line) => [line.includes(why), /(ann|bob)@1/.exec(line)?.[1]]),
    [
      [true, "ann"],
      [true, "bob"],
    ],
  );
});

test("5: an agent that never finishes", async ({ dir }) => {
  const lost = planOf(agent("main", "pattern: react\nmax_iter: 2"));
  const { code, stderr } = await withServer({ "*": [call("start")] }, ({ env }) => execPlan(dir, lost, ["--input", "x"], env));
  assert.is(code, 5);
  assert.match(stderr, "failed: react agent reached max_iter (2) without calling finish (max-turns at main@1/react)");
});

test("6: more items than a plan allows", async ({ dir }) => {
  const files = { ...agent("main", "pattern: scatter\nworker: poet", "You split."), ...agent("poet", "pattern: oneshot", "I am poet.") };
  const many = planOf({ ...files, "agents/main/reduce.md": "You reduce.\n" });
  const items = Array.from({ length: 10_001 }, () => "x");
  const { code } = await withServer({ "You split.": finishes("parallel", items) }, ({ env }) => execPlan(dir, many, ["--input", "x"], env));
  assert.is(code, 6);
});

test("9: worker code that was not built here, unless it is allowed; what it prints goes to stderr", async ({ dir }) => {
  const refused = await execPlan(dir, counter, ["--input", "four"]);
  assert.equal([refused.code, refused.stdout], [9, ""]);
  assert.match(refused.stderr, "--allow-code");
  const allowed = await execPlan(dir, counter, ["--input", "four", "--allow-code"]);
  assert.equal([allowed.code, allowed.stdout], [0, "4 letters\n"]);
  assert.match(allowed.stderr, "counting");
});

test("a state folder that cannot be made ends the run before it begins", async ({ dir }) => {
  writeFileSync(join(dir, "state"), "a file stands in the way");
  const { code, stdout, stderr } = await execPlan(dir, poet, ["--input", "x", "--model", "sim"]);
  assert.equal([code, stdout], [1, ""]);
  assert.match(stderr, join(dir, "state"));
});

test("130: Ctrl-C ends a run cleanly: what happened is in the log, which says that it was interrupted", async ({ dir }) => {
  const parts = { "I am ann.": ["A"], "I am bob.": ["B"], "I am judge.": [call("start"), { hang: true }] } as const;
  const { code, stdout, stderr } = await withServer(parts, async (server) => {
    const running = startTama(dir, planJson(flow), ["--input", "x"], server.env);
    await Promise.race([server.waitForHits(4), running.ended]);
    running.child.kill("SIGINT");
    return running.ended;
  });
  assert.equal([code, stdout], [130, ""]);
  for (const part of ["stopping", "interrupted", "what happened until then is kept"]) assert.match(stderr, part);
  const rows = logOf(dir);
  assert.is(rows.find(({ kind }) => kind === "run_ended")?.status, "interrupted");
  const open = rows.filter(({ kind }) => kind === "span_started").length - rows.filter(({ kind }) => kind === "span_ended").length;
  assert.is(open, 0);
  assert.equal(
    rows
      .filter(({ kind }) => kind === "llm_call")
      .map(({ name, status }) => [name, status])
      .sort(),
    [
      ["llm:oneshot", "ok"],
      ["llm:oneshot", "ok"],
      ["llm:react_1", "ok"],
      ["llm:react_2", "cancelled"],
    ],
  );
});

test("130: Ctrl-C ends worker code that never ends by itself", async ({ dir }) => {
  const spinning = planOf(
    agent("main", "pattern: code", ""),
    worker("main", { bundle: "export default { run: () => { console.log('spinning'); for (;;); } };" }),
  );
  const running = startTama(dir, planJson(spinning), ["--input", "x", "--allow-code"]);
  await running.says("spinning");
  running.child.kill("SIGINT");
  const { code, stderr } = await running.ended;
  assert.is(code, 130);
  assert.match(stderr, "interrupted");
});

test("the same plan and answers give the same outcome on any number of calls at once", async ({ dir }) => {
  const parts = {
    "I am ann.": ["A"],
    "I am bob.": [{ text: "B", delayMs: 20 }],
    "I am judge.": finishes("good", (input: string) => input),
  } as const;
  const outputs = await withServer(parts, ({ env }) =>
    Promise.all(["1", "64"].map((n) => execPlan(dir, flow, ["-q", "--input", "x", "--concurrency", n], env))),
  );
  assert.equal(
    outputs.map(({ stdout }) => stdout),
    ['{"ann":"A","bob":"B"}\n', '{"ann":"A","bob":"B"}\n'],
  );
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function withServer<T>(parts: Readonly<Record<string, Part>>, use: (server: ModelServer) => Promise<T>): Promise<T> {
  const server = await startModelServer(script(parts));
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

function execPlan(dir: string, plan: Plan, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return execText(dir, planJson(plan), args, env);
}

function execText(dir: string, plan: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return startTama(dir, plan, args, env).ended;
}

/** Starts `tama exec` in a folder, with an environment of nothing but what is given and a state folder of its own. */
function startTama(dir: string, plan: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(dir, "plan.json"), plan);
  const own = { PATH: process.env["PATH"], HOME: dir, XDG_STATE_HOME: join(dir, "xdg"), TAMA_STATE: join(dir, "state"), NO_COLOR: "1" };
  const child = spawn(process.execPath, [tama, "exec", "plan.json", ...args], {
    cwd: dir,
    env: { ...own, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...said })));
  const says = (word: string) =>
    new Promise<void>((resolve) => {
      child.stderr.on("data", () => said.stderr.includes(word) && resolve());
      child.on("close", () => resolve());
    });
  return { child, ended, says };
}

/** The log of the only run in a folder. */
function logOf(dir: string): readonly Row[] {
  const runs = join(dir, "state", "runs");
  const [run = ""] = readdirSync(runs);
  return [...readRun(join(runs, run))];
}

test.run();
