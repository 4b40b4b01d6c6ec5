import { canonical } from "../../compiler/ir/json.ts";
import type { Act } from "../../compiler/ir/ops.ts";
import { turnPath } from "../../compiler/ir/path.ts";
import { type Message, type ModelAnswer, type ModelTask, type ToolSchema, textParts } from "../3-task/task.ts";
import { inputOf, loopOf } from "./conversation.ts";
import type { OpFrame, Run } from "./frames.ts";
import { record, spanOf } from "./record.ts";
import { noRepeats } from "./repeats.ts";
import { request } from "./requests.ts";
import { bytesOf, cut, transcript, withoutResults, withSummary } from "./window.ts";

/**
 * Keeps the conversation of an act within its model's window, where the plan knows that one.
 *
 * - C1: the system prompt, the first message and the exchange in which `start` gave the task stay, and so do the last exchanges.
 * - C2: a tool call and its result stay or go together.
 * - C3: results of old calls are left out first. Only where that is too little, and the op's `repairs.compactions` allow it, a model
 *   is asked for a summary of the old exchanges.
 * - C4: what is done follows from what was said, and from the tokens that answers counted: a resume and a replay do the same.
 */
export function makeRoom(run: Run, frame: OpFrame<Act>, tools: readonly ToolSchema[]): "ready" | "asking" {
  const state = loopOf(frame);
  const room = roomFor(run, frame);
  const fits = () => room === null || bytesOf(state.messages, tools) * state.compaction.tokensPerByte <= room;
  if (room === null || fits()) return "ready";
  leaveResultsOut(run, frame);
  const { summary, left, tokensPerByte } = state.compaction;
  const parts = cut(state.messages, summary);
  const old = parts.middle.filter(([first]) => first !== summary).flat();
  const isWorthIt = bytesOf(old, []) * tokensPerByte > room / 10;
  if (fits() || left === 0 || !isWorthIt) return "ready";
  state.compaction = { ...state.compaction, left: left - 1, archived: parts };
  const task = `The task of the agent:\n${inputOf(frame)}\n\nWhat it did so far:\n`;
  const said = transcript(parts, room / tokensPerByte - asksForSummary.length - Buffer.byteLength(task));
  const messages: readonly Message[] = [
    { role: "system", parts: textParts(asksForSummary) },
    { role: "user", parts: textParts(task + said) },
  ];
  request(run, frame, { tools: [], output: null, summary: messages });
  return "asking";
}

/** Puts the summary in the place of what it tells. One that is empty, or no shorter, changes nothing. */
export function takeSummary(run: Run, frame: OpFrame<Act>, answer: ModelAnswer): void {
  const state = loopOf(frame);
  const { archived } = state.compaction;
  state.compaction = { ...state.compaction, archived: null };
  const text = answer.text.trim();
  const gone = archived?.middle.flat() ?? [];
  const summary: Message = { role: "user", parts: textParts(`Earlier turns were left out to save space. In short:\n\n${text}`) };
  if (!archived || text === "" || bytesOf([summary], []) >= bytesOf(gone, [])) return;
  state.compaction = { ...state.compaction, summary };
  replaceMessages(frame, withSummary(archived, summary));
  tell(run, frame, { method: "summary", archived_messages: gone.length, new_summary_len: text.length });
}

/** Learns how many tokens a byte makes, where the server counted them. */
export function countTokens(frame: OpFrame<Act>, { messages, tools }: ModelTask, { usage }: ModelAnswer): void {
  const state = loopOf(frame);
  const tokens = usage ? usage.input + usage.cached : 0;
  if (tokens === 0) return;
  const told = tokens / Math.max(1, bytesOf(messages, tools));
  state.compaction = { ...state.compaction, tokensPerByte: Math.min(1, Math.max(1 / 16, told)) };
}

/** How many tokens a request may have, so that the answer still fits; null where the window is not known. */
function roomFor({ plan, models }: Run, { op }: OpFrame<Act>): number | null {
  const window = plan.models[op.model]?.contextTokens ?? null;
  if (window === null) return null;
  return window - Math.min(models[op.model]?.maxTokens ?? window / 4, window / 2);
}

function leaveResultsOut(run: Run, frame: OpFrame<Act>): void {
  const { messages, compaction } = loopOf(frame);
  const shorter = withoutResults(messages, cut(messages, compaction.summary));
  const count = shorter.filter((message, index) => message !== messages[index]).length;
  if (count === 0) return;
  replaceMessages(frame, shorter);
  tell(run, frame, { method: "results", archived_messages: count, new_summary_len: 0 });
}

/** What the model no longer sees it may ask for again: the loop guards begin anew. */
function replaceMessages(frame: OpFrame<Act>, messages: readonly Message[]): void {
  const state = loopOf(frame);
  state.messages.splice(0, state.messages.length, ...messages);
  state.repeats = noRepeats();
}

function tell(run: Run, frame: OpFrame<Act>, detail: { method: string; archived_messages: number; new_summary_len: number }): void {
  const { turn } = loopOf(frame);
  record(run, {
    kind: "context_compaction",
    path: turnPath(frame.path, turn),
    parent: spanOf(frame),
    iteration: turn,
    detail: canonical(detail),
  });
}

const asksForSummary =
  "You shorten the record of an agent's work, so that the agent can go on with your text in its place. Keep what it needs: facts and " +
  "figures that it found, what it did and with what result, what it decided, what is still to be done. Leave out how it got there. " +
  "Answer with that text alone, much shorter than the record.";
