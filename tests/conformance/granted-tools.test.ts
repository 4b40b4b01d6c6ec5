/** Tools with effects in whole runs: what a model is told, what the record keeps, and that no secret is in it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { threadExecutor, usualThreads } from "../../runtime/executors/threads.ts";
import { call } from "../support/model-server.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { type RunPlanOptions, rowsOf, runPlan } from "../support/run-plan.ts";
import { granted } from "../support/tool-calls.ts";

const test = suite("granted tools in runs");
const names = ["tama_bash", "tama_http_get", "tama_http_post", "tama_files_write", "tama_files_read"];
const files = { ...agent("main", "pattern: react\nenv: [API_TOKEN]\ncall: {uses: [all]}"), ...skill("all", names) };
const plan = planOf(files);
const finish = call("finish", { key: "done", value: "" });
const secret = "tok-5ecret+value/with=signs";

/** Unlocks the tools, makes these calls in one turn, and finishes; gives what the model was told of them. */
async function told(calls: ReturnType<typeof call>, options: RunPlanOptions) {
  const ran = await runPlan(plan, { "*": [call("read_skill", { name: "all" }), calls, finish] }, options);
  return { ran, results: ran.requests[2]?.results.slice(1) ?? [] };
}

test("calls of one turn are made in order, each as it was granted", async () => {
  const calls = [
    ...call("tama_files_write", { path: "a/b.txt", content: "one" }),
    ...call("tama_files_read", { path: "a/b.txt" }),
    ...call("tama_bash", { command: "cat a/b.txt" }),
    ...call("tama_files_write", { path: "../b.txt", content: "two" }),
  ];
  const { ran, results } = await told(calls, { grants: (dir) => granted(dir, { write: { all: true, names: [] } }) });
  assert.equal(results.slice(0, 3), ["written", "one", "[error: tama_bash is not granted; a run started with --allow-exec grants it]"]);
  assert.match(results[3] ?? "", /^\[error: .*b\.txt is in no folder that may be written; --allow-write=.* grants its own\]$/);
  assert.equal(
    rowsOf(ran, "tool_rejected").map(({ tool_name, path }) => [tool_name, path]),
    [
      ["tama_bash", "main@1/react:2.3"],
      ["tama_files_write", "main@1/react:2.4"],
    ],
  );
});

test("reading what lies outside is a rejected call as well", async () => {
  const { ran, results } = await told(call("tama_files_read", { path: "../x" }), {});
  assert.equal(results, ["[error: refused: ../x is outside the project]"]);
  assert.equal(
    rowsOf(ran, "tool_rejected").map(({ message }) => message),
    ["refused: ../x is outside the project"],
  );
});

test("a long answer of a command is cut between characters, and keeps its status", async () => {
  const { results } = await told(call("tama_bash", { command: "yes ü | head -c 3000000; exit 4" }), {
    grants: (dir) => granted(dir, { exec: true }),
  });
  assert.match(results[0] ?? "", /ü\n?…\[truncated 29\d{5} bytes\]\n\[exit exit status: 4\]$/);
  assert.ok(Buffer.byteLength(results[0] ?? "") < 12_100);
});

for (const where of ["in this thread", "on threads"] as const) {
  test(`a granted variable and a model's key are in no request and no byte of the record, tools run ${where}`, async () => {
    const project = mkdtempSync(join(tmpdir(), "tama-secrets-"));
    const command = "env; printf %s $API_TOKEN | base64 -w0; echo $API_TOKEN >&2; printf '%s' $API_TOKEN > copy; false";
    const calls = [
      ...call("tama_bash", { command }),
      ...call("tama_files_read", { path: "copy" }),
      ...call("tama_bash", { command: "cat copy > $API_TOKEN/x" }),
    ];
    const logs: string[] = [];
    const { ran, results } = await told(calls, {
      projectDir: project,
      env: { API_TOKEN: secret, OTHER_SECRET: "other-secret" },
      grants: (dir) => granted(dir, { exec: true, env: { all: false, names: ["API_TOKEN"] } }),
      onEnded: (dir) => logs.push(...bytesOf(dir)),
      ...(where === "on threads" ? { executor: (data) => threadExecutor({ ...data, ...usualThreads, warm: [] }) } : {}),
    });
    assert.is(readFileSync(join(project, "copy"), "utf8"), secret);
    rmSync(project, { recursive: true });
    assert.match(results[0] ?? "", "API_TOKEN=[redacted API_TOKEN]");
    assert.is(results[1], "[redacted API_TOKEN]");
    assert.match(results[2] ?? "", "[redacted API_TOKEN]");
    const all = [...logs, ...ran.requests.map(({ body }) => JSON.stringify(body))];
    assert.ok(all.some((text) => text.includes("[redacted API_TOKEN]")));
    for (const hidden of [secret, Buffer.from(secret).toString("base64"), encodeURIComponent(secret), "other-secret"])
      for (const text of all) assert.not.match(text, hidden);
  });
}

test("a model that asks for a command's environment sees no key of a model", async () => {
  const { results } = await told(call("tama_bash", { command: "env" }), { grants: (dir) => granted(dir, { exec: true }) });
  assert.not.match(results[0] ?? "", "OPENAI_API_KEY");
});

/** Every file of a run as text that any byte is a character of. */
function bytesOf(dir: string): readonly string[] {
  const paths = readdirSync(dir, { recursive: true }).map((name) => join(dir, String(name)));
  return paths.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, "latin1"));
}

test.run();
