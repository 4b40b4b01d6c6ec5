import type { Extent } from "./syntax.ts";

/** A piece of a template's text: text as it is, a hole by what stands in it, or the opening of a hole that does not end. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "hole"; readonly extent: Extent }
  | { readonly kind: "unclosed"; readonly extent: Extent };

const opening = /\\?\{\{/g;
const quoted = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y;

/**
 * Cuts a template at its holes. `{{` opens one and `}}` on the same line closes it, braces of objects and texts in it apart;
 * `\{{` stands for `{{`, and any other brace for itself. What follows a hole that does not end is text up to the end of its line.
 */
export function cutHoles(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const scan: Scan = { text, loose: new Map() };
  let at = 0;
  for (const found of text.matchAll(opening)) {
    if (found.index < at) continue;
    pieces.push({ kind: "text", text: text.slice(at, found.index) });
    const start = found.index + found[0].length;
    const piece = found[0].startsWith("\\") ? ({ kind: "text", text: "{{" } as const) : holeAt(scan, start);
    pieces.push(piece);
    at = endOf(piece, scan, start);
  }
  return [...pieces, { kind: "text", text: text.slice(at) }];
}

/** A text while it is cut. A quote that nothing closes on its line makes no text; `loose` says up to where that is known. */
interface Scan {
  readonly text: string;
  readonly loose: Map<string, number>;
}

function endOf(piece: Piece, { text }: Scan, start: number): number {
  if (piece.kind === "hole") return piece.extent.end + "}}".length;
  return piece.kind === "unclosed" ? lineEnd(text, start) : start;
}

function holeAt(scan: Scan, start: number): Piece {
  const end = closing(scan, start);
  return end === null ? { kind: "unclosed", extent: { start: start - "{{".length, end: start } } : { kind: "hole", extent: { start, end } };
}

/** Where the `}}` of a hole stands; null if there is none on the line. */
function closing(scan: Scan, start: number): number | null {
  const { text } = scan;
  let open = 0;
  for (let at = start; at < text.length && text[at] !== "\n"; ) {
    const skipped = quotedLength(scan, at);
    if (open === 0 && text.startsWith("}}", at)) return at;
    if (text[at] === "{") open += 1;
    if (text[at] === "}") open = Math.max(0, open - 1);
    at += skipped;
  }
  return null;
}

/** How long the quoted text is that begins here; 1 where none does. */
function quotedLength({ text, loose }: Scan, at: number): number {
  const quote = text[at] ?? "";
  if ((quote !== '"' && quote !== "'") || at < (loose.get(quote) ?? 0)) return 1;
  quoted.lastIndex = at;
  const found = quoted.exec(text)?.[0];
  if (found === undefined) loose.set(quote, lineEnd(text, at));
  return found?.length ?? 1;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}
