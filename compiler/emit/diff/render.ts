import type { Json } from "../../ir/json.ts";
import type { Change, Detail, PlanDiff } from "./types.ts";

/** A diff for people: a line per change, the lines that differ for texts. Ends with a newline. */
export function diffText({ changes }: PlanDiff): string {
  if (changes.length === 0) return "no change in what a run depends on\n";
  return `${changes.map((change) => [headline(change), ...change.details.flatMap(detailLines)].join("\n")).join("\n\n")}\n`;
}

/** A diff for a pull request. */
export function diffMarkdown({ changes }: PlanDiff): string {
  if (changes.length === 0) return "No change in what a run depends on.\n";
  return `${changes.map(markdownOf).join("\n\n")}\n`;
}

/** A diff for machines. */
export function diffJson({ same, changes }: PlanDiff): string {
  const value: Json = { same, changes: changes.map((change) => ({ ...change, details: change.details.map((one) => ({ ...one })) })) };
  return `${JSON.stringify(value, null, 2)}\n`;
}

function headline({ kind, subject, name, summary }: Change): string {
  const what = kind === "changed" || summary === "" ? "" : ` (${oneLine(summary)})`;
  return `${kind} ${subject} ${name}${what}`;
}

function detailLines(detail: Detail): readonly string[] {
  if (detail.lines) return [`  ${detail.about}`, ...detail.lines.map((line) => `    ${line}`)];
  if (detail.from === null) return [`  + ${detail.about}: ${oneLine(detail.to ?? "")}`];
  if (detail.to === null) return [`  - ${detail.about}: ${oneLine(detail.from)}`];
  return [`  ${detail.about}: ${oneLine(detail.from)} -> ${oneLine(detail.to)}`];
}

function markdownOf(change: Change): string {
  const { kind, subject, name, summary, details } = change;
  const what = kind === "changed" || summary === "" ? "" : ` (${escaped(oneLine(summary))})`;
  const short = details.filter(({ lines }) => lines === null);
  const rows = short.map(({ about, from, to }) => `| ${escaped(about)} | ${cell(from)} | ${cell(to)} |`);
  const table = rows.length > 0 ? ["", "| | before | after |", "|---|---|---|", ...rows] : [];
  const texts = details.flatMap(({ about, lines }) => (lines ? ["", `${escaped(about)}:`, "", ...fenced(lines)] : []));
  return [`### ${kind} ${subject} \`${name}\`${what}`, ...table, ...texts].join("\n");
}

/** A fence longer than any in the text. */
function fenced(lines: readonly string[]): readonly string[] {
  const longest = Math.max(0, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return [`${fence}diff`, ...lines, fence];
}

function cell(text: string | null): string {
  return text === null || text === "" ? "" : escaped(oneLine(text));
}

function escaped(text: string): string {
  return text.replace(/[\\`*_|<>[\]]/g, "\\$&");
}

/** A value on one line, cut where it is long. */
function oneLine(text: string): string {
  const line = text === "" ? "(nothing)" : text.replace(/\s*\n\s*/g, " ");
  return line.length > 160 ? `${line.slice(0, 160).toWellFormed()}…` : line;
}
