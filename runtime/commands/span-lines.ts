import { cut, pad, width } from "./columns-text.ts";
import type { Io } from "./io.ts";
import { formatMs } from "./progress.ts";
import { formatTokens, paintStatus } from "./run-text.ts";
import type { SpanNode } from "./span-tree.ts";

/** The tree as lines that fit the terminal: name, start after the run's, duration, tokens, and what is not ok. */
export function treeLines(roots: readonly SpanNode[], io: Io): readonly string[] {
  const lines = roots.flatMap((root) => branch(root, "", ""));
  const zero = lines.reduce((first, { node }) => Math.min(first, node.startUs), Number.POSITIVE_INFINITY);
  const fixed = 9 + 9 + 13 + 3;
  const widest = lines.reduce((most, { lead, name }) => Math.max(most, lead.length + width(name)), "SPAN".length);
  const room = Math.max(16, Math.min(widest, io.columns - fixed));
  const head = [pad("SPAN", room, "left"), pad("START", 9, "right"), pad("TIME", 9, "right"), pad("TOKENS", 13, "right")].join(" ");
  return [head, ...lines.flatMap((line) => lineText(line, { room, zero, io }))];
}

interface Line {
  /** The branches of the tree before the name. */
  readonly lead: string;
  readonly name: string;
  /** What stands before a second line of it. */
  readonly indent: string;
  readonly node: SpanNode;
}

function branch(node: SpanNode, lead: string, indent: string): readonly Line[] {
  const name = `${node.name}${node.count > 1 ? ` ×${node.count}` : ""}`;
  const below = node.children.flatMap((child, index) => {
    const isLast = index === node.children.length - 1;
    return branch(child, `${indent}${isLast ? "└─ " : "├─ "}`, `${indent}${isLast ? "   " : "│  "}`);
  });
  return [{ lead, name, indent: `${indent}${node.children.length > 0 ? "│  " : "   "}`, node }, ...below];
}

function lineText({ lead, name, indent, node }: Line, { room, zero, io }: { room: number; zero: number; io: Io }): readonly string[] {
  const time = node.endUs === null ? "" : formatMs((node.endUs - node.startUs) / 1000);
  const start = formatMs((node.startUs - zero) / 1000);
  const tokens = formatTokens({ input_tokens: node.input, output_tokens: node.output });
  const line = [
    pad(lead + cut(name, Math.max(4, room - lead.length)), room, "left"),
    pad(start, 9, "right"),
    pad(time, 9, "right"),
    pad(tokens, 13, "right"),
  ]
    .join(" ")
    .trimEnd();
  const odd = Object.entries(node.statuses).filter(([status]) => status !== "ok");
  const trouble = odd.map(([status, count]) => (node.count > 1 ? `${count} ${status}` : status)).join(", ");
  if (trouble === "") return [line];
  const note = node.note === null ? trouble : `${trouble}: ${node.note}`;
  return [line, `${indent}${paintStatus(cut(note, io.columns - indent.length), io.color)}`];
}
