// Runs a plan with a given number of threads for models, through the library: `bench-threads.mjs PLAN STATE THREADS INPUT`.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { exec, loadPlan, readClock, resolveModels, startClock, threadExecutor } from "../../dist/runtime.mjs";

const [file, stateDir, threads, task] = process.argv.slice(2);
const { plan } = loadPlan(readFileSync(file, "utf8"), file);
const { models, notes } = resolveModels(plan, { override: null, env: process.env });
const clock = startClock();
const warm = ["openai"];
const size = { ioThreads: Number(threads), cpuThreads: 1 };
const executor = threadExecutor({ env: { ...process.env }, projectDir: dirname(file), bundles: plan.texts, clock, warm, ...size });
const result = await exec({
  plan,
  entry: plan.entries.default,
  task,
  models,
  notes,
  stateDir,
  traceId: randomBytes(16).toString("hex"),
  executor,
  concurrency: Number(task),
  signal: new AbortController().signal,
  nowUs: readClock(clock),
  onEvent: () => {},
  onEnded: ({ settled }) => console.log(settled.kind),
});
if (result.kind !== "ended" || result.settled.kind !== "ok") throw new Error(JSON.stringify(result));
