import type { Digest } from "../../compiler/ir/digest.ts";
import type { FailureCode } from "../../compiler/ir/failure.ts";
import type { Json } from "../../compiler/ir/json.ts";
import { unreachable } from "../../compiler/ir/unreachable.ts";
import type { ToolContext } from "../../stdlib/tool.ts";
import { builtInTool } from "../../stdlib/tools/index.ts";
import { type ProviderRegistry, providerRegistry } from "../providers/registry.ts";
import { type Clock, readClock } from "./clock.ts";
import { type ModuleLoader, moduleLoader, runCode } from "./code.ts";
import { type OwnOutcome, runOwnTool } from "./own-tool.ts";
import { redactor, type Secret } from "./redact.ts";
import { sender } from "./send.ts";
import type { Attempt, CodeTask, Delta, ModelTask, PermittedTool, TaskResult, ThreadTask, Usage } from "./task.ts";
import { truncate } from "./truncate.ts";

/** What a thread has for the tasks that it runs. */
export interface TaskHost {
  readonly env: (name: string) => string | undefined;
  readonly projectDir: string;
  readonly nowUs: () => number;
  /** The number of this thread, 0 for the main one. */
  readonly thread: number;
  readonly providers: ProviderRegistry;
  readonly modules: ModuleLoader;
  /** Told what of a model's answer is there already. Default: nobody. */
  readonly onDelta?: (delta: Delta) => void;
}

/** What a thread needs in order to run tasks: plain data. */
export interface HostData {
  readonly env: Readonly<Record<string, string>>;
  readonly projectDir: string;
  /** The texts of all bundles of the plan: workers, and tools of the project's own. */
  readonly bundles: Readonly<Record<Digest, string>>;
  readonly clock: Clock;
  /** The longest time that a model's request may take, with all its tries. Default: ten minutes. */
  readonly modelTimeoutMs?: number;
}

/** A host with what it loads of its own. */
export function taskHost({ env, projectDir, bundles, clock, modelTimeoutMs }: HostData, thread: number): TaskHost {
  const lookup = (name: string) => (Object.hasOwn(env, name) ? env[name] : undefined);
  const providers = providerRegistry(modelTimeoutMs === undefined ? {} : { timeoutMs: modelTimeoutMs });
  return { env: lookup, projectDir, nowUs: readClock(clock), thread, providers, modules: moduleLoader(bundles) };
}

/** A host that tells what of an answer is there already, where somebody watches. */
export function watched(host: TaskHost, onDelta: TaskHost["onDelta"]): TaskHost {
  return onDelta ? { ...host, onDelta } : host;
}

type Ended = { readonly attempts?: readonly Attempt[] } & (
  | { readonly kind: "ok"; readonly answer: (TaskResult & { readonly kind: "ok" })["answer"] }
  | { readonly kind: "failed"; readonly code: FailureCode; readonly message: string; readonly details?: Json; readonly usage?: Usage }
);

/** Runs a task in this thread. Never rejects; when the signal comes first, the result is `cancelled`. */
export async function runTask(task: ThreadTask, host: TaskHost, signal: AbortSignal): Promise<TaskResult> {
  const startUs = host.nowUs();
  const ended = signal.aborted ? cancelled : await end(task, host, signal).catch(unexpected);
  const times = { startUs, endUs: host.nowUs(), thread: host.thread, attempts: ended.attempts ?? [] };
  if (ended.kind === "ok") return { kind: "ok", answer: ended.answer, ...times };
  const { kind, code, message, details = null, usage } = ended;
  return { kind, code, message, details, ...(usage ? { usage } : {}), ...times };
}

const cancelled: Ended = { kind: "failed", code: "cancelled", message: "the step was cancelled" };

function end(task: ThreadTask, host: TaskHost, signal: AbortSignal): Promise<Ended> {
  switch (task.kind) {
    case "model":
      return endModel(task, host, signal);
    case "tool":
      return builtInTool(task.tool)?.replaces ? endWriting(task, host, signal) : untilAborted(endTool(task, host, signal), signal);
    case "code":
      return untilAborted(endCode(task, host), signal);
    default:
      return unreachable(task);
  }
}

async function endModel(task: ModelTask, { providers, env, nowUs, onDelta }: TaskHost, signal: AbortSignal): Promise<Ended> {
  const provider = await providers(task.model.provider);
  return provider.complete(task, { env, signal, nowUs, ...(onDelta ? { onDelta } : {}) });
}

/** Ends when the tool has: nothing is undone or written anew while it may still be writing. */
async function endWriting(task: PermittedTool, host: TaskHost, signal: AbortSignal): Promise<Ended> {
  const ended = await endTool(task, host, signal);
  return ended.kind === "failed" && signal.aborted ? cancelled : ended;
}

/** Runs a tool with what it was permitted. Secrets leave its answer here, before a model, a hash or the log sees it, and before it is cut. */
async function endTool(task: PermittedTool, host: TaskHost, signal: AbortSignal): Promise<Ended> {
  const redact = redactor(secretsOf(task, host));
  const outcome = await outcomeOf(task, host, signal);
  if (outcome === null) return { kind: "failed", code: "unsupported", message: `the tool ${task.tool} cannot run on a thread` };
  if (outcome.kind === "refused" || outcome.kind === "failed")
    return { kind: "failed", code: outcome.kind === "refused" ? "refused" : "tool", message: truncate(redact(outcome.message)) };
  if (outcome.kind === "file") return { kind: "ok", answer: { ...outcome, text: truncate(redact(outcome.text)) } };
  return { kind: "ok", answer: { kind: "tool", text: truncate(redact(outcome.text), outcome) } };
}

/** Null for a tool that no thread runs. */
async function outcomeOf(task: PermittedTool, host: TaskHost, signal: AbortSignal): Promise<OwnOutcome | null> {
  const { own, tool, args, permit } = task;
  if (own) {
    const context = { projectDir: host.projectDir, env: valuesOf(permit.env, host) };
    return runOwnTool({ tool, bundle: own.bundle, args, context, writes: own.writes }, host.modules);
  }
  const builtIn = builtInTool(tool);
  return builtIn?.run ? builtIn.run(args, contextOf(task, host, signal)) : null;
}

function contextOf({ tool, permit, timeoutMs }: PermittedTool, host: TaskHost, signal: AbortSignal): ToolContext {
  const { projectDir, env } = host;
  return {
    projectDir,
    signal,
    timeoutMs,
    env: valuesOf([...(builtInTool(tool)?.effects.includes("exec") ? always : []), ...permit.env], host),
    writable: permit.writable,
    closed: permit.closed,
    send: sender({ net: permit.net, env, signal, timeoutMs }),
  };
}

function valuesOf(names: readonly string[], { env }: TaskHost): Readonly<Record<string, string>> {
  const values = names.flatMap((name) => {
    const value = env(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values);
}

/** What every command gets of the environment. */
const always = ["PATH", "HOME", "LANG"];

function secretsOf({ secrets }: PermittedTool, { env }: TaskHost): readonly Secret[] {
  return secrets.map((name) => ({ name, value: env(name) ?? "" }));
}

async function endCode(task: CodeTask, { modules }: TaskHost): Promise<Ended> {
  const result = await runCode(task, modules);
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
