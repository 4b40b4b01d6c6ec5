/** What tracing costs a run: the same runs with a log and with none, taking turns, in one process and with models that answer at once. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveModels } from "../../runtime/1-load/models.ts";
import { readClock, startClock } from "../../runtime/3-task/clock.ts";
import { openLog } from "../../runtime/4-trace/log.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { createRecorder, type Recorder } from "../../runtime/4-trace/recorder.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import { runLoop } from "../../runtime/run-loop.ts";
import { blobsDir, fileBlobs } from "../../runtime/session/blobs.ts";
import { median, takeTurns } from "../support/measure.ts";
import { agent, planOf } from "../support/plan-of.ts";

/** What this measures. */
export const name = "tracing";

const workers = 200;
const names = Array.from({ length: workers }, (_, index) => `worker-${index}`);
const plan = planOf({
  ...agent("main", `pattern: parallel\nworkers: [${names.join(", ")}]`),
  ...Object.assign({}, ...names.map((worker) => agent(worker, "pattern: react", `You are ${worker}. ${"Be careful. ".repeat(40)}`))),
});

/** Measures, and prints a line per figure. */
export async function run(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tama-bench-"));
  try {
    let count = 0;
    const traced = () => {
      count += 1;
      return timed(folder, (dir, nowUs) => logged(dir, nowUs), count);
    };
    const plain = () => timed(folder, () => silent, 0);
    const times = await takeTurns(15, { traced, plain });
    const [on, off] = [median(times.traced.map(({ ms }) => ms)), median(times.plain.map(({ ms }) => ms))];
    const rows = [...readRun(join(folder, "1"))].length;
    const perRow = ((on - off) * 1000) / rows;
    print(
      `a run of ${workers} agents, ${rows} rows: ${on.toFixed(1)} ms traced, ${off.toFixed(1)} ms not, ratio ${(on / off).toFixed(2)} (${perRow.toFixed(1)} us per row)`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type MakeRecorder = (dir: string, nowUs: () => number) => Recorder;

async function timed(folder: string, make: MakeRecorder, count: number): Promise<{ readonly ms: number }> {
  const dir = join(folder, String(count));
  const clock = startClock();
  const nowUs = readClock(clock);
  const resolved = resolveModels(plan, { override: "sim", env: {} });
  if (resolved.kind === "failed") throw new Error("the simulator needs nothing");
  const started = performance.now();
  const recorder = make(dir, nowUs);
  const settled = await runLoop({
    plan,
    entry: "main",
    task: "the task",
    models: resolved.models,
    recorder,
    executor: inlineExecutor({ env: {}, projectDir: folder, bundles: plan.texts, clock }),
    blobs: fileBlobs(blobsDir(dir)),
    concurrency: 64,
    nowUs,
    signal: new AbortController().signal,
    onEvent: () => {},
  });
  recorder.close();
  if (settled.kind === "failed") throw new Error(settled.failure.message);
  return { ms: performance.now() - started };
}

function logged(dir: string, nowUs: () => number): Recorder {
  const traceId = "c".repeat(32);
  const opened = openLog(dir, traceId);
  if (opened.kind === "failed") throw new Error(opened.diagnostic.message);
  return createRecorder({ log: opened.log, traceId, nowUs, texts: "full" });
}

/** Records nothing. */
const silent: Recorder = {
  event: () => {},
  text: () => "",
  messages: () => null,
  together: (work) => work(),
  flush: () => {},
  close: () => {},
};
