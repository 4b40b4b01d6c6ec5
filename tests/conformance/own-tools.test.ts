/** How tools of a project's own run, on every executor, and what they are granted. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digestBytes } from "../../compiler/ir/digest.ts";
import type { JsonObject } from "../../compiler/ir/json.ts";
import type { Effect } from "../../compiler/ir/plan.ts";
import type { HostData } from "../../runtime/3-task/run-task.ts";
import type { OwnTool, PermittedTool, TaskResult } from "../../runtime/3-task/task.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import { threadExecutor } from "../../runtime/executors/threads.ts";
import { type Grants, noGrants } from "../../runtime/permissions/grants.ts";
import { judge } from "../../runtime/permissions/judge.ts";
import { hostData } from "../support/tasks.ts";
import { granted } from "../support/tool-calls.ts";

const never = new AbortController().signal;
const input = '{ kind: "object", fields: { n: { kind: "int" } }, optional: [] }';
const bundled = (run: string) =>
  `export default { name: "own", description: "d", input: ${input}, run: async ({ n }, context) => { ${run} } };`;
const sources = {
  double: bundled("return { twice: 2 * n };"),
  text: bundled('return "n is " + n;'),
  thrower: bundled('throw new RangeError("n is too small");'),
  odd: bundled("return [n, undefined];"),
  endless: bundled("await new Promise((resolve) => setTimeout(resolve, 1e6));"),
  spinning: bundled("for (;;);"),
  context: bundled("return { ...context, process: Object.keys(process.env).includes('GRANTED') };"),
  bare: 'export default { name: "bare", description: "d", run: () => "called" };',
  writer: bundled('return { file: "a/b", content: "n is " + n, answer: { n } };'),
  quiet: bundled('return { file: "a/b", content: "" };'),
  broken: "export default 1 +",
};

const executors: Readonly<Record<string, (data: HostData) => Executor>> = {
  inline: inlineExecutor,
  threads: (data) => threadExecutor({ ...data, ioThreads: 1, cpuThreads: 2, warm: [] }),
};

for (const [name, make] of Object.entries(executors)) {
  const test = suite<{ executor: Executor }>(`own tools: ${name}`);
  test.before((context) => {
    const bundles = Object.entries(sources).map(([, source]) => ({ digest: digestBytes(source), source }));
    context.executor = make({ ...hostData(bundles), env: { GRANTED: "a-granted-value", KEY: "a-secret-value" } });
  });
  test.after(({ executor }) => executor.close());
  const call = (executor: Executor, tool: keyof typeof sources, args: JsonObject, more: Partial<PermittedTool> = {}) =>
    executor.run({ ...taskOf(tool, args, { effects: ["code"] }, noGrants), ...more }, never);

  test("gives a model text as it is, and any other value as JSON", async ({ executor }) => {
    assert.is(told(await call(executor, "double", { n: 21 })), '{"twice":42}');
    assert.is(told(await call(executor, "text", { n: 1 })), "n is 1");
    assert.is(told(await call(executor, "bare", { any: "thing" })), "called");
  });

  test("tells a model of arguments that are not of the declared type, and does not make the call", async ({ executor }) => {
    assert.is(told(await call(executor, "thrower", { n: "one" })), "tool: the arguments of thrower are not of type {n: int}");
    assert.is(told(await call(executor, "thrower", {})), "tool: the arguments of thrower are not of type {n: int}");
  });

  test("tells a model what was thrown, and what JSON cannot hold", async ({ executor }) => {
    assert.is(told(await call(executor, "thrower", { n: 1 })), "tool: thrower failed: n is too small");
    assert.is(told(await call(executor, "odd", { n: 1 })), "tool: odd returned undefined at /1, which JSON cannot hold");
    assert.match(told(await call(executor, "broken", { n: 1 })), /^tool: broken cannot be loaded: SyntaxError/);
  });

  test("takes from one that is undone the file that is to be written, and tells where it returns none", async ({ executor }) => {
    const own = (tool: keyof typeof sources) => ({ own: ownOf(tool, { effects: ["code", "write"], writes: true }) });
    const file = async (tool: keyof typeof sources) => {
      const result = await call(executor, tool, { n: 1 }, own(tool));
      return result.kind === "ok" ? result.answer : result.message;
    };
    assert.equal(await file("writer"), { kind: "file", file: "a/b", content: "n is 1", text: '{"n":1}' });
    assert.equal(await file("quiet"), { kind: "file", file: "a/b", content: "", text: "written" });
    assert.match(String(await file("text")), /^text is undone, and so returns \{file, content\}/);
  });

  test("stops one that takes too long, which its model is told", async ({ executor }) => {
    const late = await call(executor, "endless", { n: 1 }, { timeoutMs: 20 });
    assert.is(told(late), "tool: tool endless took longer than 20 ms and was stopped");
    assert.is(told(await call(executor, "text", { n: 2 })), "n is 2");
  });

  test("gives the granted variables to one that sends, and takes secrets out of what it answers", async ({ executor }) => {
    const grants = granted("/project", { net: { all: true, names: [] }, env: { all: false, names: ["GRANTED"] } }, ["GRANTED", "KEY"]);
    const task = taskOf("context", { n: 1 }, { effects: ["code", "net"] }, grants);
    const answer = told(await executor.run({ ...task, secrets: ["KEY"] }, never));
    assert.match(answer, '"env":{"GRANTED":"a-granted-value"}');
    assert.match(answer, '"process":false');
    const hidden = told(await executor.run({ ...task, secrets: ["GRANTED"] }, never));
    assert.match(hidden, '"env":{"GRANTED":"[redacted GRANTED]"}');
    const computing = taskOf("context", { n: 1 }, { effects: ["code"] }, grants);
    assert.match(told(await executor.run(computing, never)), '"env":{}');
  });

  test.run();
}

const threads = suite("own tools: threads alone");

threads("one that never yields is stopped, and the next call gets a new thread", async () => {
  const bundles = [sources.spinning, sources.text].map((source) => ({ digest: digestBytes(source), source }));
  const executor = threadExecutor({ ...hostData(bundles), ioThreads: 1, cpuThreads: 1, warm: [] });
  const task = taskOf("spinning", { n: 1 }, { effects: ["code"] }, noGrants);
  assert.match(told(await executor.run({ ...task, timeoutMs: 20 }, never)), "took longer than 20 ms");
  assert.is(told(await executor.run(taskOf("text", { n: 3 }, { effects: ["code"] }, noGrants), never)), "n is 3");
  await executor.close();
});

threads.run();

const grants = suite("own tools: grants");
const verdict = (effects: readonly Effect[], given: Grants) => {
  const judged = judge(given, { tool: "own", args: { url: "http://127.0.0.1/", path: "../x" }, own: ownOf("text", { effects }) });
  return judged.kind === "ok" ? "ok" : judged.message;
};

grants("each declared effect needs its grant, whatever the arguments look like", () => {
  assert.is(verdict(["code", "read"], noGrants), "ok");
  assert.match(verdict(["code", "net"], noGrants), "--allow-net");
  assert.match(verdict(["code", "write"], noGrants), "--allow-write");
  assert.match(verdict(["code", "exec"], noGrants), "--allow-exec");
  assert.is(verdict(["code", "net"], granted("/project", { net: { all: false, names: ["example.com"] } })), "ok");
  assert.is(verdict(["code", "write"], granted("/project", { write: { all: true, names: [] } })), "ok");
  assert.is(verdict(["code", "exec", "net", "write"], granted("/project", { exec: true })), "ok");
});

grants.run();

function ownOf(tool: keyof typeof sources, more: Partial<OwnTool>): OwnTool {
  return { bundle: digestBytes(sources[tool]), effects: [], timeoutMs: 30_000, writes: false, ...more };
}

function taskOf(tool: keyof typeof sources, args: JsonObject, more: Partial<OwnTool>, given: Grants): PermittedTool {
  const own = ownOf(tool, more);
  const judged = judge(given, { tool, args, own });
  if (judged.kind === "refused") throw new Error(judged.message);
  const { permit } = judged;
  return { kind: "tool", path: "main@1/react:1.1", tool, args, own, permit, secrets: [], timeoutMs: own.timeoutMs };
}

/** What a model is told. */
function told(result: TaskResult): string {
  if (result.kind === "failed") return `${result.code}: ${result.message}`;
  return result.answer.kind === "tool" ? result.answer.text : "";
}
