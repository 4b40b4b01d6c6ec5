/**
 * A process that begins a run or goes on with one, and may kill itself at a write to the log: `killed-run.ts ORDER`, JSON. Every
 * model request, worker and question is a hit of a server, which answers with a word that it never said before; models call tools
 * that hit the same server. Tells how it ended in one line.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { loadPlan } from "../../compiler/diagnostics/load-plan.ts";
import { canonical } from "../../compiler/ir/json.ts";
import { startClock } from "../../runtime/3-task/clock.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import { goOn, record, type World, withWord } from "../support/recorded-runs.ts";
import { granted } from "../support/tool-calls.ts";
import type { KillAtWrite, Order } from "./killed-order.ts";

const order: Order = JSON.parse(process.argv[2] ?? "");
const { server, stateDir, traceId, settle } = order;
if (order.kill) killAt(order.kill);
const loaded = loadPlan(fs.readFileSync(order.plan, "utf8"), order.plan);
if (loaded.kind !== "ok") throw new Error(loaded.diagnostic.message);
const { plan } = loaded;
const inner = inlineExecutor({ env: {}, projectDir: stateDir, bundles: plan.texts, clock: startClock() });
const world: World = {
  executor: {
    run: async (task, signal) => {
      if (task.kind === "tool") return inner.run(task, signal);
      const word = await hit(task.path);
      const result = await inner.run(task, signal);
      if (task.kind !== "model" || result.kind !== "ok" || result.answer.kind !== "model") return result;
      return { ...result, answer: { ...withWord(task, result.answer, { word, more: effectsOf(word) }), model: word } };
    },
    close: inner.close,
  },
  asker: async ({ path }) => ({ kind: "answer", value: `yes ${await hit(path)}` }),
  done: [],
};
const of = { stateDir, traceId, world };
const grants = granted(stateDir, { net: { all: false, names: ["127.0.0.1"] } });
process.stdout.write("ready\n");
const result = order.begins ? await record(plan, of, { grants }) : await goOn(plan, of, { grants, settle: new Map(settle) });
process.stdout.write(`${JSON.stringify(result)}\n`);

async function hit(label: string): Promise<string> {
  const response = await fetch(`${server}/task/${encodeURIComponent(label)}`);
  return response.text();
}

/** One call that may be made again, and one that must not. */
function effectsOf(word: string) {
  const url = (name: string) => `${server}/effect/${encodeURIComponent(`${name} ${word}`)}`;
  return [
    { name: "tama_http_get", args: canonical({ url: url("get") }) },
    { name: "tama_http_post", args: canonical({ url: url("post"), body: "{}" }) },
  ];
}

/** Kills this process at one of its writes to a log: before, half way through, or after it. */
function killAt({ write: last, when }: KillAtWrite): void {
  const logs = new Set<number>();
  const { openSync, writeSync } = fs;
  let count = 0;
  const open: typeof openSync = (path, ...rest) => {
    const fd = openSync(path, ...rest);
    if (/\d{4}\.(wal|arrow)$/.test(String(path))) logs.add(fd);
    return fd;
  };
  const write = (fd: number, bytes: Uint8Array, from: number, length: number): number => {
    if (!logs.has(fd)) return writeSync(fd, bytes, from, length);
    count += 1;
    if (count === last && when === "before") die();
    const written = writeSync(fd, bytes, from, count === last && when === "within" ? length >> 1 : length);
    if (count === last) die();
    return written;
  };
  Object.assign(fs, { openSync: open, writeSync: write });
  syncBuiltinESMExports();
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}
