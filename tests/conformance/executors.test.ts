/** What every executor does alike. `T` and `W` are the invariants of runtime/executors. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { HostData } from "../../runtime/3-task/run-task.ts";
import type { Delta, TaskResult, ThreadTask } from "../../runtime/3-task/task.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import { threadExecutor } from "../../runtime/executors/threads.ts";
import { noGrants } from "../../runtime/permissions/grants.ts";
import { sharedExecutor } from "../../runtime/start-task.ts";
import { meeting, startModelServer } from "../support/model-server.ts";
import { askTask, bundleOf, codeTask, hostData, serverModel, simModel } from "../support/tasks.ts";
import { permittedTask } from "../support/tool-calls.ts";

const never = new AbortController().signal;
const upper = bundleOf("return input.toUpperCase();");
const routed = bundleOf('return { key: input, value: memory.notes ?? "none" };', 'keys: ["Approve", "revise"],');
const thrower = bundleOf('throw new TypeError("no such thing");');
const odd = bundleOf("return { items: [1, NaN] };");
const endless = bundleOf("await new Promise((resolve) => setTimeout(resolve, 1e6));");
const greedy = bundleOf("input.push(1); return input.length;");
const spinning = bundleOf("for (;;);");
const exiting = bundleOf("process.exit(3);");
const envReader = bundleOf("return Object.keys(process.env);");
const broken = { digest: "sha256:broken", source: "export default 1 +" };
const all = [upper, routed, thrower, odd, endless, greedy, spinning, exiting, envReader, broken];

const executors: Readonly<Record<string, (data: HostData) => Executor>> = {
  inline: inlineExecutor,
  threads: (data) => threadExecutor({ ...data, ioThreads: 1, cpuThreads: 2, warm: [] }),
};

for (const [name, make] of Object.entries(executors)) {
  const test = suite<{ executor: Executor }>(`${name} executor`);
  test.before((context) => {
    context.executor = make(hostData(all));
  });
  test.after(({ executor }) => executor.close());

  test("answers a model task with its times", async ({ executor }) => {
    const before = Date.now() * 1_000 - 1_000_000;
    const result = await executor.run(askTask(simModel), never);
    assert.is(result.kind, "ok");
    assert.ok(
      result.kind === "ok" && result.answer.kind === "model" && result.answer.text.startsWith("[sim] poet/oneshot: Write of roses."),
    );
    assert.ok(result.startUs > before && result.endUs >= result.startUs);
  });

  test("tells who watches what of an answer is there before it ends", async ({ executor }) => {
    const stop = new AbortController();
    const task = askTask({ ...simModel, name: "fault=hang,rate=1" });
    let heard = "";
    const onDelta = (delta: Delta) => {
      if (delta.kind === "text") heard += delta.text;
      if (heard.startsWith("[sim] poet/oneshot: Write of roses.")) stop.abort();
    };
    const result = await executor.run(task, stop.signal, { onDelta });
    assert.is(codeOf(result), "cancelled");
  });

  test("runs a tool that belongs on a thread, and refuses others", async ({ executor }) => {
    const ok = await executor.run(permittedTask("tama_files_read", { path: "package.json" }, noGrants), never);
    assert.ok(ok.kind === "ok" && ok.answer.kind === "tool" && ok.answer.text.includes('"name": "tama"'));
    const missing = await executor.run(permittedTask("tama_files_read", { path: "no-such" }, noGrants), never);
    assert.is(codeOf(missing), "tool");
    assert.is(codeOf(await executor.run(permittedTask("toString", {}, noGrants), never)), "unsupported");
  });

  test("runs worker code: a plain result is under `done`", async ({ executor }) => {
    assert.equal(outcomeOf(await executor.run(codeTask(upper.digest, "abc"), never)), { key: "done", value: "ABC" });
  });

  test("gives the declared spelling of a key, and memory to who reads it", async ({ executor }) => {
    const task = codeTask(routed.digest, "approve", { memory: { notes: [1] } });
    assert.equal(outcomeOf(await executor.run(task, never)), { key: "Approve", value: [1] });
    const wrong = await executor.run(codeTask(routed.digest, "publish"), never);
    assert.is(codeOf(wrong), "code");
    assert.match(messageOf(wrong), /the key "publish"; it declares the keys Approve, revise/);
  });

  test("says what a worker threw, with its own frames alone", async ({ executor }) => {
    const result = await executor.run(codeTask(thrower.digest, ""), never);
    assert.is(codeOf(result), "code");
    assert.match(messageOf(result), /worker counter threw: TypeError: no such thing\n {2}at .*worker:1:/);
    assert.not.match(messageOf(result), /base64|node:|runtime\//);
  });

  test("refuses what is no JSON, and says where", async ({ executor }) => {
    assert.match(messageOf(await executor.run(codeTask(odd.digest, ""), never)), /NaN at \/items\/1/);
  });

  test("says why a bundle cannot be loaded", async ({ executor }) => {
    assert.match(messageOf(await executor.run(codeTask(broken.digest, ""), never)), /cannot be loaded: SyntaxError/);
    assert.match(messageOf(await executor.run(codeTask("sha256:none", ""), never)), /not part of the plan/);
  });

  test("lets no worker change what others hold", async ({ executor }) => {
    const input = [1, 2];
    assert.equal(outcomeOf(await executor.run(codeTask(greedy.digest, input), never)), { key: "done", value: 3 });
    assert.equal(input, [1, 2]);
  });

  test("stops worker code that takes too long", async ({ executor }) => {
    const result = await executor.run(codeTask(endless.digest, "", { timeoutMs: 20 }), never);
    assert.is(codeOf(result), "code");
    assert.match(messageOf(result), /longer than 20 ms/);
    assert.equal(outcomeOf(await executor.run(codeTask(upper.digest, "x"), never)), { key: "done", value: "X" });
  });

  test("ends a task as cancelled when its signal comes, before or while it runs", async ({ executor }) => {
    const before = await executor.run(codeTask(upper.digest, "x"), AbortSignal.abort());
    assert.is(codeOf(before), "cancelled");
    const controller = new AbortController();
    const running = executor.run(codeTask(endless.digest, ""), controller.signal);
    setImmediate(() => controller.abort());
    assert.is(codeOf(await running), "cancelled");
  });

  test("cancels one model request and leaves the others", async ({ executor }) => {
    const release = deferred();
    const server = await startModelServer(async ({ user }) => {
      if (user === "stay") await release.promise;
      return user === "stay" ? "stayed" : { hang: true };
    });
    const controller = new AbortController();
    const ask = (text: string, signal: AbortSignal) =>
      executor.run(askTask(serverModel(server.url), { messages: [{ role: "user", parts: [{ kind: "text", text }] }] }), signal);
    const [going, staying] = [ask("go", controller.signal), ask("stay", never)];
    await server.waitForHits(2);
    controller.abort();
    const gone = await going;
    assert.is(codeOf(gone), "cancelled");
    assert.is(gone.attempts.length, 1);
    release.resolve(undefined);
    const stayed = await staying;
    assert.ok(stayed.kind === "ok" && stayed.answer.kind === "model" && stayed.answer.text === "stayed");
    await server.close();
  });

  test("runs many model requests at once", async ({ executor }) => {
    const together = meeting(50);
    const server = await startModelServer(() => together().then(() => "hi"));
    const tasks = Array.from({ length: 50 }, () => executor.run(askTask(serverModel(server.url)), new AbortController().signal));
    const results = await Promise.all(tasks);
    assert.ok(results.every(({ kind }) => kind === "ok"));
    assert.equal([server.hits(), server.maxInFlight()], [50, 50]);
    await server.close();
  });

  test("ends what runs as cancelled when it closes", async () => {
    const executor = make(hostData(all));
    const running: Promise<TaskResult> = executor.run(codeTask(endless.digest, ""), never);
    setImmediate(() => executor.close());
    assert.is(codeOf(await running), "cancelled");
    assert.is(codeOf(await executor.run(askTask(simModel), never)), "cancelled");
  });

  test.run();
}

const threads = suite<{ executor: Executor }>("threads");
threads.before((context) => {
  context.executor = threadExecutor({ ...hostData(all), ioThreads: 1, cpuThreads: 2, warm: [] });
});
threads.after(({ executor }) => executor.close());

threads("T3: code that never yields is stopped, by time and by signal", async ({ executor }) => {
  const late = await executor.run(codeTask(spinning.digest, "", { timeoutMs: 20 }), never);
  assert.match(messageOf(late), /longer than 20 ms/);
  const controller = new AbortController();
  const running = executor.run(codeTask(spinning.digest, ""), controller.signal);
  setTimeout(() => controller.abort(), 5);
  assert.is(codeOf(await running), "cancelled");
});

threads("T2: a thread that dies fails its task alone", async ({ executor }) => {
  const tasks: readonly ThreadTask[] = [codeTask(exiting.digest, ""), codeTask(upper.digest, "a"), askTask(simModel)];
  const [dead, ...others] = await Promise.all(tasks.map((task) => executor.run(task, never)));
  assert.is(dead && codeOf(dead), "worker-died");
  assert.ok(others.every(({ kind }) => kind === "ok"));
  assert.is((await executor.run(codeTask(upper.digest, "b"), never)).kind, "ok");
});

threads("a worker's task waits for its turn until its thread begins with it", async () => {
  const executor = threadExecutor({ ...hostData(all), ioThreads: 1, cpuThreads: 1, warm: [] });
  const told: string[] = [];
  const run = async (name: string, task: ThreadTask) => {
    await executor.run(task, never, { onQueued: () => told.push(`${name} waits`), onBegun: () => told.push(`${name} begins`) });
    told.push(`${name} ends`);
  };
  await Promise.all([
    run("a", codeTask(spinning.digest, "", { timeoutMs: 20 })),
    run("b", codeTask(spinning.digest, "", { timeoutMs: 20 })),
  ]);
  assert.equal(told, ["a waits", "b waits", "a begins", "a ends", "b begins", "b ends"]);
  await executor.close();
});

threads("a request waits for its turn where no more may be under way", async ({ executor }) => {
  const shared = sharedExecutor(executor, 1);
  const told: string[] = [];
  const run = (name: string) =>
    shared.run(askTask(simModel), never, { onQueued: () => told.push(`${name} waits`), onBegun: () => told.push(`${name} begins`) });
  await Promise.all([run("a"), run("b")]);
  assert.equal(told, ["b waits", "b begins"]);
});

threads("worker code sees no environment, so no key", async ({ executor }) => {
  assert.equal(outcomeOf(await executor.run(codeTask(envReader.digest, ""), never)), { key: "done", value: [] });
});

threads("T6: a cancel that comes while the thread is still starting is not lost", async () => {
  const server = await startModelServer(() => ({ hang: true }));
  const executor = threadExecutor({ ...hostData(all), ioThreads: 1, cpuThreads: 1, warm: [] });
  const controller = new AbortController();
  const running = executor.run(askTask(serverModel(server.url)), controller.signal);
  setTimeout(() => controller.abort(), 3);
  assert.is(codeOf(await running), "cancelled");
  await executor.close();
  await server.close();
});

threads("T8: what worker code prints is labelled and kept out of stdout", async () => {
  const { execFileSync } = await import("node:child_process");
  const dir = mkdtempSync(join(tmpdir(), "tama-print-"));
  const program = join(dir, "program.ts");
  const root = process.cwd();
  writeFileSync(
    program,
    `import { threadExecutor } from "${root}/runtime/executors/threads.ts";
     import { bundleOf, codeTask, hostData } from "${root}/tests/support/tasks.ts";
     const printer = bundleOf('console.log("one\\\\ntwo"); process.stdout.write("three"); return 1;');
     const executor = threadExecutor({ ...hostData([printer]), ioThreads: 1, cpuThreads: 1, warm: [] });
     executor.run(codeTask(printer.digest, ""), new AbortController().signal).then(() => executor.close());`,
  );
  const output = execFileSync("/bin/sh", ["-c", `node --import tsx ${program} 2>${dir}/err; echo "[$?]"; cat ${dir}/err`], {
    encoding: "utf8",
  });
  assert.is(output, "[0]\n[counter] one\n[counter] two\n[counter] three\n");
  rmSync(dir, { recursive: true });
});

threads.run();

function deferred() {
  let resolve: (value: unknown) => void = () => {};
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function codeOf(result: TaskResult): string {
  return result.kind === "failed" ? result.code : "ok";
}

function messageOf(result: TaskResult): string {
  return result.kind === "failed" ? result.message : "";
}

function outcomeOf(result: TaskResult): unknown {
  if (result.kind !== "ok" || result.answer.kind !== "code") return result;
  return { key: result.answer.key, value: result.answer.value };
}
