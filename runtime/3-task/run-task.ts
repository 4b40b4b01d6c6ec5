import type { Digest } from "../../compiler/ir/digest.ts";
import type { FailureCode } from "../../compiler/ir/failure.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { unreachable } from "../../compiler/ir/unreachable.ts";
import type { ToolContext } from "../../stdlib/tool.ts";
import { tools } from "../../stdlib/tools/index.ts";
import { type ProviderRegistry, providerRegistry } from "../providers/registry.ts";
import { type Clock, readClock } from "./clock.ts";
import { runCode, type WorkerLoader, workerLoader } from "./code.ts";
import { redactor, type Secret } from "./redact.ts";
import { sender } from "./send.ts";
import type { Attempt, CodeTask, ModelTask, PermittedTool, TaskResult, ThreadTask } from "./task.ts";
import { truncate } from "./truncate.ts";

/** What a thread has for the tasks that it runs. */
export interface TaskHost {
  readonly env: (name: string) => string | undefined;
  readonly projectDir: string;
  readonly nowUs: () => number;
  /** The number of this thread, 0 for the main one. */
  readonly thread: number;
  readonly providers: ProviderRegistry;
  readonly workers: WorkerLoader;
}

/** What a thread needs in order to run tasks: plain data. */
export interface HostData {
  readonly env: Readonly<Record<string, string>>;
  readonly projectDir: string;
  /** The texts of all worker bundles of the plan. */
  readonly bundles: Readonly<Record<Digest, string>>;
  readonly clock: Clock;
}

/** A host with what it loads of its own. */
export function taskHost({ env, projectDir, bundles, clock }: HostData, thread: number): TaskHost {
  const lookup = (name: string) => (Object.hasOwn(env, name) ? env[name] : undefined);
  return { env: lookup, projectDir, nowUs: readClock(clock), thread, providers: providerRegistry(), workers: workerLoader(bundles) };
}

type Ended = { readonly attempts?: readonly Attempt[] } & (
  | { readonly kind: "ok"; readonly answer: (TaskResult & { readonly kind: "ok" })["answer"] }
  | { readonly kind: "failed"; readonly code: FailureCode; readonly message: string; readonly details?: Json }
);

/** Runs a task in this thread. Never rejects; when the signal comes first, the result is `cancelled`. */
export async function runTask(task: ThreadTask, host: TaskHost, signal: AbortSignal): Promise<TaskResult> {
  const startUs = host.nowUs();
  const ended = signal.aborted ? cancelled : await end(task, host, signal).catch(unexpected);
  const times = { startUs, endUs: host.nowUs(), thread: host.thread, attempts: ended.attempts ?? [] };
  if (ended.kind === "ok") return { kind: "ok", answer: ended.answer, ...times };
  return { kind: "failed", code: ended.code, message: ended.message, details: ended.details ?? null, ...times };
}

const cancelled: Ended = { kind: "failed", code: "cancelled", message: "the step was cancelled" };

function end(task: ThreadTask, host: TaskHost, signal: AbortSignal): Promise<Ended> {
  switch (task.kind) {
    case "model":
      return endModel(task, host, signal);
    case "tool":
      return untilAborted(endTool(task, host, signal), signal);
    case "code":
      return untilAborted(endCode(task, host), signal);
    default:
      return unreachable(task);
  }
}

async function endModel(task: ModelTask, { providers, env, nowUs }: TaskHost, signal: AbortSignal): Promise<Ended> {
  const provider = await providers(task.model.provider);
  return provider.complete(task, { env, signal, nowUs });
}

/** Runs a tool with what it was permitted. Secrets leave its answer here, before a model, a hash or the log sees it, and before it is cut. */
async function endTool(task: PermittedTool, host: TaskHost, signal: AbortSignal): Promise<Ended> {
  const tool = Object.hasOwn(tools, task.tool) ? tools[task.tool] : undefined;
  if (!tool?.run) return { kind: "failed", code: "unsupported", message: `the tool ${task.tool} cannot run on a thread` };
  const redact = redactor(secretsOf(task, host));
  const outcome = await tool.run(task.args, contextOf(task, host, signal));
  if (outcome.kind !== "ok")
    return { kind: "failed", code: outcome.kind === "refused" ? "refused" : "tool", message: truncate(redact(outcome.message)) };
  return { kind: "ok", answer: { kind: "tool", text: truncate(redact(outcome.text), outcome) } };
}

function contextOf({ tool, permit, timeoutMs }: PermittedTool, { projectDir, env }: TaskHost, signal: AbortSignal): ToolContext {
  const names = [...(tools[tool]?.effects.includes("exec") ? always : []), ...permit.env];
  const values = names.flatMap((name) => {
    const value = env(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    projectDir,
    signal,
    timeoutMs,
    env: Object.fromEntries(values),
    writable: permit.writable,
    send: sender({ net: permit.net, env, signal, timeoutMs }),
  };
}

/** What every command gets of the environment. */
const always = ["PATH", "HOME", "LANG"];

function secretsOf({ secrets }: PermittedTool, { env }: TaskHost): readonly Secret[] {
  return secrets.map((name) => ({ name, value: env(name) ?? "" }));
}

async function endCode(task: CodeTask, { workers }: TaskHost): Promise<Ended> {
  const result = await runCode(task, workers);
  if (typeof result === "string") return { kind: "failed", code: "code", message: result };
  return { kind: "ok", answer: result };
}

/** Ends with the work or with the signal, whichever comes first. A provider, which hands its attempts back, ends by itself. */
function untilAborted(work: Promise<Ended>, signal: AbortSignal): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const abort = () => resolve(cancelled);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Tools and providers do not throw: one that does has a bug, which the run reports as such. */
function unexpected(error: unknown): Ended {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "failed", code: "bug", message, details: error instanceof Error ? (error.stack ?? null) : null };
}
