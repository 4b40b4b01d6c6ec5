/** Calls of agents in a session: checked, limited in time, and recorded as a run's code agents are. */
import { canonical, type Json, toText } from "../../compiler/ir/json.ts";
import { callPath, idPart, itemPath, opPath } from "../../compiler/ir/path.ts";
import { accepts, show, text } from "../../compiler/ir/types.ts";
import { defaultTimeoutMs } from "../../stdlib/worker.ts";
import { coerce } from "../2-schedule/keys.ts";
import { type LoadedModule, runCode } from "../3-task/code.ts";
import type { CodeAnswer } from "../3-task/task.ts";
import type { Provided } from "./agents.ts";
import { failed, okay, type Result, type SessionError } from "./errors.ts";
import { sessionPath } from "./journal.ts";
import { copyOf } from "./plain.ts";
import type { Session } from "./session.ts";

/** What an agent answered. */
export interface Invoked {
  readonly agent: string;
  readonly capability: string;
  readonly key: string;
  readonly value: Json;
}

/**
 * Calls an agent with a value of its input's type, or a text that is JSON of it. Reports `agent_invalid_params`,
 * `agent_timeout`, `agent_invocation_failed` where it throws or answers what it did not declare, `unknown_error` where it
 * throws what is no error. It runs in this thread: code that never yields is not stopped.
 */
export async function invoke(session: Session, provided: Provided, params: Json): Promise<Result<Invoked>> {
  const { agent, worker } = provided;
  const { journal } = session;
  const input = coerce(params, worker.input ?? text);
  if (input === undefined)
    return failed("agent_invalid_params", `'${worker.capability}' wants ${show(worker.input ?? text)}, not ${excerpt(params)}`);
  const path = callPath(itemPath(sessionPath, "dispatch", session.trajectory().length + 1), idPart(agent.id), 1);
  const begun = journal.event(
    { kind: "span_started", path, name: `agent:${agent.id}:code`, span_kind: "agent" },
    { input_hash: toText(input) },
  );
  if (begun.kind === "failed") return begun;
  const startUs = journal.nowUs();
  const ended = await run(session, provided, input);
  const times = { start_us: startUs, end_us: journal.nowUs(), thread: 0 };
  const row = { path: opPath(path, "code"), parent: path, prev: path, name: `code:${worker.capability}`, span_kind: "code" };
  const key = ended.kind === "ok" ? ended.value.key : null;
  const value = ended.kind === "ok" ? { value_hash: canonical(ended.value.value) } : {};
  const told = { ...outcomeOf(ended), key };
  const called = journal.event(
    { kind: "code_call", ...row, tool_name: worker.capability, ...times, ...told },
    { input_hash: canonical(input), ...value },
  );
  const closed = called.kind === "ok" ? journal.event({ kind: "span_ended", path, ...told }, texts(ended)) : called;
  if (closed.kind === "failed") return closed;
  if (ended.kind === "failed") return ended;
  return okay({ agent: agent.id, capability: worker.capability, key: ended.value.key, value: ended.value.value });
}

function texts(ended: Result<CodeAnswer>): { readonly value_hash?: string } {
  return ended.kind === "ok" ? { value_hash: toText(ended.value.value) } : {};
}

function outcomeOf(ended: Result<CodeAnswer>) {
  return ended.kind === "ok"
    ? ({ status: "ok", code: null, message: null } as const)
    : ({ status: "failed", code: ended.error.code, message: ended.error.message } as const);
}

async function run(session: Session, { agent, worker }: Provided, input: Json): Promise<Result<CodeAnswer>> {
  const memory = Object.fromEntries((worker.reads ?? []).map((key) => [key, session.get(key) ?? null]));
  let thrown: SessionError["details"] | undefined;
  const loaded: LoadedModule = {
    declared: { keys: worker.keys ?? [] },
    run: async (given, context) => {
      try {
        return await Reflect.apply(worker.run, worker, [given, context]);
      } catch (error) {
        if (!(error instanceof Error)) thrown = String(error);
        throw error;
      }
    },
  };
  const timeoutMs = worker.timeoutMs ?? defaultTimeoutMs;
  const name = worker.capability;
  const task = { kind: "code", path: "", worker: name, bundle: "", input: copyOf(input), memory, timeoutMs } as const;
  const answer = await within(
    timeoutMs,
    runCode(task, async () => loaded),
  );
  if (answer === null) return failed("agent_timeout", `agent '${agent.id}' took longer than ${timeoutMs} ms over '${name}'`, { timeoutMs });
  if (thrown !== undefined) return failed("unknown_error", `agent '${agent.id}' threw what is no error`, { thrown });
  if (typeof answer === "string") return failed("agent_invocation_failed", `agent '${agent.id}': ${answer}`);
  if (accepts(worker.output ?? text, answer.value)) return okay(answer);
  const message = `agent '${agent.id}' answered ${excerpt(answer.value)} to '${name}', which is not ${show(worker.output ?? text)}`;
  return failed("agent_invocation_failed", message);
}

/** The work's result; null where the time is over first. */
async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A value for a message, in at most so many characters. */
export function excerpt(value: Json, most = 60): string {
  const chars = [...canonical(value)];
  return chars.length > most ? `${chars.slice(0, most - 3).join("")}...` : chars.join("");
}
