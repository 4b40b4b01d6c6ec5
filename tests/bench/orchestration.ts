/**
 * Whole runs of `tama exec`, tracing and all, against a script that makes the same calls with the bare `openai` package.
 * Both talk to a model server on loopback in a third process. Times end with the last byte of output.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureNode, median, takeTurns } from "../support/measure.ts";
import { type ProjectFiles, writeProject } from "../support/projects.ts";

export const name = "orchestration";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** How many steps the chain has: an fsm takes no more than fifty. */
const chainLength = 48;

interface Setting {
  readonly dir: string;
  readonly port: number;
  readonly print: (line: string) => void;
}

/** Measures, and prints a line per figure. */
export async function run(print: (line: string) => void, { full }: { readonly full: boolean }): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), "tama-bench-"));
  const server = fork(here("./bench-server.mjs"));
  try {
    const setting = { dir, port: await portOf(server), print };
    await buildAll(dir);
    await cold(setting);
    for (const width of full ? [10, 100, 1_000, 5_000] : [10, 100, 1_000]) await fanOut(setting, width);
  } finally {
    server.kill();
    rmSync(dir, { recursive: true });
  }
}

/** A run of one call, and what each further step of a chain adds to it. */
async function cold(setting: Setting): Promise<void> {
  const { print } = setting;
  const times = await takeTurns(9, {
    one: () => tama(setting, { plan: "one", input: "x", delayMs: 0 }),
    bareOne: () => bare(setting, { args: ["chain", "1"], delayMs: 0 }),
    chain: () => tama(setting, { plan: "chain", input: "x", delayMs: 0 }),
    bareChain: () => bare(setting, { args: ["chain", String(chainLength)], delayMs: 0 }),
  });
  const ms = (key: keyof typeof times) => median(times[key].map(({ outputMs }) => outputMs));
  const exit = median(times.one.map(({ exitMs }) => exitMs));
  print(`one call, cold: ${ms("one").toFixed(0)} ms, ${ratio(ms("one"), ms("bareOne"))} (process end after ${exit.toFixed(0)} ms)`);
  const [step, bareStep] = [ms("chain") - ms("one"), ms("bareChain") - ms("bareOne")].map((total) => total / (chainLength - 1)) as [
    number,
    number,
  ];
  print(`chain, per further step: ${step.toFixed(2)} ms, ${ratio(step, bareStep)} (target 1 ms)`);
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
    await measureNode([here("../../dist/tamac.js"), "build", folder, "-o", join(folder, "plan.json")]);
  }
}

function projects(): Record<string, ProjectFiles> {
  const leaf = { pattern: "oneshot", body: "You are a poet." };
  const names = Array.from({ length: chainLength }, (_, index) => `step-${index + 1}`);
  const states = Object.fromEntries(names.map((step, index) => [step, names[index + 1] ?? null]));
  const scatter = { pattern: "scatter", body: "List the parts.", fields: { worker: "leaf" }, steps: { reduce: "Join them." } };
  return {
    one: { entry: "leaf", agents: { leaf } },
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
