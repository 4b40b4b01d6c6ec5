/** The dispatcher: finds the agent that can do what is asked, calls it, and records that it did. */
import { digest } from "../../compiler/ir/digest.ts";
import { isObject, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import { type Agent, createRegistry, type Registry } from "./agents.ts";
import { failed, okay, type Result, type SessionError } from "./errors.ts";
import { excerpt, type Invoked, invoke } from "./invoke.ts";
import { named, plainJson } from "./plain.ts";
import type { Session } from "./session.ts";

/** A call of a capability. Without `params`: with the value of the call before it, of the first with the sequence's input. */
export interface AgentCall {
  readonly capability: string;
  readonly params?: Json;
  /** The agent to ask; default whoever can do it. */
  readonly agent?: string;
}

/** How a step of a sequence ended well. `resumed`: it had been done before, and was not done again. */
export interface Step extends Invoked {
  /** From 1. */
  readonly index: number;
  readonly resumed: boolean;
}

/** What came of a sequence: the steps that ended well, and the value of the last or why the next one failed. */
export type SequenceResult = { readonly plan: string; readonly steps: readonly Step[] } & (
  | { readonly kind: "ok"; readonly value: Json }
  | { readonly kind: "failed"; readonly error: SessionError }
);

export interface Dispatcher extends Registry {
  readonly dispatch: (call: AgentCall) => Promise<Result<Invoked>>;
  /** Call after call, up to the first that fails: `dispatch_sequence_failed`, with the cause as details. */
  readonly dispatchSequence: (calls: readonly AgentCall[], input?: Json) => Promise<SequenceResult>;
  /**
   * Goes on with the last sequence of the same calls with the same parameters and input: steps that ended well are not done
   * again. Where there is none, it begins anew.
   */
  readonly resumeSequence: (calls: readonly AgentCall[], input?: Json) => Promise<SequenceResult>;
}

/** A dispatcher on a session, with its first agents, which must be sound. Reports as `register` does. */
export function createDispatcher(session: Session, agents: readonly Agent[] = []): Result<Dispatcher> {
  const registry = createRegistry();
  for (const agent of agents) {
    const registered = registry.register(agent);
    if (registered.kind === "failed") return registered;
  }
  return okay({
    ...registry,
    dispatch: (call) => dispatch(session, registry, call),
    dispatchSequence: (calls, input) => sequence({ session, registry }, calls, input ?? null, "new"),
    resumeSequence: (calls, input) => sequence({ session, registry }, calls, input ?? null, "resume"),
  });
}

interface Scene {
  readonly session: Session;
  readonly registry: Registry;
}

async function dispatch(session: Session, registry: Registry, call: AgentCall): Promise<Result<Invoked>> {
  const checked = checkCall(call);
  if (checked.kind === "failed") return checked;
  const found = registry.find(call.capability, call.agent);
  return found.kind === "ok" ? invoke(session, found.value, checked.value) : found;
}

/** The parameters of a call that is one. */
function checkCall(call: AgentCall): Result<Json> {
  if (!isObject(call)) return failed("validation_error", "a call must be an object with a capability");
  const capability = named(call.capability, "a capability");
  if (capability.kind === "failed") return capability;
  return plainJson(call.params ?? null, "the params of a call");
}

async function sequence(
  { session, registry }: Scene,
  calls: readonly AgentCall[],
  input: Json,
  how: "new" | "resume",
): Promise<SequenceResult> {
  const given = plainJson(input, "the input of a sequence");
  const checked = given.kind === "ok" ? checkCalls(calls) : given;
  const plan = checked.kind === "ok" ? digest([checked.value, input]) : "";
  if (checked.kind === "failed") return { kind: "failed", plan, steps: [], error: checked.error };
  const before = how === "resume" ? doneBefore(session, plan) : null;
  const number = before?.sequence ?? session.trajectory().length + 1;
  const steps: Step[] = [...(before?.steps ?? [])];
  let value = steps.at(-1)?.value ?? input;
  for (const [position, call] of checked.value.entries()) {
    if (position < steps.length) continue;
    const index = position + 1;
    const about = { sequence: number, plan, step_index: index, capability: call.capability };
    const ended = await step(session, registry, call, { about, value });
    if (ended.kind === "failed") return { kind: "failed", plan, steps, error: failure(index, call, ended.error) };
    steps.push({ ...ended.value, index, resumed: false });
    value = ended.value.value;
  }
  return { kind: "ok", plan, steps, value };
}

/** One step, between its two entries. */
async function step(
  session: Session,
  registry: Registry,
  call: AgentCall,
  { about, value }: { readonly about: JsonObject; readonly value: Json },
): Promise<Result<Invoked>> {
  const { journal } = session;
  const params = call.params ?? value;
  const begun = journal.entry({ kind: "plan_step_started", by: "system", content: { ...about, params } });
  if (begun.kind === "failed") return begun;
  const ended = await dispatch(session, registry, { ...call, params });
  const told =
    ended.kind === "ok"
      ? {
          success: true,
          agent: ended.value.agent,
          key: ended.value.key,
          value: ended.value.value,
          result_summary: excerpt(ended.value.value, 200),
        }
      : { success: false, code: ended.error.code, message: ended.error.message };
  const closed = journal.entry({ kind: "plan_step_completed", by: "system", content: { ...about, params, ...told } });
  return closed.kind === "ok" ? ended : closed;
}

/** The calls as JSON, each with what it was given and nothing else. */
function checkCalls(calls: readonly AgentCall[]): Result<readonly (AgentCall & JsonObject)[]> {
  if (!Array.isArray(calls)) return failed("validation_error", "a sequence must be a list of calls");
  const checked: (AgentCall & JsonObject)[] = [];
  for (const call of calls) {
    const params = checkCall(call);
    if (params.kind === "failed") return params;
    const { capability, agent } = call;
    checked.push({ capability, ...(call.params === undefined ? {} : { params: params.value }), ...(agent === undefined ? {} : { agent }) });
  }
  return okay(checked);
}

/** The steps that the last sequence of this plan did well, and its number. The plan is the digest of all calls, parameters and input. */
function doneBefore(session: Session, plan: string): { sequence: number; steps: readonly Step[] } | null {
  const ended = session.trajectory().filter(({ entry_type, content }) => entry_type.startsWith("plan_step_") && content["plan"] === plan);
  const last = ended.at(-1)?.content["sequence"];
  if (typeof last !== "number") return null;
  const steps: Step[] = [];
  for (const { entry_type, content } of ended) {
    const { sequence: number, success, step_index: index } = content;
    if (entry_type !== "plan_step_completed" || number !== last || success !== true || index !== steps.length + 1) continue;
    steps.push({ ...stepOf(content), index, resumed: true });
  }
  return { sequence: last, steps };
}

function stepOf({ agent, capability, key, value }: JsonObject): Invoked {
  return { agent: String(agent), capability: String(capability), key: String(key), value: value ?? null };
}

function failure(index: number, { capability }: AgentCall, { code, message, details }: SessionError): SessionError {
  const cause = { code, message, details };
  return {
    code: "dispatch_sequence_failed",
    message: `step ${index} (${capability}) failed: ${message}`,
    details: { step_index: index, cause },
  };
}
