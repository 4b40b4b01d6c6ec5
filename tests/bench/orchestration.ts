/**
 * Whole runs of `tama exec`, tracing and all, against a script that makes the same calls with the bare `openai` package.
 * Both talk to a model server on loopback in a third process, which counts what it is asked. Times end with the last byte of output.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureNode, median, takeTurns } from "../support/measure.ts";
import { type ProjectFiles, writeProject } from "../support/projects.ts";

export const name = "orchestration";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** How many steps the chain has, which is an fsm that takes no more than fifty, and how many requests the loop with a tool makes. */
const chainLength = 48;

interface Setting {
  readonly dir: string;
  readonly server: ChildProcess;
  readonly port: number;
  readonly print: (line: string) => void;
}

/** Measures, and prints a line per figure. */
export async function run(print: (line: string) => void, { full }: { readonly full: boolean }): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "tama-bench-"));
  const server = fork(here("./bench-server.mjs"));
  try {
    const setting = { dir, server, port: await portOf(server), print };
    await buildAll(dir);
    await sameCalls(setting);
    await cold(setting);
    for (const width of full ? [10, 100, 1_000, 5_000] : [10, 100, 1_000]) await fanOut(setting, width);
    for (const width of [100, 1_000]) await threads(setting, width);
  } finally {
    server.kill();
    rmSync(dir, { recursive: true });
  }
}

/** Both ask equally often, in requests of about the same size: else nothing that follows could be compared. */
async function sameCalls(setting: Setting): Promise<void> {
  const asked = async (run: () => Promise<unknown>) => {
    await run();
    setting.server.send("asked");
    const [counts] = await once(setting.server, "message");
    return counts as { readonly requests: number; readonly bytes: number }; // what the server's script sends
  };
  const size = String(chainLength);
  const pairs = {
    "one call": [tamaChain(setting, "one"), bareRun(setting, ["chain", "1"])],
    chain: [tamaChain(setting, "chain"), bareRun(setting, ["chain", size])],
    "loop with a tool": [tamaChain(setting, "loop"), bareRun(setting, ["loop", size])],
  } as const;
  for (const [name, [ours, floor]] of Object.entries(pairs)) {
    const [we, they] = [await asked(ours), await asked(floor)];
    if (we.requests !== they.requests) throw new Error(`${name}: ${we.requests} requests against ${they.requests}`);
    setting.print(`${name}: ${we.requests} requests, ${(we.bytes / they.bytes).toFixed(2)} x the bytes of the bare script's`);
  }
}

/** A run of one call, and what each further step of a chain and of a loop with a tool adds to it. */
async function cold(setting: Setting): Promise<void> {
  const { print } = setting;
  const times = await takeTurns(9, {
    one: tamaChain(setting, "one"),
    bareOne: bareRun(setting, ["chain", "1"]),
    chain: tamaChain(setting, "chain"),
    bareChain: bareRun(setting, ["chain", String(chainLength)]),
    loop: tamaChain(setting, "loop"),
    bareLoop: bareRun(setting, ["loop", String(chainLength)]),
  });
  const ms = (key: keyof typeof times) => median(times[key].map(({ outputMs }) => outputMs));
  const exit = median(times.one.map(({ exitMs }) => exitMs));
  print(`one call, cold: ${ms("one").toFixed(0)} ms, ${ratio(ms("one"), ms("bareOne"))} (process end after ${exit.toFixed(0)} ms)`);
  const perStep = (total: number, first: number) => (total - first) / (chainLength - 1);
  const chain = [perStep(ms("chain"), ms("one")), perStep(ms("bareChain"), ms("bareOne"))] as const;
  const loop = [perStep(ms("loop"), ms("one")), perStep(ms("bareLoop"), ms("bareOne"))] as const;
  print(
    `chain, an fsm of ${chainLength}: ${ratio(ms("chain"), ms("bareChain"))}; per further step: ${chain[0].toFixed(2)} ms, ${ratio(...chain)} (target 1 ms)`,
  );
  print(
    `loop with a tool, ${chainLength} turns: ${ratio(ms("loop"), ms("bareLoop"))}; per further turn: ${loop[0].toFixed(2)} ms, ${ratio(...loop)} (target 1 ms)`,
  );
}

/** The same fan-out with one and with two threads for models. */
async function threads(setting: Setting, width: number): Promise<void> {
  const plan = join(setting.dir, "scatter", "plan.json");
  const run = (count: number) => () =>
    measureNode([here("./bench-threads.mjs"), plan, join(setting.dir, "state"), String(count), String(width)], address(setting.port, 50));
  const times = await takeTurns(5, { one: run(1), two: run(2) });
  const ms = (key: keyof typeof times) => median(times[key].map(({ outputMs }) => outputMs));
  setting.print(`fan-out of ${width}, threads for models: 1 in ${ms("one").toFixed(0)} ms, 2 in ${ms("two").toFixed(0)} ms`);
}

function tamaChain(setting: Setting, plan: string) {
  return () => tama(setting, { plan, input: plan === "loop" ? String(chainLength) : "x", delayMs: 0 });
}

function bareRun(setting: Setting, args: readonly string[]) {
  return () => bare(setting, { args, delayMs: 0 });
}

/** A list from a model, a call for each item, and one that joins: with calls of 50 ms. */
async function fanOut(setting: Setting, width: number): Promise<void> {
  const delayMs = 50;
  const times = await takeTurns(width >= 1_000 ? 3 : 5, {
    tama: () => tama(setting, { plan: "scatter", input: String(width), delayMs, concurrency: width }),
    bare: () => bare(setting, { args: ["scatter", String(width)], delayMs }),
  });
  const ms = (key: keyof typeof times) => median(times[key].map(({ outputMs }) => outputMs));
  const mb = (key: keyof typeof times) => median(times[key].map(({ peakMb }) => peakMb));
  const extra = (mb("tama") - 1.2 * mb("bare")).toFixed(0);
  setting.print(
    `fan-out of ${width}: ${ms("tama").toFixed(0)} ms, ${ratio(ms("tama"), ms("bare"))}; ${mb("tama").toFixed(0)} MB, 1.2 x ${mb("bare").toFixed(0)} MB and ${extra} MB more (target 60)`,
  );
}

function ratio(ours: number, floor: number): string {
  return `${(ours / floor).toFixed(2)} x the bare script (${floor.toFixed(floor < 10 ? 2 : 0)} ms)`;
}

function tama(
  { dir, port }: Setting,
  run: { readonly plan: string; readonly input: string; readonly delayMs: number; readonly concurrency?: number },
) {
  const project = join(dir, run.plan);
  const width = run.concurrency === undefined ? [] : ["--concurrency", String(run.concurrency)];
  const args = [here("../../dist/tama.js"), "-C", project, "exec", join(project, "plan.json"), "--quiet", "--input", run.input, ...width];
  return measureNode(args, address(port, run.delayMs));
}

function bare({ port }: Setting, { args, delayMs }: { readonly args: readonly string[]; readonly delayMs: number }) {
  return measureNode([here("./bare-openai.mjs"), ...args], address(port, delayMs));
}

function address(port: number, delayMs: number) {
  return { OPENAI_BASE_URL: `http://127.0.0.1:${port}/${delayMs}/v1`, OPENAI_API_KEY: "none" };
}

async function buildAll(dir: string): Promise<void> {
  for (const [name, project] of Object.entries(projects())) {
    const folder = join(dir, name);
    writeProject(folder, project);
    mkdirSync(join(folder, "skills", "notes"), { recursive: true });
    writeFileSync(join(folder, "skills", "notes", "SKILL.md"), notes);
    await measureNode([here("../../dist/tamac.js"), "build", folder, "-o", join(folder, "plan.json")]);
  }
}

const notes = "---\nname: notes\ndescription: Keeps notes.\ntools: [tama_mem_set]\n---\nUse tama_mem_set.\n";

function projects(): Record<string, ProjectFiles> {
  const leaf = { pattern: "oneshot", body: "You are a poet." };
  const names = Array.from({ length: chainLength }, (_, index) => `step-${index + 1}`);
  const states = Object.fromEntries(names.map((step, index) => [step, names[index + 1] ?? null]));
  const scatter = { pattern: "scatter", body: "List the parts.", fields: { worker: "leaf" }, steps: { reduce: "Join them." } };
  const loop = { pattern: "react", body: "Keep notes.", fields: { call: { uses: ["notes"] }, max_iter: chainLength + 1 } };
  return {
    one: { entry: "leaf", agents: { leaf } },
    loop: { entry: "keeper", agents: { keeper: loop } },
    chain: {
      entry: "line",
      agents: {
        line: { pattern: "fsm", body: "", fields: { initial: "step-1", states } },
        ...Object.fromEntries(names.map((step) => [step, leaf])),
      },
    },
    scatter: { entry: "spread", agents: { spread: scatter, leaf } },
  };
}

async function portOf(server: ChildProcess): Promise<number> {
  const [port] = await once(server, "message");
  return Number(port);
}
