/** What runs are granted, as their users say it: flags, the policy, the config; told at the start, asked again on resume. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, watch, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planJson } from "../../compiler/emit/plan-json.ts";
import type { Row } from "../../runtime/4-trace/columns.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { startModelServer } from "../support/model-server.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";

const tama = fileURLToPath(new URL("../../dist/tama.js", import.meta.url));
const test = suite<{ dir: string }>("tama: permissions");

test.before(() => {
  if (!existsSync(tama)) throw new Error("dist/tama.js is missing: npm run bundle");
});
test.before.each((context) => {
  context.dir = realpathSync(mkdtempSync(join(tmpdir(), "tama-permissions-")));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

const tools = ["tama_bash", "tama_http_get", "tama_files_write"];
const files = { ...agent("main", "pattern: react\nenv: [API_TOKEN]\ncall: {uses: [all]}"), ...skill("all", tools) };
const plan = planJson(planOf(files));
const scenario = (...calls: readonly (readonly [string, object])[]) =>
  JSON.stringify({
    agents: { main: [{ calls: calls.map(([name, args]) => ({ name, args })) }, { finish: { key: "done", value: "fine" } }] },
  });
const all = scenario(
  ["tama_bash", { command: "echo $API_TOKEN" }],
  ["tama_http_get", { url: "http://127.0.0.1:9/" }],
  ["tama_files_write", { path: "out/x", content: "x" }],
);
const usual = ["--input", "x", "--model", "scripted:scenario.yaml"];

test("without flags each call is refused and recorded, and the start says what would grant it", async ({ dir }) => {
  const { code, stderr } = await run(dir, { "plan.json": plan, "scenario.yaml": all }, ["exec", "plan.json", ...usual]);
  assert.is(code, 0);
  const missing = "not granted: exec; net; write; env API_TOKEN";
  for (const part of ["it can reach env, exec, net, write", missing, "--allow-exec --allow-net --allow-write --allow-env=API_TOKEN"])
    assert.match(stderr, part);
  assert.equal(statuses(dir), ["refused", "refused", "refused"]);
  assert.is(logOf(dir).filter(({ kind }) => kind === "tool_rejected").length, 3);
  assert.not.ok(existsSync(join(dir, "out")));
});

for (const [flags, expected, told] of [
  [["--allow-exec"], ["ok", "refused", "ok"], /granted: exec; net \(every public host\); write \(.*\); env \(API_TOKEN\)\n/],
  [["--allow-write"], ["refused", "refused", "ok"], /granted: write \(/],
  [["--allow-write=out"], ["refused", "refused", "ok"], /granted: write \(.*out\)/],
  [["--allow-write=other,elsewhere"], ["refused", "refused", "refused"], /granted: write \(.*other, .*elsewhere\)/],
  [["--allow-net"], ["refused", "refused", "refused"], /granted: net \(every public host\)/],
  [["--allow-net=127.0.0.1:9", "--allow-net=a.b"], ["refused", "failed", "refused"], /granted: net \(127\.0\.0\.1:9, a\.b\)/],
  [["--allow-env"], ["refused", "refused", "refused"], /granted: env \(API_TOKEN\)/],
  [["--allow-env=OTHER"], ["refused", "refused", "refused"], /granted: env \(OTHER\)\n.*not granted: exec; net; write; env API_TOKEN/],
] as const) {
  test(`${flags.join(" ")} before the plan's name grants its own, and takes no argument for its value`, async ({ dir }) => {
    const { code, stderr } = await run(dir, { "plan.json": plan, "scenario.yaml": all }, ["exec", ...flags, "plan.json", ...usual]);
    assert.is(code, 0, stderr);
    assert.match(stderr, told);
    assert.equal(statuses(dir), expected);
  });
}

test("no tool writes what is kept of runs, wherever that is, or what the user has settled", async ({ dir }) => {
  const write = (path: string) => ["tama_files_write", { path, content: "{}" }] as const;
  const scene = scenario(write("state/runs/x"), write("xdg/tama/policy.json"), write("notes/tama/builds/x"), write("state/x"));
  const { code, stderr } = await run(dir, { "plan.json": plan, "scenario.yaml": scene }, ["exec", "plan.json", "--allow-write", ...usual]);
  assert.is(code, 0, stderr);
  assert.equal(statuses(dir), ["refused", "refused", "refused", "ok"]);
});

test("2: a host, a name and a time that are none", async ({ dir }) => {
  for (const flag of ["--allow-net=http://a.b", "--allow-net=a.b,", "--allow-env=A-B", "--allow-write=,", "--tool-timeout=x"]) {
    const { code, stderr } = await run(dir, { "plan.json": plan }, ["exec", "plan.json", flag, ...usual]);
    assert.is(code, 2, flag);
    assert.match(stderr, flag.split("=")[0] ?? "");
  }
});

test("a user's policy grants, everywhere or in a project; one that cannot be read stops a run; the project's config grants nothing to exec", async ({
  dir,
}) => {
  const given = { "plan.json": plan, "scenario.yaml": all, "tama.config.ts": 'throw new Error("the config was read");' };
  const policy = (content: object | string) => ({
    "xdg/tama/policy.json": typeof content === "string" ? content : JSON.stringify(content),
  });
  const exec = ["exec", "plan.json", ...usual];
  await run(dir, { ...given, ...policy({ projects: { "~": { write: ["out"] }, "/elsewhere": { exec: true } } }) }, exec);
  assert.equal(statuses(dir), ["refused", "refused", "ok"]);
  const bad = await run(dir, { ...given, ...policy("{") }, exec);
  assert.is(bad.code, 1);
  assert.match(bad.stderr, "run/bad-policy");
});

test("`run` grants what the config's permissions say, and no more", async ({ dir }) => {
  const config = (permissions: string) => ({
    "tama.toml": `entries = ["main"]\npermissions = ${permissions}\n\n[project]\nname = "p"\n\n[models]\ndefault = "openai:gpt-4o"\n`,
  });
  const ran = await run(dir, { ...files, ...config('["net", "write", "exec", "env"]'), "scenario.yaml": all }, [
    "run",
    "x",
    ...usual.slice(2),
  ]);
  assert.is(ran.code, 0, ran.stderr);
  assert.equal(statuses(dir), ["ok", "refused", "ok"]);
});

test("`run` notes what it built: its worker code runs again on resume without --allow-code", async ({ dir }) => {
  const project = {
    "tama.toml": 'entries = ["main"]\n\n[project]\nname = "p"\n',
    ...agent("main", "pattern: fsm\ninitial: count\nstates:\n  count: ask\n  ask: ~"),
    ...agent("count", "pattern: code", ""),
    ...agent("ask", "pattern: human\ncall: {model: {name: 'openai:gpt-4o'}}"),
    "agents/ask/resume.md": "Go on.\n",
    "agents/count/worker.ts":
      'import { defineWorker } from "tama/compiler";\nexport default defineWorker({ capability: "count", run: (text: string) => String(text.length) });\n',
    "scenario.yaml": JSON.stringify({
      agents: { ask: [{ finish: { key: "q", value: "fine?" } }, { finish: { key: "done", value: "yes" } }] },
    }),
  };
  const ran = await run(dir, project, ["run", "four", "--model", "scripted:scenario.yaml"]);
  assert.is(ran.code, 7, ran.stderr);
  const kept = await run(dir, {}, ["resume", "last"]);
  assert.is(kept.code, 7, kept.stderr);
  const elsewhere = await run(dir, {}, ["resume", "last"], { XDG_STATE_HOME: join(dir, "another") });
  assert.is(elsewhere.code, 9, elsewhere.stderr);
});

test("9: a plan that was not built here asks no server of its choice, unless its host is named, another is told, or nobody is asked", async ({
  dir,
}) => {
  const server = await startModelServer(() => "hi");
  const project = {
    "tama.toml": `entries = ["main"]\n\n[project]\nname = "p"\n\n[models]\ndefault = { name = "openai:gpt-4o", base_url = "${server.url}" }\n`,
    ...agent("main", "pattern: oneshot"),
  };
  const own = { OPENAI_API_KEY: "secret-key" };
  const elsewhere = { ...own, XDG_STATE_HOME: join(dir, "another") };
  assert.is((await run(dir, project, ["run", "x"], own)).code, 0);
  const [id = ""] = readdirSync(join(dir, "state", "runs"));
  const exec = ["exec", `state/runs/${id}/plan.json`, "--input", "x"];
  const asked = server.hits();
  for (const args of [exec, [...exec, "--allow-net"], [...exec, "--allow-net=example.com"], [...exec, "--allow-net=*.0.0.1"]]) {
    const refused = await run(dir, {}, args, elsewhere);
    assert.is(refused.code, 9, refused.stderr);
    assert.match(refused.stderr, "run/foreign-server");
  }
  assert.is(server.hits(), asked);
  const { host } = new URL(server.url);
  for (const [args, env] of [
    [[...exec, `--allow-net=${host}`], elsewhere],
    [[...exec, "--allow-code"], elsewhere],
    [[...exec, "--model", "sim"], elsewhere],
    [exec, { ...elsewhere, TAMA_PROVIDER_OPENAI_BASE_URL: server.url }],
    [exec, own],
  ] as const) {
    const done = await run(dir, {}, args, env);
    assert.is(done.code, 0, `${args.join(" ")}: ${done.stderr}`);
  }
  await server.close();
});

test("4: with --locked a model that is overridden, or a tool that is another one, stops the run before it begins", async ({ dir }) => {
  const given = { "plan.json": plan, "scenario.yaml": scenario() };
  const other = await run(dir, given, ["exec", "plan.json", "--locked", ...usual]);
  assert.equal([other.code, other.stdout], [4, ""]);
  for (const part of ["run/other-model", "scripted:scenario.yaml", "openai:"]) assert.match(other.stderr, part);
  assert.not.ok(existsSync(join(dir, "state")));
  const byEnv = { OPENAI_API_KEY: "k", TAMA_MODEL_THINKER_TEMPERATURE: "0.5", TAMA_MODEL_WORKER_TEMPERATURE: "0.5" };
  assert.is((await run(dir, given, ["exec", "plan.json", "--locked", "--input", "x"], byEnv)).code, 4);

  const built = planOf(files);
  const [name = "", tool] = Object.entries(built.tools)[0] ?? [];
  if (!tool) throw new Error("the plan has no tool");
  const { notAsPlanned } = await import("../../runtime/1-load/locked.ts");
  const models = Object.fromEntries(Object.entries(built.models).map(([id, model]) => [id, { ...model, keyEnv: null }]));
  assert.equal(notAsPlanned(built, models), []);
  const changed = { ...built, tools: { ...built.tools, [name]: { ...tool, fingerprint: "sha256:0" }, gone: tool } };
  assert.equal(
    notAsPlanned(changed, models).map(({ code, message }) => [code, message.includes(name) || message.includes("gone")]),
    [
      ["run/other-tool", true],
      ["run/other-tool", true],
    ],
  );
});

test("7: killed for good while a command is at work, a run is uncertain; nothing that was granted is kept", async ({ dir }) => {
  const command = "echo x >> effects; [ -e again ] || while kill -0 $PPID 2>/dev/null; do sleep 0.05; done";
  const first = start(dir, { "plan.json": plan, "scenario.yaml": scenario(["tama_bash", { command }]) }, [
    "exec",
    "--allow-exec",
    "plan.json",
    ...usual,
  ]);
  await Promise.race([appears(join(dir, "effects")), first.ended]);
  first.child.kill("SIGKILL");
  await first.ended;
  const stopped = await run(dir, {}, ["resume", "last"]);
  assert.is(stopped.code, 7, stopped.stderr);
  const words = stopped.stderr.replace(/\s+/g, " ");
  for (const part of ["run/uncertain", "tama_bash", "--settle", "grants are not kept", "--allow-exec"]) assert.match(words, part);
  const path = logOf(dir).find(({ kind }) => kind === "intent")?.path ?? "";
  assert.is(readFileSync(join(dir, "effects"), "utf8"), "x\n");
  const settled = await run(dir, { again: "" }, ["resume", "last", "--allow-exec", "--settle", `${path}=redo`]);
  assert.equal([settled.code, settled.stdout], [0, "fine\n"], settled.stderr);
  assert.is(readFileSync(join(dir, "effects"), "utf8"), "x\nx\n");
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  dir: string,
  given: Readonly<Record<string, string>>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return start(dir, given, args, env).ended;
}

/** Starts `tama` in a folder with these files, and an environment of its own. */
function start(dir: string, given: Readonly<Record<string, string>>, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  for (const [path, text] of Object.entries(given)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const homes = { HOME: dir, XDG_STATE_HOME: join(dir, "notes"), XDG_CONFIG_HOME: join(dir, "xdg") };
  const own = { PATH: process.env["PATH"], ...homes, TAMA_STATE: join(dir, "state"), NO_COLOR: "1", API_TOKEN: "tok-5ecret", ...env };
  const child = spawn(process.execPath, [tama, ...args], { cwd: dir, env: own, stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    said.stderr += chunk;
  });
  return { child, ended: new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...said }))) };
}

/** Resolves when a file is there. */
function appears(file: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(file), () => {
      if (!existsSync(file)) return;
      watcher.close();
      resolve();
    });
  });
}

/** How the tool calls of the only run ended, but for those of the protocol. */
function statuses(dir: string): readonly (string | null)[] {
  return logOf(dir)
    .filter(({ kind, tool_name }) => kind === "tool_call" && tools.includes(tool_name ?? ""))
    .map(({ status }) => status);
}

/** The log of the only run in a folder. */
function logOf(dir: string): readonly Row[] {
  const runs = join(dir, "state", "runs");
  const [id = ""] = readdirSync(runs);
  return [...readRun(join(runs, id))];
}

test.run();
