import type { Metrics, Section } from "../measure/metrics.ts";
import { findings } from "./findings.ts";

/** What `gather` ends with: the values of its workers by name, and why the others have none. */
export interface Gathered {
  readonly measure?: Metrics;
  readonly critique?: string;
  readonly rewrites?: string;
  readonly "!failed"?: unknown;
}

/** Writes the report. A part that is missing is said to be missing. */
export function render(gathered: Gathered): string {
  const { measure, critique, rewrites } = gathered;
  const parts = [
    `# Review: ${measure?.title || "a document without a heading"}`,
    measure ? facts(measure) : "The document could not be measured.",
    part("What the reviewers say", critique),
    part("Proposed rewrites", rewrites),
    failures(gathered["!failed"]),
  ];
  return parts.filter((text) => text !== "").join("\n\n");
}

function facts(metrics: Metrics): string {
  const { words, sentences, sections, ease } = metrics;
  const counts = [plural(words, "word"), plural(sentences, "sentence"), plural(sections.length, "section")].join(", ");
  const found = findings(metrics);
  const verdict = found.length === 0 ? "No fault was found by measuring." : found.map((finding) => `- ${finding}`).join("\n");
  const files = [...new Set(metrics.links.filter(({ kind }) => kind === "relative").map(({ target }) => `\`${target}\``))];
  return [
    [`${counts}. ${easeOf(ease)}`, longestOf(metrics)].join("\n").trim(),
    "## Sections",
    table(sections),
    "Longest is the number of words in the longest sentence, ease the Flesch reading ease.",
    "## What was found by measuring",
    verdict,
    ...(files.length > 0 ? [`Linked files: ${files.join(", ")}.`] : []),
  ].join("\n\n");
}

function longestOf({ longest: [first] }: Metrics): string {
  return first ? `The longest sentence has ${plural(first.words, "word")} (line ${first.line}).` : "";
}

/** Bands as Flesch gave them, in three. */
function easeOf(ease: number | null): string {
  if (ease === null) return "There is nothing to read.";
  const band = ease >= 60 ? "plain" : ease >= 30 ? "difficult" : "very difficult";
  return `Reading ease ${ease}: ${band} (60 and more is plain, below 30 very difficult).`;
}

const columns: readonly (readonly [string, (section: Section) => string])[] = [
  ["Section", sectionName],
  ["Line", ({ line }) => String(line)],
  ["Words", ({ words }) => String(words)],
  ["Longest", ({ longest }) => String(longest)],
  ["Ease", ({ ease }) => (ease === null ? "" : String(ease))],
  ["Code", ({ codeBlocks }) => String(codeBlocks)],
  ["Links", ({ links }) => String(links)],
];

/** With its marks, and short enough that a row of the table fits 80 columns. */
function sectionName({ level, title }: Section): string {
  const name = [...(level === 0 ? "(before the first heading)" : `${"#".repeat(level)} ${title}`)];
  const short = name.length > 28 ? `${name.slice(0, 27).join("")}…` : name.join("");
  return short.replaceAll("|", "\\|");
}

/** A Markdown table, padded so that it reads as text too. */
function table(sections: readonly Section[]): string {
  const rows = [columns.map(([name]) => name), ...sections.map((section) => columns.map(([, cell]) => cell(section)))];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const padded = rows.map((row) => line(row.map((cell, column) => pad(cell, widths[column] ?? 0, column))));
  const rule = line(widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)));
  return [padded[0], rule, ...padded.slice(1)].join("\n");
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function part(heading: string, text: string | undefined): string {
  return text === undefined || text.trim() === "" ? "" : `## ${heading}\n\n${text.trim()}`;
}

function failures(failed: unknown): string {
  if (typeof failed !== "object" || failed === null) return "";
  const lines = Object.entries(failed).map(([name, failure]) => `- \`${name}\`: ${messageOf(failure)}`);
  return lines.length === 0 ? "" : `## What failed\n\n${lines.join("\n")}`;
}

function messageOf(failure: unknown): string {
  const hasMessage = typeof failure === "object" && failure !== null && "message" in failure;
  return hasMessage ? String(failure.message) : JSON.stringify(failure);
}

/** `1 word`, `2 words`. */
function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
