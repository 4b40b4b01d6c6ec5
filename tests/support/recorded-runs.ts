/** Runs that are recorded in a folder, cut short, resumed and replayed, in this process, in a world that counts what it does. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonical, isObject, parseJson, toText } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { recordedModels } from "../../runtime/1-load/recorded-models.ts";
import { startClock } from "../../runtime/3-task/clock.ts";
import type { HostData } from "../../runtime/3-task/run-task.ts";
import type { ModelAnswer, ModelTask, RunModel, TaskResult, ThreadTask } from "../../runtime/3-task/task.ts";
import { cellsOf } from "../../runtime/4-trace/cells.ts";
import { columnNames, columns, placementKinds, type Row } from "../../runtime/4-trace/columns.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { runDir } from "../../runtime/4-trace/run-folder.ts";
import { walFile } from "../../runtime/4-trace/segments.ts";
import { cellsLine, checked, headerLines } from "../../runtime/4-trace/wal.ts";
import type { Asker } from "../../runtime/asker.ts";
import { type ExecOptions, type ExecResult, exec } from "../../runtime/exec.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import { readJournal } from "../../runtime/journal/journal.ts";
import { openRun, type ResumeOptions, type ResumeResult, resume } from "../../runtime/resume.ts";
import { simModel } from "./tasks.ts";

/** What does tasks and counts them; no two answers are alike. */
export interface World {
  readonly executor: Executor;
  readonly asker: Asker;
  /** The paths of what was done, in order. */
  readonly done: readonly string[];
}

/** What a model says, and whether a tool works: what the simulator says where this is null. */
export type Says = (task: ThreadTask) => TaskResult | null;

/** A world that the simulator answers, each time with another word in the answer, and that writes to memory where it may. */
export function countingWorld(plan: Plan, projectDir: string, says: Says = () => null): World {
  const data: HostData = { env: {}, projectDir, bundles: plan.texts, clock: startClock() };
  const inner = inlineExecutor(data);
  const done: string[] = [];
  const next = (path: string) => {
    done.push(path);
    return `<${nonce++}>`;
  };
  const run: Executor["run"] = async (task, signal) => {
    const word = next(task.path);
    const said = says(task);
    if (said) return said;
    const result = await inner.run(task, signal);
    return task.kind === "model" && result.kind === "ok" && result.answer.kind === "model"
      ? { ...result, answer: withWord(task, result.answer, { word, more: [] }) }
      : result;
  };
  return { executor: { run, close: inner.close }, asker: async ({ path }) => ({ kind: "answer", value: `yes ${next(path)}` }), done };
}

let nonce = 1;

/** What the simulator said, with a word of its own in it; where memory may be unlocked it is noted there, and `more` is called. */
export function withWord(
  task: ModelTask,
  answer: ModelAnswer,
  { word, more }: { readonly word: string; readonly more: ModelAnswer["calls"] },
): ModelAnswer {
  if (task.output !== null) return answer;
  const calls = answer.calls.map(({ name, args }) => ({ name, args: name === "finish" ? withWordIn(args, word) : args }));
  const isFirst = answer.calls.some(({ name }) => name === "start");
  const mayNote = isFirst && task.tools.some(({ name }) => name === "read_skill");
  return {
    ...answer,
    text: answer.text === "" ? "" : `${answer.text} ${word}`,
    calls: [...calls, ...(mayNote ? [...note(word), ...more] : [])],
  };
}

/** Unlocks memory, and appends to what the agents of the run note. */
function note(word: string): ModelAnswer["calls"] {
  return [
    { name: "read_skill", args: canonical({ name: "notes" }) },
    { name: "tama_mem_append", args: canonical({ key: "log", item: word }) },
  ];
}

function withWordIn(args: string, word: string): string {
  const parsed = parseJson(args);
  if (!isObject(parsed) || typeof parsed["value"] !== "string") return args;
  return canonical({ key: toText(String(parsed["key"])), value: `${parsed["value"]} ${word}` });
}

/** A failure of a task, as the world tells it. */
export function fails(code: "model" | "tool" | "code" | "cancelled", message = "no"): TaskResult {
  return { kind: "failed", code, message, details: { why: message }, startUs: 1, endUs: 2, thread: 0, attempts: [] };
}

/** A state folder for the time of `use`. */
export async function inFolder<T>(use: (stateDir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "tama-journal-"));
  try {
    return await use(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const common = (plan: Plan, stateDir: string, world: Pick<World, "executor" | "asker">) => ({
  stateDir,
  executor: world.executor,
  asker: world.asker,
  concurrency: 64,
  signal: new AbortController().signal,
  nowUs: () => Date.now() * 1000,
  onEvent: () => {},
  models: modelsOf(plan),
});

function modelsOf(plan: Plan): Readonly<Record<string, RunModel>> {
  return Object.fromEntries(Object.keys(plan.models).map((id) => [id, simModel]));
}

/** Runs a plan and records it. */
export function record(
  plan: Plan,
  to: { readonly stateDir: string; readonly traceId: string; readonly world: World },
  more: Partial<ExecOptions> = {},
): Promise<ExecResult> {
  const { stateDir, traceId, world } = to;
  const given = { plan, entry: plan.entries.default, task: "the task", notes: [], traceId };
  return exec({ ...common(plan, stateDir, world), ...given, ...more });
}

/** Repeats a run, under another id, in a world in which nothing can be done. */
export function replay(
  plan: Plan,
  of: { readonly stateDir: string; readonly traceId: string; readonly as: string },
  more: Partial<ExecOptions> = {},
): Promise<ExecResult> {
  const journal = readJournal(runDir(of.stateDir, of.traceId), of.traceId);
  if (!journal.started) throw new Error("the run never began");
  const { entry, task, notes } = journal.started;
  const options = { ...common(plan, of.stateDir, nothingWorks), plan, entry, task, notes, traceId: of.as };
  return exec({ ...options, models: recordedModels(journal.started).models, replay: { journal, from: null }, ...more });
}

/** Nothing can be done here. */
export const nothingWorks: World = {
  executor: { run: ({ path }) => Promise.reject(new Error(`${path} was done`)), close: async () => {} },
  asker: ({ path }) => Promise.reject(new Error(`${path} was asked`)),
  done: [],
};

/** Goes on with a run. */
export async function goOn(
  plan: Plan,
  of: { readonly stateDir: string; readonly traceId: string; readonly world: World },
  more: Partial<ResumeOptions> = {},
): Promise<ResumeResult> {
  const opened = openRun(of.stateDir, of.traceId);
  if (opened.kind === "failed") throw new Error(opened.diagnostic.message);
  return resume(opened.run, { ...common(plan, of.stateDir, of.world), plan, accept: false, settle: new Map(), ...more });
}

/** Rows of a run. */
export function rowsIn(stateDir: string, traceId: string): readonly Row[] {
  return [...readRun(runDir(stateDir, traceId))];
}

/** A log as a killed process leaves it that got as far as these rows. */
export function leave(stateDir: string, traceId: string, rows: readonly Row[]): void {
  const dir = runDir(stateDir, traceId);
  mkdirSync(dir, { recursive: true });
  const lines = rows.map((row) => cellsLine(cellsOf(row)));
  writeFileSync(walFile(dir, 1), [headerLines({ pid: 999_999_999, start: "gone" }), checked(lines.join(""))].join(""));
}

const compared = columnNames.filter((name) => ["identity", "content"].includes(columns[name].class));

/** What a replay must say alike: each row's columns of class identity and content, sorted; what tells of its own doings apart. */
export function contentOf(rows: readonly Row[]): readonly string[] {
  const counted = rows.filter(({ kind }) => !placementKinds.has(kind ?? ""));
  return counted.map((row) => JSON.stringify(Object.fromEntries(compared.map((name) => [name, row[name]])))).sort();
}
