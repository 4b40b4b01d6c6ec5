import type { Path } from "../../../compiler/ir/path.ts";
import type { Delta, ThreadTask } from "../../3-task/task.ts";
import type { TraceEvent } from "../../4-trace/columns.ts";
import { labelOf } from "../progress.ts";
import { shortly } from "../shortly.ts";
import { lastWords } from "./last-words.ts";

export type StepStatus = "running" | "waiting" | "ok" | "failed" | "cancelled";

/** An agent, or a step of one, as it is shown while a run is on. What it spent includes what is under it. */
export interface Step {
  readonly path: Path;
  readonly label: string;
  readonly pattern: string;
  readonly parent: Step | null;
  /** What it has in common with the other items of a fan-out, and with other rounds. */
  readonly family: string;
  /** An agent ends when its span does; a step has ended while nothing of it is under way. */
  readonly isAgent: boolean;
  readonly startUs: number;
  readonly children: Map<Path, Step>;
  /** Calls under way, by path: what each does. */
  readonly calls: Map<Path, string>;
  status: StepStatus;
  endUs: number | null;
  /** The state or round that it is in, the key that it ended with, or why it failed. */
  note: string;
  /** The child that began last. */
  last: Step | null;
  /** Whether two of a family were under way at once: a fan-out, and no loop. */
  isWide: boolean;
  modelCalls: number;
  input: number;
  output: number;
  usd: number | null;
}

/**
 * What a run does now. Owned by `note`, `begin` and `end`.
 *
 * - D1: a step's amounts are the sums over what is under it, and never shrink.
 * - D2: of an agent that ended well no steps are kept, so that memory follows what is under way and how many ran beside it, not all that a run did.
 * - D3: an agent whose beginning another process told is made from its path.
 */
export interface Steps {
  readonly root: () => Step | null;
  readonly note: (event: TraceEvent) => void;
  /** A task goes to its executor, and is answered. */
  readonly begin: (task: ThreadTask) => void;
  readonly end: (task: ThreadTask) => void;
  /** A piece of its answer came. */
  readonly hear: (task: ThreadTask, delta: Delta) => void;
  readonly underWay: () => number;
}

/** Starts with nothing. */
export function createSteps(nowUs: () => number): Steps {
  const known = new Map<Path, Step>();
  const heard = new Map<Path, string>();
  let root: Step | null = null;
  let underWay = 0;

  const add = (path: Path, isAgent: boolean, { label, pattern = "" }: { label: string; pattern?: string }): Step => {
    const above = agentAbove(path);
    const parent = above === null ? null : (known.get(above) ?? add(above, true, { label: labelOf({ path: above }) }));
    const step: Step = {
      ...{ path, label, pattern, parent, family: familyOf(path), isAgent, startUs: nowUs() },
      ...{ children: new Map(), calls: new Map(), status: "running", endUs: null, note: "" },
      ...{ last: null, isWide: false, modelCalls: 0, input: 0, output: 0, usd: null },
    };
    known.set(path, step);
    if (parent) attach(parent, step);
    else root = step;
    return step;
  };
  const stepOf = (path: Path): Step => {
    const own = path.replace(/:[^:/]*$/, "");
    return known.get(own) ?? add(own, false, { label: labelOf({ path: own }) });
  };
  const forget = (step: Step): void => {
    for (const child of step.children.values()) {
      known.delete(child.path);
      forget(child);
    }
    step.children.clear();
    step.last = null;
  };

  const note = (event: TraceEvent): void => {
    switch (event.kind) {
      case "span_started":
        add(event.path, true, { label: labelOf(event), pattern: patternOf(event) });
        return;
      case "span_ended":
        return ended(known.get(event.path), event);
      case "phase_change": {
        const agent = known.get(event.parent ?? event.path) ?? known.get(agentAbove(event.path) ?? "");
        if (agent) agent.note = event.key ?? "";
        return;
      }
      case "wait_asked":
        return void settle(stepOf(event.path), "waiting", event.name ?? "");
      case "llm_call":
      case "tool_call":
      case "code_call":
      case "wait_answer":
        if (event.span_kind !== "synthetic") called(stepOf(event.path), event);
        return;
      default:
        return;
    }
  };
  const ended = (step: Step | undefined, event: TraceEvent): void => {
    if (!step) return;
    step.endUs = nowUs();
    step.calls.clear();
    step.status = statusOf(event);
    step.note = event.status === "ok" ? (event.key ?? "") : shortly(event.message ?? "");
    if (step.status === "ok" && step !== root) forget(step);
  };
  const called = (step: Step, event: TraceEvent): void => {
    if (event.kind === "llm_call") for (let at: Step | null = step; at; at = at.parent) spend(at, event);
    if (!step.isAgent && step.calls.size === 0) settle(step, statusOf(event), event.status === "ok" ? "" : shortly(event.message ?? ""));
  };
  const settle = (step: Step, status: StepStatus, text: string): void => {
    step.status = status;
    step.endUs = nowUs();
    step.note = text;
  };

  return {
    root: () => root,
    note,
    begin: (task) => {
      underWay += 1;
      const step = stepOf(task.path);
      step.calls.set(task.path, doing(task));
      if (step.isAgent) return;
      step.status = "running";
      step.endUs = null;
    },
    end: ({ path }) => {
      underWay -= 1;
      heard.delete(path);
      known.get(path.replace(/:[^:/]*$/, ""))?.calls.delete(path);
    },
    hear: (task, delta) => {
      const words = lastWords(heard.get(task.path) ?? "", delta);
      heard.set(task.path, words);
      stepOf(task.path).calls.set(task.path, words === "" ? doing(task) : `${doing(task)}: ${words}`);
    },
    underWay: () => underWay,
  };
}

/** Two of a family at once make it a fan-out. */
function attach(parent: Step, step: Step): void {
  const { last } = parent;
  parent.isWide ||= last !== null && last.family === step.family && last.endUs === null;
  parent.last = step;
  parent.children.set(step.path, step);
}

function spend(step: Step, event: TraceEvent): void {
  step.modelCalls += event.status === "cancelled" ? 0 : 1;
  step.input += amount(event, "input_tokens") + amount(event, "cached_tokens");
  step.output += amount(event, "output_tokens") + amount(event, "reasoning_tokens");
  if (event.cost_usd != null && event.source == null) step.usd = (step.usd ?? 0) + event.cost_usd;
}

function amount(event: TraceEvent, column: "input_tokens" | "cached_tokens" | "output_tokens" | "reasoning_tokens"): number {
  return event[column] ?? 0;
}

function statusOf({ status }: TraceEvent): StepStatus {
  if (status === "ok") return "ok";
  return status === "cancelled" ? "cancelled" : "failed";
}

/** What a task does, for people: a model by its name, a tool or worker by its own; and the turn, from the second on. */
function doing(task: ThreadTask): string {
  const [, turn] = /:(\d+)[^:/]*$/.exec(task.path) ?? [];
  const nth = turn === undefined || turn === "1" ? "" : `turn ${turn}: `;
  switch (task.kind) {
    case "model":
      return `${nth}${task.model.name}`;
    case "tool":
      return `${nth}${task.tool}`;
    default:
      return task.worker;
  }
}

/** The agent around a path; null for the run's own. */
function agentAbove(path: Path): Path | null {
  return /^(.*@\d+)\/[^@]*(?:@\d+)?$/.exec(path)?.[1] ?? null;
}

function familyOf(path: Path): string {
  return path.replace(/@\d+$/, "").replace(/\[\d+\]([^[\]]*)$/, "[]$1");
}

function patternOf({ name }: TraceEvent): string {
  return (name ?? "").split(":")[2]?.replaceAll("_", "-") ?? "";
}
