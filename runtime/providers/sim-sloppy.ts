import { isObject, parseJson } from "../../compiler/ir/json.ts";
import type { ModelTask } from "../3-task/task.ts";
import type { Said } from "./sim-act.ts";
import { optionsOf, type SimSlip } from "./sim-options.ts";
import { chanceOfTurn } from "./sim-seed.ts";

/** What is said in place of what was meant. */
export interface Slip {
  readonly said: Said;
  /** Why the answer ended; default as it looks. */
  readonly finish?: string;
  /** Whether the server counts no tokens. */
  readonly isUncounted?: true;
}

/** One of the slips that the options allow and that can be made here, in some turns; null: what was meant is said. */
export function slipOf(task: ModelTask, meant: Said): Slip | null {
  const { sloppy, rate } = optionsOf(task);
  if (sloppy.length === 0 || chanceOfTurn(task, "slip") >= rate) return null;
  const possible = sloppy.flatMap((slip) => slips[slip](meant, task) ?? []);
  return possible[Math.floor(chanceOfTurn(task, "which slip") * possible.length)] ?? null;
}

/** Each gives what it makes of what was meant; null where it cannot be made. Seen with real models, small ones above all. */
const slips: Readonly<Record<SimSlip, (meant: Said, task: ModelTask) => Slip | null>> = {
  prose: ({ calls: [first] }) => (first ? text(first.name === "finish" ? valueIn(first.args) : `I will call ${first.name} now.`) : null),
  fences: ({ text: meant, calls: [first] }, { output }) => {
    if (first) return first.name === "finish" ? text(fenced(first.args)) : null;
    return output === null ? null : text(fenced(meant));
  },
  chatter: ({ text: meant, calls: [first] }, { output }) => {
    const json = first?.name === "finish" ? first.args : first || output === null ? null : meant;
    return json === null ? null : text(`Sure! Here is the result:\n\n${fenced(json)}\n\nTell me if you need anything else.`);
  },
  "thinking-aloud": ({ calls }) => (calls.length === 0 ? null : { said: { text: "Let me think about this step by step.", calls } }),
  "two-finishes": ({ calls }) => (calls[0]?.name === "finish" ? { said: { text: "", calls: [...calls, ...calls] } } : null),
  empty: () => text(""),
  "null-arguments": ({ calls }) => changed(calls, () => "null"),
  "quoted-arguments": ({ calls }) => changed(calls, (args) => JSON.stringify(args)),
  truncated: ({ text: meant, calls }) =>
    calls.length === 0
      ? { said: { text: half(meant), calls }, finish: "length" }
      : { said: { text: "", calls: calls.map(({ name, args }) => ({ name, args: half(args) })) }, finish: "length" },
  "unknown-key": ({ calls }) => (calls[0]?.name === "finish" ? changed(calls, withKey) : null),
  "unknown-tool": ({ calls }) =>
    calls.length === 0 ? null : { said: { text: "", calls: [{ name: "search_web", args: '{"query":"news"}' }] } },
  "no-usage": (said) => ({ said, isUncounted: true }),
};

function text(said: string): Slip {
  return { said: { text: said, calls: [] } };
}

function changed(calls: Said["calls"], change: (args: string) => string): Slip | null {
  return calls.length === 0 ? null : { said: { text: "", calls: calls.map(({ name, args }) => ({ name, args: change(args) })) } };
}

function fenced(json: string): string {
  return `\`\`\`json\n${json}\n\`\`\``;
}

function half(whole: string): string {
  return [...whole].slice(0, Math.ceil([...whole].length / 2)).join("");
}

function withKey(args: string): string {
  const parsed = parseJson(args);
  return isObject(parsed) ? JSON.stringify({ ...parsed, key: "task_completed" }) : args;
}

function valueIn(args: string): string {
  const parsed = parseJson(args);
  const value = isObject(parsed) ? parsed["value"] : args;
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}
