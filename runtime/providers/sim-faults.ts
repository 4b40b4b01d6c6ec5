import type { ModelAnswer, ModelTask } from "../3-task/task.ts";
import { type Try, tryAgain } from "./attempts.ts";
import { modelFailure, type ProviderContext, type ProviderResult } from "./provider.ts";
import { call, type Said } from "./sim-act.ts";
import { optionsOf, type SimFault } from "./sim-options.ts";
import { chance, chanceOfTurn, turnOf } from "./sim-seed.ts";
import { madeUpCall, usableTools } from "./sim-tools.ts";

/** What goes wrong with a request; null: nothing. */
export function faultOf(task: ModelTask): SimFault | null {
  const { fault, rate } = optionsOf(task);
  if (fault === null) return null;
  if (fault !== "loops" && fault !== "never-finishes") return chanceOfTurn(task, "fault") < rate ? fault : null;
  const isLoop = task.tools.some(({ name }) => name === "finish");
  return isLoop && chance(task, "fault") < rate ? fault : null;
}

/** A turn of a react loop that never comes to its end: `loops` makes the same call every time. */
export function neverFinishes(task: ModelTask, fault: "loops" | "never-finishes"): Said {
  if (turnOf(task) === 1) return call("start", {});
  if (fault === "never-finishes") return call("start", { turn: turnOf(task) });
  const [tool] = usableTools(task);
  return tool ? { text: "", calls: [madeUpCall(task, tool, "")] } : call("start", {});
}

/** What becomes of a request with which something goes wrong, as the wire client would tell it. It never waits between tries. */
export async function troubled(
  task: ModelTask,
  { fault, answer }: { readonly fault: SimFault; readonly answer: ModelAnswer },
  { signal, nowUs }: ProviderContext,
): Promise<ProviderResult> {
  if (fault === "hang") await aborted(signal);
  const policy = { tries: 3, crowdedTries: 3, sleep: async () => {}, random: () => 0, nowUs, signal };
  let made = 0;
  const tries = await tryAgain(async () => attempt(task, { fault, answer, tries: made++ }), policy);
  const { attempts } = tries;
  if (tries.kind === "done") return { kind: "ok", answer: tries.value, attempts };
  if (tries.kind === "stopped") return { kind: "failed", code: "cancelled", message: "the request was cancelled", details: null, attempts };
  return modelFailure(tries, tries);
}

/** A try after the first is as likely to go wrong as any request. */
function attempt(task: ModelTask, { fault, answer, tries }: { fault: SimFault; answer: ModelAnswer; tries: number }): Try<ModelAnswer> {
  const status = fault === "429" ? 429 : fault === "5xx" ? 503 : 200;
  const isWell = tries > 0 && chanceOfTurn(task, `try ${tries}`) >= optionsOf(task).rate;
  if (isWell || fault === "loops" || fault === "never-finishes") return { kind: "done", value: answer, status: 200 };
  const told = { status, code: null, type: null };
  if (fault === "malformed")
    return { kind: "failed", ...told, cause: "bad-answer", message: 'the simulated server sent no chat completion but {"choices":' };
  const cause = fault === "429" ? "rate-limit" : "overload";
  return { kind: "later", ...told, cause, afterMs: null, message: `the simulated server answered ${status}` };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
