import { cut, pad, width } from "./columns-text.ts";
import type { Io } from "./io.ts";
import { formatMs } from "./progress.ts";
import { formatTokens, paintBar, paintStatus } from "./run-text.ts";
import type { SpanNode } from "./span-tree.ts";

/** The tree as lines that fit the terminal: name, duration, tokens, a bar that shows when it was under way, and what is not ok. None where there is no tree. */
export function treeLines(roots: readonly SpanNode[], io: Io): readonly string[] {
  if (roots.length === 0) return [];
  const lines = roots.flatMap((root) => branch(root, "", ""));
  const layout = layoutOf(lines, io);
  const scale = formatMs((layout.endUs - layout.startUs) / 1000);
  const head = [pad("SPAN", layout.names, "left"), pad("TIME", timeWidth, "right"), pad("TOKENS", tokenWidth, "right")].join(" ");
  return [`${head}  0${pad(scale, layout.bars - 1, "right")}`, ...lines.flatMap((line) => lineText(line, layout, io))];
}

const timeWidth = 8;
const tokenWidth = 10;
const leastNames = 16;
const leastBars = 12;
const mostBars = 60;

interface Line {
  /** The branches of the tree before the name. */
  readonly lead: string;
  readonly name: string;
  /** What stands before a second line of it. */
  readonly indent: string;
  readonly node: SpanNode;
}

/** How wide names and bars are, and the time that the bars span. */
interface Layout {
  readonly names: number;
  readonly bars: number;
  readonly startUs: number;
  readonly endUs: number;
}

function layoutOf(lines: readonly Line[], io: Io): Layout {
  const widest = lines.reduce((most, line) => Math.max(most, line.lead.length + width(line.name)), leastNames);
  const room = io.columns - timeWidth - tokenWidth - 4;
  const names = Math.max(leastNames, Math.min(widest, room - leastBars));
  const startUs = lines.reduce((first, { node }) => Math.min(first, node.startUs), Number.POSITIVE_INFINITY);
  const endUs = lines.reduce((last, { node }) => Math.max(last, node.endUs ?? node.startUs), startUs);
  return { names, bars: Math.max(leastBars, Math.min(mostBars, room - names)), startUs, endUs };
}

function branch(node: SpanNode, lead: string, indent: string): readonly Line[] {
  const name = `${node.name}${node.place}${node.count > 1 ? ` ×${node.count}` : ""}`;
  const below = node.children.flatMap((child, index) => {
    const isLast = index === node.children.length - 1;
    return branch(child, `${indent}${isLast ? "└─ " : "├─ "}`, `${indent}${isLast ? "   " : "│  "}`);
  });
  return [{ lead, name, indent: `${indent}${node.children.length > 0 ? "│  " : "   "}`, node }, ...below];
}

function lineText({ lead, name, indent, node }: Line, layout: Layout, io: Io): readonly string[] {
  const time = node.endUs === null ? "" : formatMs((node.endUs - node.startUs) / 1000);
  const tokens = formatTokens({ input_tokens: node.input, output_tokens: node.output });
  const cells = [
    pad(lead + cut(name, Math.max(4, layout.names - lead.length)), layout.names, "left"),
    pad(time, timeWidth, "right"),
    pad(tokens, tokenWidth, "right"),
  ];
  const odd = Object.entries(node.statuses).filter(([status]) => status !== "ok");
  const line = `${cells.join(" ")}  ${paintBar(bar(node, layout), odd.length === 0, io.page?.color)}`.trimEnd();
  const trouble = odd.map(([status, count]) => (node.count > 1 ? `${count} ${status}` : status)).join(", ");
  if (trouble === "") return [line];
  const note = node.note === null ? trouble : `${trouble}: ${node.note}`;
  return [line, `${indent}${paintStatus(cut(note, io.columns - indent.length), io.page?.color)}`];
}

/** Where in the run's time it was under way. What encloses others is thin; what has not ended goes on to the edge. */
function bar(node: SpanNode, { bars, startUs, endUs }: Layout): string {
  const perCell = Math.max(1, endUs - startUs) / bars;
  const from = Math.min(bars - 1, Math.floor((node.startUs - startUs) / perCell));
  const until = node.endUs === null ? bars : Math.min(bars, Math.ceil((node.endUs - startUs) / perCell));
  const cells = Math.max(1, until - from);
  return `${" ".repeat(from)}${(node.children.length > 0 ? "─" : "━").repeat(cells)}`;
}
