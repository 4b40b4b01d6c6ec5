import colors from "picocolors";
import { cut, pad } from "../columns-text.ts";
import { attemptOf, formatMs } from "../progress.ts";
import { formatTokens, formatUsd } from "../run-text.ts";
import type { Step, StepStatus, Steps } from "./steps.ts";

/** How large a frame may be, and the time that it shows. */
export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
  readonly nowUs: number;
  readonly color: boolean;
}

/** A line before it is laid out. What has a lower rank stays when there is no room for all. */
interface Line {
  readonly depth: number;
  readonly rank: number;
  readonly mark: string;
  readonly text: string;
  readonly status: StepStatus;
  /** Null where there is nothing to tell of times and amounts. */
  readonly step: Step | null;
}

/**
 * The tree of a run as lines that fit the terminal: what is under way with all around it, failures, and what ended last.
 * Many of one family come together in one line. What there is no room for is counted.
 */
export function frameOf(steps: Steps, size: FrameSize): readonly string[] {
  const root = steps.root();
  if (!root) return [];
  const lines = branch(root, { depth: 0, rank: 0 }, size);
  const room = Math.max(1, size.rows - 2);
  const kept = lines.length <= room ? lines : fitted(lines, room - 1);
  const hidden = lines.length - kept.length;
  return [
    ...kept.map((line) => lineText(line, root, size)),
    ...(hidden > 0 ? [cut(`  … ${hidden} more lines`, size.columns)] : []),
    footer(root, steps.underWay(), size),
  ];
}

/** The most important lines, in their order. What stands above a line is never less important than it. */
function fitted(lines: readonly Line[], room: number): readonly Line[] {
  const places = lines.map((_, index) => index).sort((a, b) => (lines[a]?.rank ?? 0) - (lines[b]?.rank ?? 0) || a - b);
  const kept = new Set(places.slice(0, room));
  return lines.filter((_, index) => kept.has(index));
}

interface Place {
  readonly depth: number;
  readonly rank: number;
}

const ranks: Readonly<Record<StepStatus, number>> = { waiting: 1, failed: 2, running: 3, ok: 4, cancelled: 5 };

function branch(step: Step, { depth, rank }: Place, size: FrameSize): readonly Line[] {
  const only = onlyStep(step);
  const own: Line = {
    depth,
    rank,
    mark: isQueued(step) ? "·" : markOf(step.status, size.nowUs),
    text: textOf(step, only),
    status: step.status,
    step,
  };
  if (only) return [own];
  const below = { depth: depth + 1, rank };
  return [own, ...groupsOf(step, size).flatMap((group) => membersOf(group, step, below, size))];
}

/** What an agent does that has but one step is told in its own line. */
function onlyStep(step: Step): Step | null {
  const [only, ...others] = step.children.size === 1 ? step.children.values() : [];
  return only && others.length === 0 && !only.isAgent ? only : null;
}

/** In the order in which they began; by families where one has many members. */
function groupsOf(step: Step, size: FrameSize): readonly (readonly Step[])[] {
  const families = familiesOf(step);
  const hasMany = families.some(({ length }) => length > fewMembers(size));
  return hasMany ? families : [...step.children.values()].map((child) => [child]);
}

function familiesOf(step: Step): readonly (readonly Step[])[] {
  const families = new Map<string, Step[]>();
  for (const child of step.children.values()) {
    const family = families.get(child.family);
    if (family) family.push(child);
    else families.set(child.family, [child]);
  }
  return [...families.values()];
}

/** So many of one family are shown one by one: half a screen. */
function fewMembers({ rows }: FrameSize): number {
  return Math.max(6, Math.floor(rows / 2));
}

function membersOf(members: readonly Step[], parent: Step, place: Place, size: FrameSize): readonly Line[] {
  const ranked = (step: Step) => branch(step, { ...place, rank: Math.max(place.rank, ranks[step.status]) }, size);
  if (members.length <= fewMembers(size)) return members.flatMap(ranked);
  const of = (...statuses: readonly StepStatus[]) => members.filter(({ status }) => statuses.includes(status));
  const [failed, ended] = [of("failed"), of("ok")];
  const running = of("running", "waiting").filter((step) => !isQueued(step));
  const shown = [...failed.slice(-3), ...running.slice(0, 4), ...latest(ended, 2)];
  const done = failed.length + ended.length;
  const others = { running: running.length, failed: failed.length, cancelled: of("cancelled").length };
  const counts = [
    `${count(done)}${parent.isWide ? ` of ${count(members.length)}` : ""} done`,
    ...Object.entries(others).flatMap(([name, number]) => (number > 0 ? [`${count(number)} ${name}`] : [])),
  ].join(", ");
  const summary: Line = {
    ...{ depth: place.depth, rank: place.rank, mark: "", step: null },
    status: failed.length > 0 ? "failed" : running.length > 0 ? "running" : "ok",
    text: `${nameOf(members)} ${parent.isWide && size.columns >= wide ? `${barOf(done, members.length)} ` : ""}${counts}`,
  };
  return [summary, ...shown.flatMap((step) => ranked(step).map((line) => ({ ...line, depth: line.depth + 1 })))];
}

/** Whether it waits for its first turn. */
function isQueued({ status, calls, children }: Step): boolean {
  return status === "running" && calls.size === 0 && children.size === 0;
}

function latest(steps: readonly Step[], most: number): readonly Step[] {
  const last: Step[] = [];
  for (const step of steps) {
    last.push(step);
    last.sort((a, b) => (a.endUs ?? 0) - (b.endUs ?? 0));
    if (last.length > most) last.shift();
  }
  return last;
}

function nameOf([first]: readonly Step[]): string {
  return `${(first?.label ?? "").replace(/\[\d+\]$|_\d+$/, "")}:`;
}

const barWidth = 20;

function barOf(done: number, all: number): string {
  const cells = Math.floor((done / all) * barWidth);
  return `${"█".repeat(cells)}${"░".repeat(barWidth - cells)}`;
}

const turning = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

function markOf(status: StepStatus, nowUs: number): string {
  if (status === "running") return turning[Math.floor(nowUs / 100_000) % turning.length] ?? "";
  return { waiting: "?", ok: "✓", failed: "✗", cancelled: "-" }[status];
}

function textOf(step: Step, only: Step | null): string {
  const name = `${step.label}${attemptOf(step.path)}${step.pattern === "" ? "" : ` (${step.pattern})`}`;
  const [call] = [...step.calls.values(), ...(only?.calls.values() ?? [])];
  const notes = [step.note, only?.note ?? "", call ?? ""].filter((part) => part !== "");
  return notes.length === 0 ? name : `${name}: ${notes.join(", ")}`;
}

/** From this many columns on there is room for bars and amounts. */
const wide = 60;

const timeWidth = 8;
const tokenWidth = 11;
const usdWidth = 10;

function lineText({ depth, mark, text, status, step }: Line, root: Step, { columns, nowUs, color }: FrameSize): string {
  const lead = `${"  ".repeat(Math.min(depth, 12))}${mark === "" ? "" : `${mark} `}`;
  const isWide = columns >= wide;
  const amounts = step && isWide ? amountsOf(step, root.usd !== null, nowUs) : "";
  const room = Math.max(1, columns - lead.length - (step && isWide ? amounts.length + 1 : 0));
  return `${paint(status, color)(lead + pad(cut(text, room), amounts === "" ? 0 : room, "left"))}${amounts === "" ? "" : ` ${amounts}`}`.trimEnd();
}

function amountsOf(step: Step, hasPrice: boolean, nowUs: number): string {
  const time = formatMs(((step.endUs ?? nowUs) - step.startUs) / 1000);
  const tokens = formatTokens({ input_tokens: step.input, output_tokens: step.output });
  const usd = hasPrice ? pad(step.usd === null ? "" : formatUsd(step.usd), usdWidth, "right") : "";
  return `${pad(time, timeWidth, "right")}${pad(tokens, tokenWidth, "right")}${usd}`;
}

function paint(status: StepStatus, color: boolean): (text: string) => string {
  const tints = colors.createColors(color);
  const tint = { running: tints.cyan, waiting: tints.yellow, ok: tints.green, failed: tints.red, cancelled: tints.dim };
  return tint[status];
}

/** The whole run in one line. */
function footer(root: Step, underWay: number, { columns, nowUs, color }: FrameSize): string {
  const tokens = formatTokens({ input_tokens: root.input, output_tokens: root.output });
  const parts = [
    formatMs(((root.endUs ?? nowUs) - root.startUs) / 1000),
    `${count(root.modelCalls)} model call${root.modelCalls === 1 ? "" : "s"}`,
    ...(underWay > 0 ? [`${count(underWay)} under way`] : []),
    ...(tokens === "" ? [] : [`${tokens} tokens`]),
    ...(root.usd === null ? [] : [formatUsd(root.usd)]),
  ];
  return colors.createColors(color).dim(cut(parts.join(" · "), columns));
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
