/** Limits as users of `tama` meet them, against a server that counts. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planJson } from "../../compiler/emit/plan-json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { type ModelHandler, type ModelServer, meeting, startModelServer, withServer } from "../support/model-server.ts";
import { agent, planOf } from "../support/plan-of.ts";

const tama = fileURLToPath(new URL("../../dist/tama.js", import.meta.url));
const test = suite<{ dir: string }>("limits of tama");

test.before(() => {
  if (!existsSync(tama)) throw new Error("dist/tama.js is missing: npm run bundle");
});
test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-limits-"));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

const width = 64;
const config = (model: string) => `[project]\nname = "wide"\nentrypoint = "main"\n[models.default]\nname = "openai:tiny"\n${model}\n`;
const wide = (model: string, fields = ""): Plan =>
  planOf({
    "tama.toml": config(model),
    ...agent("main", `pattern: parallel\nworkers: [${Array(width).fill("ann").join(", ")}]\n${fields}`),
    ...agent("ann", "pattern: oneshot\ncall: {model: {role: default}}"),
  });

/** What a server that keeps to `max_tokens` answers, each time as long as it may be. */
const counting = (input: number): ModelHandler => {
  return ({ body }) => {
    const output = Number(body["max_tokens"] ?? 50);
    return { text: "done", usage: { prompt_tokens: input, completion_tokens: output } };
  };
};

test("64 calls at once at a limit of 40: the server sees 40, all of them together; the run goes on with a higher limit", ({ dir }) => {
  const all = meeting(40);
  const handler: ModelHandler = ({ hit }) => all().then(() => `answer ${hit}`);
  return withServer(handler, async (server) => {
    const first = await run(dir, ["exec", "plan.json", "--input", "x", "--limit-calls", "40"], server, wide(""));
    assert.equal([first.code, server.hits(), server.maxInFlight()], [6, 40, 40]);
    for (const told of ["the limit of 40 model calls is reached", "--limit-calls N"]) assert.match(first.stderr, told);
    const same = await run(dir, ["resume", "last"], server);
    assert.equal([same.code, server.hits()], [6, 40]);
    const more = await run(dir, ["resume", "last", "--limit-calls", "1k"], server);
    assert.equal([more.code, server.hits()], [0, width]);
    const offline = await run(dir, ["exec", "plan.json", "--replay", "last"], server);
    assert.equal([offline.code, offline.stdout, server.hits()], [0, more.stdout, width]);
  });
});

test("tokens: no more than the limit where the server keeps to max_tokens, however many calls are under way", ({ dir }) =>
  withServer(counting(90), async (server) => {
    const plan = wide("max_tokens = 50", "limits: {tokens: 2k}");
    const ended = await run(dir, ["exec", "plan.json", "--input", "x"], server, plan);
    assert.is(ended.code, 6);
    assert.match(ended.stderr, "the limit of `main` of 2000 tokens");
    assert.match(ended.stderr, "--limit-tokens main=N");
    assert.ok(server.hits() * 140 <= 2_000 && server.hits() >= 12, `${server.hits()} calls`);
    const more = await run(dir, ["resume", "last", "--limit-tokens", "main=1M"], server);
    assert.equal([more.code, server.hits()], [0, width]);
  }));

test("dollars: they are counted by the plan's price, told at the end, and kept with the run", ({ dir }) =>
  withServer(counting(90), async (server) => {
    const plan = wide("max_tokens = 10\nprice = { input = 100, output = 1000 }");
    const ended = await run(dir, ["exec", "plan.json", "--input", "x", "--limit-usd", "0.5"], server, plan);
    assert.is(ended.code, 6);
    const spent = server.hits() * (90 * 100 + 10 * 1_000) * 1e-6;
    assert.ok(spent <= 0.5 && spent > 0.4, `${spent} USD`);
    assert.match(ended.stderr, `($${spent.toFixed(2)} spent)`);
    const shown = await run(dir, ["runs", "show", "last"], server);
    assert.match(shown.stdout, `$${spent.toFixed(2)}`);
    const sql =
      "select round(r.cost_usd, 6) as runs, round(sum(l.cost_usd), 6) as calls, round(any_value(c.cost_usd), 6) as by_model from runs r join llm_calls l using (trace_id) join cost c using (trace_id) group by all";
    const [row] = JSON.parse((await run(dir, ["sql", sql, "--format", "json"], server)).stdout);
    assert.equal(row, { runs: Number(spent.toFixed(6)), calls: Number(spent.toFixed(6)), by_model: Number(spent.toFixed(6)) });
  }));

test("calls at once: no more than the run's limit and than the agent's", ({ dir }) =>
  withServer(counting(10), async (server) => {
    const plan = wide("", "limits: {concurrency: 9}");
    assert.is((await run(dir, ["exec", "plan.json", "--input", "x"], server, plan)).code, 0);
    assert.ok(server.maxInFlight() <= 9, `${server.maxInFlight()} at once`);
    const fewer = await startModelServer(counting(10));
    assert.is((await run(dir, ["exec", "plan.json", "--input", "x", "--limit-concurrency", "2"], fewer, plan)).code, 0);
    assert.ok(fewer.maxInFlight() <= 2, `${fewer.maxInFlight()} at once`);
    await fewer.close();
  }));

test("a limit of time at work ends a run whose server never answers", ({ dir }) =>
  withServer(
    () => ({ hang: true }),
    async (server) => {
      const ended = await run(dir, ["exec", "plan.json", "--input", "x", "--limit-wall", "300ms"], server, wide(""));
      assert.is(ended.code, 6);
      assert.match(ended.stderr, "the limit of 0.3 s at work is reached");
    },
  ));

test("a limit that is no amount, or of an agent that is none, is told before anything begins", ({ dir }) =>
  withServer(counting(10), async (server) => {
    const wrong = await run(dir, ["exec", "plan.json", "--input", "x", "--limit-wall", "soon"], server, wide(""));
    assert.equal([wrong.code, wrong.stderr.includes("a time such as 30s")], [2, true]);
    const nobody = await run(dir, ["exec", "plan.json", "--input", "x", "--limit-calls", "nobody=3"], server);
    assert.equal([nobody.code, nobody.stderr.includes("run/no-such-agent")], [1, true]);
    const unpriced = await run(dir, ["exec", "plan.json", "--input", "x", "--limit-usd", "1"], server);
    assert.equal([unpriced.code, unpriced.stderr.includes("does not count openai:tiny")], [0, true]);
  }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tama` in a folder with nothing in its environment but what it needs; a plan is put there first. */
function run(dir: string, args: readonly string[], server: ModelServer, plan?: Plan): Promise<Ended> {
  if (plan) writeFileSync(join(dir, "plan.json"), planJson(plan));
  const own = { PATH: process.env["PATH"], HOME: dir, XDG_STATE_HOME: join(dir, "xdg"), TAMA_STATE: join(dir, "state"), NO_COLOR: "1" };
  const child = spawn(process.execPath, [tama, ...args], { cwd: dir, env: { ...own, ...server.env }, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.stderr += chunk;
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...said })));
}

test.run();
