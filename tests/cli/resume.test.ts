/** `tama resume` and `--replay` as their users run them: killed for good, gone on with, repeated offline. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planJson } from "../../compiler/emit/plan-json.ts";
import type { Row } from "../../runtime/4-trace/columns.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { call, type ModelHandler, startModelServer } from "../support/model-server.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";

const tama = fileURLToPath(new URL("../../dist/tama.js", import.meta.url));
const test = suite<{ dir: string }>("tama resume");

test.before(() => {
  if (!existsSync(tama)) throw new Error("dist/tama.js is missing: npm run bundle");
});
test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-resume-"));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

const files = {
  ...agent("main", "pattern: fsm\ninitial: all\nstates:\n  all: judge\n  judge: [{good: ~}]"),
  ...agent("all", "pattern: parallel\nworkers: [ann, bob, cat]"),
  ...Object.assign({}, ...["ann", "bob", "cat"].map((name) => agent(name, "pattern: react\ncall: {uses: [notes]}", `I am ${name}.`))),
  ...agent("judge", "pattern: react\ncall: {uses: [notes]}", "I am judge."),
  ...skill("notes", ["tama_mem_append", "tama_mem_get"]),
};
const plan = planOf(files);

/** Each answer holds the number of its request, so that no two are alike; the judge tells what memory holds. */
const nonces: ModelHandler = ({ system, turn, hit, results }) => {
  const isJudge = system.includes("I am judge.");
  if (turn === 1) return [...call("start"), ...call("read_skill", { name: "notes" })];
  if (turn === 2) return isJudge ? call("tama_mem_get", { key: "log" }) : call("tama_mem_append", { key: "log", item: `n${hit}` });
  return call("finish", { key: "good", value: isJudge ? (results.at(-1) ?? "") : `v${hit}` });
};

for (const killAt of [1, 3, 5, 8, 11]) {
  test(`kill -9 at request ${killAt}, then resume: recorded answers stay, only what was in flight is asked again`, async ({ dir }) => {
    let isKilled = false;
    const server = await startModelServer((request) => (isKilled || request.hit < killAt ? nonces(request) : { hang: true }));
    try {
      const first = start(dir, ["exec", "plan.json", "--input", "x"], server.env);
      await Promise.race([server.waitForHits(killAt), first.ended]);
      first.child.kill("SIGKILL");
      assert.is((await first.ended).code, null);
      isKilled = true;
      const [before, hits] = [answersIn(dir), server.hits()];
      assert.ok(before.size < 12);
      rmSync(join(dir, "plan.json"));

      const resumed = await start(dir, ["resume", "last"], server.env).ended;
      assert.is(resumed.code, 0, resumed.stderr);
      const after = answersIn(dir);
      for (const [path, value] of before) assert.is(after.get(path), value);
      assert.is(after.size, 12);
      assert.is(server.hits(), hits + 12 - before.size);
      const noted = rowsOf(dir).filter(({ kind }) => kind === "state_set");
      assert.is(new Set(noted.map(({ path }) => path)).size, 3);
      assert.is(noted.length, 3);
      assert.is(JSON.parse(resumed.stdout).length, 3);
    } finally {
      await server.close();
    }
    const again = await start(dir, ["resume", "last", "-q"]).ended;
    const repeated = await start(dir, ["exec", "plan.json", "--replay", "last", "-q"]).ended;
    assert.equal([again.code, again.stderr, repeated.code, repeated.stderr], [0, "", 0, ""]);
    assert.is(repeated.stdout, again.stdout);
  });
}

test("5: a run whose server was down goes on once it is up", async ({ dir }) => {
  const down = await startModelServer(() => ({ status: 400, body: { error: { message: "down" } } }));
  const failed = await start(dir, ["exec", "plan.json", "--input", "x"], down.env).ended;
  await down.close();
  assert.is(failed.code, 5);
  assert.match(failed.stderr, "tama resume ");
  const up = await startModelServer(nonces);
  try {
    const resumed = await start(dir, ["resume", "last"], up.env).ended;
    assert.is(resumed.code, 0, resumed.stderr);
    assert.is(up.hits(), 12);
  } finally {
    await up.close();
  }
});

test("130: what Ctrl-C stopped goes on", async ({ dir }) => {
  let isStopped = false;
  const server = await startModelServer((request) => (isStopped || request.hit < 5 ? nonces(request) : { hang: true }));
  try {
    const first = start(dir, ["exec", "plan.json", "--input", "x"], server.env);
    await Promise.race([server.waitForHits(5), first.ended]);
    first.child.kill("SIGINT");
    assert.is((await first.ended).code, 130);
    isStopped = true;
    const [before, hits] = [answersIn(dir).size, server.hits()];
    const resumed = await start(dir, ["resume", "last"], server.env).ended;
    assert.is(resumed.code, 0, resumed.stderr);
    assert.is(server.hits(), hits + 12 - before);
  } finally {
    await server.close();
  }
});

test("8: a replay of another plan names what differs; 1: one that is resumed with it, too", async ({ dir }) => {
  const server = await startModelServer(nonces);
  const hangs = await startModelServer((request) => (request.hit < 5 ? nonces(request) : { hang: true }));
  try {
    await start(dir, ["exec", "plan.json", "--input", "x"], server.env).ended;
    const other = planJson(planOf({ ...files, ...agent("bob", "pattern: react\ncall: {uses: [notes]}", "I am Robert.") }));
    const missed = await start(dir, ["exec", "plan.json", "--replay", "last", "-q"], {}, { text: other }).ended;
    assert.equal([missed.code, missed.stdout], [8, ""]);
    for (const part of ["run/replay-miss", "workers/bob@1/react:1", "messages[1] (system)", "I am bob.", "I am Robert."])
      assert.match(missed.stderr.replace(/\s+/g, " "), part);

    const killed = start(dir, ["exec", "plan.json", "--input", "x"], hangs.env);
    await Promise.race([hangs.waitForHits(5), killed.ended]);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const refused = await start(dir, ["resume", "last", "--plan", "plan.json", "-q"], server.env, { text: other }).ended;
    assert.equal([refused.code, refused.stdout], [1, ""]);
    assert.match(refused.stderr, "run/changed-content");
    const accepted = await start(dir, ["resume", "last", "--plan", "plan.json", "--accept", "-q"], server.env, { text: other }).ended;
    assert.is(accepted.code, 0, accepted.stderr);
  } finally {
    await server.close();
    await hangs.close();
  }
});

test("two processes that resume a run at once: the second is refused, and the first goes on", async ({ dir }) => {
  let isStopped = false;
  const server = await startModelServer(async (request) => {
    if (request.hit === 5) return { hang: true };
    await signalled(() => isStopped || request.hit < 5);
    return nonces(request);
  });
  try {
    const killed = start(dir, ["exec", "plan.json", "--input", "x"], server.env);
    await Promise.race([server.waitForHits(5), killed.ended]);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const hits = server.hits();
    const one = start(dir, ["resume", "last", "-q"], server.env);
    await Promise.race([server.waitForHits(hits + 1), one.ended]);
    const other = await start(dir, ["resume", "last", "-q"], server.env).ended;
    assert.equal([other.code, other.stdout], [1, ""]);
    assert.match(other.stderr, "trace/locked");
    isStopped = true;
    const first = await one.ended;
    assert.is(first.code, 0, first.stderr);
    assert.is(answersIn(dir).size, 12);
  } finally {
    isStopped = true;
    await server.close();
  }
});

test("a log that cannot be written ends the run with the reason, and loses nothing: the run goes on once it can", async ({ dir }) => {
  const server = await startModelServer(nonces);
  try {
    const file = join(dir, "taken");
    writeFileSync(file, "");
    const nowhere = await start(dir, ["exec", "plan.json", "--input", "x", "--state", join(file, "state")], server.env).ended;
    assert.equal([nowhere.code, nowhere.stdout, server.hits()], [1, "", 0]);
    assert.match(nowhere.stderr, "trace/unwritable");

    const full = await start(dir, ["exec", "plan.json", "--input", "x"], server.env, { maxKb: 24 }).ended;
    assert.equal([full.code, full.stdout], [1, ""], full.stderr);
    assert.match(full.stderr, "trace/unwritable");
    const [before, hits] = [answersIn(dir), server.hits()];
    assert.ok(before.size > 0 && before.size < 12, `${before.size}`);
    const resumed = await start(dir, ["resume", "last", "-q"], server.env).ended;
    assert.is(resumed.code, 0, resumed.stderr);
    const after = answersIn(dir);
    for (const [path, value] of before) assert.is(after.get(path), value);
    assert.is(server.hits(), hits + 12 - before.size);
  } finally {
    await server.close();
  }
});

test("--replay --from with another model and another prompt: only what follows is asked, and the new run is repeated offline", async ({
  dir,
}) => {
  const server = await startModelServer(nonces);
  const judge = "main@1/loop[2]/states/judge@1/react";
  try {
    await start(dir, ["exec", "plan.json", "--input", "x", "-q"], server.env).ended;
    const hits = server.hits();
    writeFileSync(join(dir, "judge.md"), "I am judge. Be mild.");
    const changed = ["--model", "openai:other", "--prompt", `${judge}=judge.md`];
    const again = await start(dir, ["exec", "plan.json", "--replay", "last", "--from", judge, ...changed], server.env).ended;
    assert.is(again.code, 0, again.stderr);
    for (const word of ["openai:other (--model)", "judge.md (--prompt)"]) assert.match(again.stderr, word);
    const asked = server.requests.slice(hits);
    assert.equal(
      asked.map(({ model }) => model),
      ["other", "other", "other"],
    );
    assert.ok(asked.every(({ system }) => system.includes("Be mild.")));
    const nobody = await start(
      dir,
      ["exec", "plan.json", "--replay", "last", "--from", judge, "--prompt", "main@1/nowhere=judge.md"],
      server.env,
    ).ended;
    assert.is(nobody.code, 1);
    assert.match(nobody.stderr, "run/no-such-step", nobody.stderr);
    await server.close();
    const offline = await start(dir, ["exec", "plan.json", "--replay", "last", "-q"]).ended;
    assert.equal([offline.code, offline.stdout], [0, again.stdout], offline.stderr);
  } finally {
    await server.close();
  }
});

test("2: wrong usage", async ({ dir }) => {
  for (const args of [
    ["resume"],
    ["resume", "last", "--settle", "x"],
    ["exec", "plan.json"],
    ["exec", "plan.json", "-i", "x", "--from", "y"],
    ["exec", "plan.json", "--replay", "last", "--model", "sim"],
    ["exec", "plan.json", "--replay", "last", "--prompt", "x=y"],
    ["exec", "plan.json", "--replay", "last", "--from", "x", "--prompt", "x"],
  ]) {
    const { code, stdout } = await start(dir, args).ended;
    assert.equal([code, stdout], [2, ""], args.join(" "));
  }
});

test("--cache asks only what an edit reaches; why tells what that was", async ({ dir }) => {
  const server = await startModelServer(nonces);
  try {
    await start(dir, ["exec", "plan.json", "--input", "x", "--cache", "-q"], server.env).ended;
    const again = await start(dir, ["exec", "plan.json", "--input", "x", "--cache", "-q"], server.env).ended;
    assert.equal([again.code, again.stderr, server.hits()], [0, "", 12]);
    const other = planJson(planOf({ ...files, ...agent("judge", "pattern: react\ncall: {uses: [notes]}", "I am judge. Be mild.") }));
    await start(dir, ["exec", "plan.json", "--input", "x", "--cache", "-q"], server.env, { text: other }).ended;
    assert.is(server.hits(), 15);
    const told = await start(dir, ["why", "last", "main@1/loop[2]/states/judge@1/react", "--format", "json"]).ended;
    assert.is(JSON.parse(told.stdout).difference.field, "messages[1] (system)");
    const spent = await start(dir, ["runs", "--format", "json"]).ended;
    assert.equal(
      JSON.parse(spent.stdout).map(({ input_tokens }: { input_tokens: number }) => input_tokens),
      [30, 0, 120],
    );
  } finally {
    await server.close();
  }
});

test("1: a run that is not there, and a path that a run does not have", async ({ dir }) => {
  const none = await start(dir, ["resume", "last"]).ended;
  assert.is(none.code, 1);
  assert.match(none.stderr, "runs/none");
  await start(dir, ["exec", "plan.json", "--input", "x", "--model", "sim"]).ended;
  const nowhere = await start(dir, ["exec", "plan.json", "--replay", "last", "--from", "main@1/nowhere"]).ended;
  assert.is(nowhere.code, 1);
  assert.match(nowhere.stderr, "run/no-such-path");
});

test.run();

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `tama` in a folder of its own, with a plan beside it. `maxKb`: the longest file that it can write. */
function start(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { text = planJson(plan), maxKb = 0 }: { readonly text?: string; readonly maxKb?: number } = {},
) {
  writeFileSync(join(dir, "plan.json"), text);
  const own = { PATH: process.env["PATH"], HOME: dir, XDG_STATE_HOME: join(dir, "xdg"), TAMA_STATE: join(dir, "state"), NO_COLOR: "1" };
  const limit = maxKb > 0 ? `ulimit -f ${maxKb}; ` : "";
  const child = spawn("bash", ["-c", `${limit}exec "$0" "$@"`, process.execPath, tama, ...args], {
    cwd: dir,
    env: { ...own, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...said })));
  return { child, ended };
}

/** Resolves when something holds. */
async function signalled(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The rows of the only run, or of the newest. */
function rowsOf(dir: string): readonly Row[] {
  const runs = readdirSync(join(dir, "state", "runs")).map((id) => [...readRun(join(dir, "state", "runs", id))]);
  const [newest = []] = runs.sort((a, b) => (b[0]?.time_us ?? 0) - (a[0]?.time_us ?? 0));
  return newest;
}

/** What models answered, by path. */
function answersIn(dir: string): ReadonlyMap<string | null, string | null> {
  const ok = rowsOf(dir).filter(({ kind, status }) => kind === "llm_call" && status === "ok");
  assert.is(new Set(ok.map(({ path }) => path)).size, ok.length);
  return new Map(ok.map(({ path, value_hash }) => [path, value_hash]));
}
