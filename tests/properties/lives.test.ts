/**
 * The law of lives: a run of any project that is killed, stopped by limits, left waiting and resumed, again and again, ends as one that
 * nothing befell. `TAMA_LIVES=1000 node --import tsx tests/properties/lives.test.ts` tries more of them.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digest, shortDigest } from "../../compiler/ir/digest.ts";
import { noLimits, type Plan } from "../../compiler/ir/plan.ts";
import { startClock } from "../../runtime/3-task/clock.ts";
import type { RunModel, TaskResult, ThreadTask } from "../../runtime/3-task/task.ts";
import type { Row } from "../../runtime/4-trace/columns.ts";
import { runDir } from "../../runtime/4-trace/run-folder.ts";
import type { ExecResult } from "../../runtime/exec.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { inlineExecutor } from "../../runtime/executors/inline.ts";
import type { ResumeResult } from "../../runtime/resume.ts";
import { generator } from "../support/random-plan.ts";
import { type RandomProject, randomProject } from "../support/random-project.ts";
import { contentOf, fails, goOn, inFolder, leave, record, replay, rowsIn, type World, withWord } from "../support/recorded-runs.ts";
import { simModel } from "../support/tasks.ts";
import { granted } from "../support/tool-calls.ts";

const test = suite("lives of runs");
const [whole, torn, copy] = ["a".repeat(32), "b".repeat(32), "c".repeat(32)];
/** To shrink a life takes minutes: a failed one is told as it is. */
const runs = { numRuns: Number(process.env["TAMA_LIVES"] ?? 25), endOnFailure: true, includeErrorInReport: true };

/** What befalls a process: answers come in an order by a seed; it is killed after a part of its rows; it may make so many calls more; so many people are there. */
interface Process {
  readonly order: number;
  readonly killedAt: number | null;
  readonly calls: number | null;
  readonly people: number;
}

/** How the world is: what models decide, and how often something fails, of 100. */
interface Nature {
  readonly seed: number;
  readonly failures: number;
  readonly model: string;
}

const processes = fc.array(
  fc.record({
    order: fc.nat(),
    killedAt: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 3 }),
    calls: fc.option(fc.nat(6), { freq: 2 }),
    people: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 1, maxLength: 5 },
);

const natures = fc.record({
  seed: fc.nat(),
  failures: fc.constantFrom(0, 3, 10, 25),
  model: fc.constantFrom("", ",sloppy=all,rate=0.2", ",fault=5xx,rate=0.3", ",fault=malformed,rate=0.1", ",fault=never-finishes,rate=0.1"),
});

const projects = (onError: RandomProject["onError"]) =>
  fc.record({ seed: fc.nat(), inner: fc.integer({ min: 1, max: 5 }), onError: fc.constant(onError), waits: fc.boolean() });

const calm: Process = { order: 0, killedAt: null, calls: null, people: 2 };

test("whatever befalls a run, it ends as it would have, does nothing twice that is recorded, and is repeated by its record", () =>
  fc.assert(
    fc.asyncProperty(projects("collect"), natures, processes, (project, nature, befalls) =>
      inFolder(async (stateDir) => {
        const plan = randomProject(project);
        const expected = await live(plan, { stateDir, traceId: whole, nature }, [calm]);
        const ended = await live(plan, { stateDir, traceId: torn, nature }, [...befalls, calm]);
        assert.equal(ended, expected, `${JSON.stringify(ended)}\nand not\n${JSON.stringify(expected)}`);
        assert.equal(beyond(toldIn(stateDir, whole), toldIn(stateDir, torn)), [], "lost");
        await isRepeated(plan, { stateDir, traceId: torn, nature }, ended);
      }),
    ),
    runs,
  ));

test("where the first of several failures decides, whatever befalls a run, it does nothing twice that is recorded, and is repeated", () =>
  fc.assert(
    fc.asyncProperty(projects("any"), natures, processes, (project, nature, befalls) =>
      inFolder(async (stateDir) => {
        const plan = randomProject(project);
        const ended = await live(plan, { stateDir, traceId: torn, nature }, [...befalls, calm]);
        await isRepeated(plan, { stateDir, traceId: torn, nature }, ended);
      }),
    ),
    runs,
  ));

test.run();

interface Place {
  readonly stateDir: string;
  readonly traceId: string;
  readonly nature: Nature;
}

/** What a process leaves to the next one: the log, and what a person says of calls that may have happened. */
interface Left {
  readonly rows: readonly Row[];
  readonly settle: ReadonlyMap<string, "redo">;
}

/** Lives through all processes, and through one more where the last one has to ask a person. */
async function live(plan: Plan, place: Place, processes: readonly Process[]): Promise<ExecResult | ResumeResult> {
  let left: Left = { rows: [], settle: new Map() };
  for (const [index, process] of [...processes, calm].entries()) {
    const result = await work(plan, { place, process, left });
    const rows = rowsIn(place.stateDir, place.traceId);
    if (index >= processes.length - 1 && result.kind !== "uncertain") return result;
    const kept = process.killedAt === null ? rows : killed(place, rows, process.killedAt);
    const begun = new Set(kept.flatMap(({ kind, path }) => (kind === "intent" ? [path] : [])));
    const uncertain = result.kind === "uncertain" ? result.calls.filter(({ path }) => begun.has(path)) : [];
    left = { rows: kept, settle: new Map(uncertain.map(({ path }) => [path, "redo"])) };
  }
  throw new Error("the run does not get on");
}

/** One process. What it did is held to what was recorded before it. */
async function work(
  plan: Plan,
  { place, process, left }: { readonly place: Place; readonly process: Process; readonly left: Left },
): Promise<ExecResult | ResumeResult> {
  const { stateDir, traceId, nature } = place;
  const world = worldOf(plan, stateDir, nature, process);
  const calls = process.calls === null ? null : made(left.rows) + process.calls;
  const options = {
    models: modelsOf(plan, nature),
    grants: granted(stateDir, { net: { all: true, names: [] } }),
    concurrency: 1 + (process.order % 7),
    overrides: { run: { ...noLimits, calls }, agents: {} },
  };
  const of = { stateDir, traceId, world };
  const result = await (left.rows.length === 0 ? record(plan, of, options) : goOn(plan, of, { ...options, settle: left.settle }));
  const rows = rowsIn(stateDir, traceId);
  held({ kept: left.rows, rows, done: world.done });
  if (calls !== null) assert.ok(made(rows) <= calls, `${made(rows)} calls, at most ${calls}`);
  return result;
}

/** Nothing that ended well before was done again, nothing twice, and what was recorded stays. */
function held({
  kept,
  rows,
  done,
}: {
  readonly kept: readonly Row[];
  readonly rows: readonly Row[];
  readonly done: readonly string[];
}): void {
  const [before, after] = [kept, rows].map((all) => new Map(all.filter(isKept).map((row) => [row.path ?? "", row])));
  for (const path of done) assert.not(before?.has(path), `${path} was recorded, and done again`);
  assert.is(new Set(done).size, done.length, "one process did something twice");
  for (const [path, row] of before ?? []) assert.equal(after?.get(path), row, path);
  const once = rows.filter((row) => isKept(row) || row.kind === "state_set").map(({ kind, path, overlay }) => `${kind} ${path} ${overlay}`);
  assert.is(new Set(once).size, once.length, "a row is told twice");
}

/** Whether a row tells of a task that ended well. */
function isKept({ kind, status }: Row): boolean {
  return status === "ok" && ["llm_call", "tool_call", "code_call", "wait_answer"].includes(kind ?? "");
}

/** How many model requests were made. */
function made(rows: readonly Row[]): number {
  return rows.filter(({ kind }) => kind === "llm_call").length;
}

/** Leaves what a process left that was killed after a part of these rows. */
function killed({ stateDir, traceId }: Place, rows: readonly Row[], part: number): readonly Row[] {
  const begun = rows.findIndex(({ kind }) => kind === "run_started") + 1;
  const dir = runDir(stateDir, traceId);
  for (const name of readdirSync(dir).filter((each) => /^\d+\./.test(each))) rmSync(join(dir, name));
  leave(stateDir, traceId, rows.slice(0, begun + Math.floor(part * (rows.length - begun))));
  return rowsIn(stateDir, traceId);
}

/** A replay ends alike, and tells what the run told of what went well, and nothing else. */
async function isRepeated(plan: Plan, { stateDir, traceId }: Place, ended: ExecResult | ResumeResult): Promise<void> {
  assert.equal(await replay(plan, { stateDir, traceId, as: copy }), ended);
  const [told, repeated] = [toldIn(stateDir, traceId), toldIn(stateDir, copy)];
  assert.equal(beyond(repeated, told), [], "made up by a replay");
  const lost = beyond(told, repeated).filter((row) => row.includes('"status":"ok"'));
  assert.equal(lost, [], "lost by a replay");
}

/** What tells of a life, not of the run. */
const ofLives: ReadonlySet<string> = new Set(["run_started", "run_ended", "text", "message", "decision", "wait_asked", "rollback"]);

function toldIn(stateDir: string, traceId: string): readonly string[] {
  return contentOf(rowsIn(stateDir, traceId).filter(({ kind }) => !ofLives.has(kind ?? "")));
}

/** What is told in one and not in another. */
function beyond(rows: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return rows.filter((row) => !known.has(row));
}

function modelsOf(plan: Plan, { seed, model }: Nature): Readonly<Record<string, RunModel>> {
  const name = `policy=random,seed=${seed},items=2${model}`;
  return Object.fromEntries(Object.keys(plan.models).map((id) => [id, { ...simModel, name }]));
}

/** A world in which what comes of a task depends on all that it sees, and answers come in an order by a seed. */
function worldOf(plan: Plan, projectDir: string, nature: Nature, { order, people }: Process): World {
  const inner = inlineExecutor({ env: {}, projectDir, bundles: plan.texts, clock: startClock() });
  const random = generator(order);
  const done: string[] = [];
  const run: Executor["run"] = async (task, signal) => {
    done.push(task.path);
    const answered = await answerTo(inner, nature, task, signal);
    for (let turns = random(5); turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve));
    return signal.aborted ? fails("cancelled") : answered;
  };
  return {
    executor: { run, close: inner.close },
    asker: async ({ path, question }) => {
      if (number(path, order) % 2 >= people) return { kind: "nobody" };
      done.push(path);
      return { kind: "answer", value: `yes, ${hash(path, question)}` };
    },
    done,
  };
}

async function answerTo(inner: Executor, { seed, failures }: Nature, task: ThreadTask, signal: AbortSignal): Promise<TaskResult> {
  if (number(seed, task.path) % 100 < failures) return fails(task.kind);
  if (task.kind === "tool")
    return {
      kind: "ok",
      answer: { kind: "tool", text: `got ${hash(task.path, task.args)}` },
      startUs: 1,
      endUs: 2,
      thread: 0,
      attempts: [],
    };
  const result = await inner.run(task, signal);
  if (task.kind !== "model" || result.kind !== "ok" || result.answer.kind !== "model") return result;
  const word = `<${hash(task.path, JSON.stringify(task.messages))}>`;
  const post = { name: "tama_http_post", args: JSON.stringify({ url: `https://example.com/${word}`, body: word }) };
  return { ...result, answer: withWord(task, result.answer, { word, more: [post] }) };
}

const hash = (...parts: Parameters<typeof digest>[0][]) => shortDigest(digest(parts), 8);
const number = (...parts: Parameters<typeof digest>[0][]) => Number.parseInt(hash(...parts), 16);
