import { closeSync, openSync, writeSync } from "node:fs";
import { runUnknownEntry } from "../../../compiler/diagnostics/codes.generated.ts";
import { type ExitCode, exitCodes } from "../../../compiler/ir/exit-codes.ts";
import type { Json } from "../../../compiler/ir/json.ts";
import type { Plan } from "../../../compiler/ir/plan.ts";
import { any } from "../../../compiler/ir/types.ts";
import { notAsPlanned } from "../../1-load/locked.ts";
import { resolveModels } from "../../1-load/models.ts";
import { readInput } from "../../1-load/read-text.ts";
import { loadRuns } from "../../5-store/store.ts";
import type { ExecOptions } from "../../exec.ts";
import type { Allowance } from "../../permissions/allowance.ts";
import { sharedExecutor } from "../../start-task.ts";
import type { ExecFlags, Host } from "../exec.ts";
import { failureLine } from "../failure-line.ts";
import { type Io, tell } from "../io.ts";
import { announce, refuse } from "../report-run.ts";
import { environmentOf, openWorld } from "../run-world.ts";
import { storeWaitMs } from "../with-store.ts";
import { type Standing, showBar } from "./bar.ts";
import { type Batch, openBatch, passingBatch } from "./batch-file.ts";
import { type InputLine, readInputs } from "./read-inputs.ts";
import { type LineResult, runLine } from "./run-line.ts";

/** The flags of `tama exec --inputs`. */
export interface InputsFlags extends ExecFlags {
  readonly inputs: string;
}

/** How many lines are at work where nothing is said. */
const usualJobs = 8;

/** `tama exec plan.json --inputs FILE`: a run for each line, and a line of JSON for each result, in the order of the inputs. */
export async function inputsCommand(plan: Plan, flags: InputsFlags & { readonly allowance: Allowance }, host: Host): Promise<ExitCode> {
  const { io } = host;
  const environment = environmentOf(flags, host);
  if (environment.kind === "failed") return refuse(io, environment.diagnostics, exitCodes.diagnostics);
  const entry = flags.entry ?? plan.entries.default;
  const { names } = plan.entries;
  if (!names.includes(entry)) return refuse(io, [runUnknownEntry(null, { name: entry, names: names.join(", ") })], exitCodes.diagnostics);
  const text = readInput(flags.inputs === "-" ? "-" : `@${flags.inputs}`);
  if (text.kind === "failed") return refuse(io, [text.diagnostic], exitCodes.diagnostics);
  const read = readInputs(text.text, flags.inputs === "-" ? "standard input" : flags.inputs, plan.blocks[entry]?.input ?? any);
  if (read.kind === "failed") return refuse(io, read.diagnostics, exitCodes.diagnostics);
  const { env } = environment;
  const resolved = resolveModels(plan, { override: flags.model ?? null, env });
  if (resolved.kind === "failed") return refuse(io, resolved.diagnostics, exitCodes.diagnostics);
  const { models, notes, servers } = resolved;
  const others = flags.locked ? notAsPlanned(plan, models) : [];
  if (others.length > 0) return refuse(io, others, exitCodes.notAsPlanned);
  const { allowance, model = null } = flags;
  const alone: Host = { ...host, input: () => null }; // nobody could tell of which line a question is
  const opened = await openWorld(plan, { models, model, isOffline: false, env, allowance, servers }, { ...flags, quiet: true }, alone);
  if (opened.kind === "failed") return refuse(io, opened.diagnostics, opened.code);
  const { options, tally, close } = opened.world;
  const facts: Json = { plan: plan.semantics, entry, inputs: text.text, models: JSON.stringify(models) };
  const batch = plan.trace.texts === "full" ? openBatch(options.stateDir, facts, flags.fresh ?? false) : passingBatch();
  if (!flags.quiet) announceAll(io, plan, { entry, notes, grants: options.grants, before: batch.results.size, all: read.lines.length });
  const executor = sharedExecutor(options.executor, options.concurrency);
  const rest = { ...options, executor, plan, entry, models, notes, override: model, cache: "off" } as const;
  const run = (line: InputLine) => runLine({ ...rest, task: line.task, traceId: batch.runOf(line.line) });
  const sink = openSink(flags.output, io);
  const code = await all(read.lines, { batch, run, sink, flags, host, spent: tally.spent, nowUs: options.nowUs });
  sink.close();
  close();
  await options.executor.close();
  tell(io, await loadRuns({ stateDir: options.stateDir, waitMs: storeWaitMs }));
  return code;
}

interface AllOptions {
  readonly batch: Batch;
  readonly run: (line: InputLine) => Promise<LineResult>;
  readonly sink: Sink;
  readonly flags: InputsFlags;
  readonly host: Host;
  readonly spent: () => Standing["spent"];
  readonly nowUs: ExecOptions["nowUs"];
}

/** Works the lines off, some at a time, and writes each result once those before it are written. */
async function all(lines: readonly InputLine[], { batch, run, sink, flags, host, spent, nowUs }: AllOptions): Promise<ExitCode> {
  const { io, signal } = host;
  const startUs = nowUs();
  const before = lines.filter(({ line }) => batch.results.has(line)).length;
  const counts = { ok: before, failed: 0, running: 0, waiting: 0 };
  const standing = (): Standing => ({ all: lines.length, before, ...counts, spent: spent(), ms: (nowUs() - startUs) / 1000 });
  const bar = flags.quiet ? null : showBar(io, standing);
  const write = inOrder(lines, sink.write);
  for (const { line, id } of lines) {
    const kept = batch.results.get(line);
    if (kept) write(line, withId(id, kept));
  }
  const work = async (line: InputLine) => {
    counts.running += 1;
    const done = await run(line);
    counts.running -= 1;
    const result = resultLine(line, done);
    const isOk = done.kind === "ended" && done.result.status === "ok";
    if (isOk) batch.keep(line.line, done.result);
    if (signal.aborted && !isOk) return;
    counts[isOk ? "ok" : "failed"] += 1;
    if (done.kind === "ended" && done.result.status === "waiting") counts.waiting += 1;
    if (!isOk && counts.failed <= mostTold) io.stderr(`tama: line ${line.line}: ${trouble(done)}\n`);
    write(line.line, result);
    bar?.ended();
  };
  const left = lines.filter(({ line }) => !batch.results.has(line)).values();
  const job = async () => {
    for (const line of left) {
      if (signal.aborted) return;
      await work(line);
    }
  };
  await Promise.all(Array.from({ length: flags.jobs ?? usualJobs }, job));
  bar?.close();
  return told(io, standing(), { isStopped: signal.aborted, areAllWaiting: counts.waiting === counts.failed });
}

/** So many failures are told one by one. */
const mostTold = 20;

function told(
  io: Io,
  { ok, failed, all }: Standing,
  { isStopped, areAllWaiting }: { isStopped: boolean; areAllWaiting: boolean },
): ExitCode {
  if (ok === all) return exitCodes.ok;
  const words = isStopped ? `stopped: ${ok} of ${all} lines are done` : `${failed} of ${all} lines did not end well; the others are done`;
  io.stderr(`tama: ${words}; the same command goes on where they stopped\n`);
  if (isStopped) return exitCodes.interrupted;
  return areAllWaiting ? exitCodes.waiting : exitCodes.runFailed;
}

function announceAll(
  io: Io,
  plan: Plan,
  run: Pick<Parameters<typeof announce>[2], "entry" | "notes" | "grants"> & { before: number; all: number },
) {
  announce(io, plan, { ...run, traceId: null, how: `, ${run.all} inputs` });
  if (run.before > 0) io.stderr(`tama: ${run.before} lines are done from before; --fresh does them again\n`);
  if (plan.trace.texts !== "full") io.stderr("tama: this plan's record keeps no texts: nothing is kept to go on with\n");
}

function trouble(done: LineResult): string {
  if (done.kind === "refused") return done.diagnostic.message;
  const { failure, status } = done.result;
  return failure ? failureLine(failure) : status;
}

/** The fields of a result, the input's own id first. */
function resultLine({ id }: InputLine, done: LineResult): object {
  if (done.kind === "ended") return withId(id, done.result);
  return withId(id, { status: "refused", failure: { code: done.diagnostic.code, message: done.diagnostic.message } });
}

function withId(id: InputLine["id"], result: object): object {
  return id === null ? result : { id, ...result };
}

/** Writes what comes in any order in the order of the lines. */
function inOrder(lines: readonly InputLine[], write: (text: string) => void): (line: number, result: object) => void {
  const ready = new Map<number, object>();
  let next = 0;
  return (line, result) => {
    ready.set(line, result);
    for (let at = lines[next]; at && ready.has(at.line); at = lines[next]) {
      write(`${JSON.stringify(ready.get(at.line))}\n`);
      ready.delete(at.line);
      next += 1;
    }
  };
}

interface Sink {
  readonly write: (text: string) => void;
  readonly close: () => void;
}

function openSink(file: string | undefined, io: Io): Sink {
  if (file === undefined) return { write: io.stdout, close: () => {} };
  const fd = openSync(file, "w");
  return { write: (text) => void writeSync(fd, text), close: () => closeSync(fd) };
}
