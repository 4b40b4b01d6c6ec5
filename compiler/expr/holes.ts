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
 * `\{{` stands for `{{`, and any other brace for itself.
 */
export function cutHoles(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(opening)) {
    if (found.index < at) continue;
    pieces.push({ kind: "text", text: text.slice(at, found.index) });
    const start = found.index + found[0].length;
    const piece = found[0].startsWith("\\") ? ({ kind: "text", text: "{{" } as const) : holeAt(text, start);
    pieces.push(piece);
    at = piece.kind === "hole" ? piece.extent.end + "}}".length : start;
  }
  return [...pieces, { kind: "text", text: text.slice(at) }];
}

function holeAt(text: string, start: number): Piece {
  const end = closing(text, start);
  return end === null ? { kind: "unclosed", extent: { start: start - "{{".length, end: start } } : { kind: "hole", extent: { start, end } };
}

/** Where the `}}` of a hole stands; null if there is none on the line. */
function closing(text: string, start: number): number | null {
  let open = 0;
  for (let at = start; at < text.length && text[at] !== "\n"; ) {
    quoted.lastIndex = at;
    const skipped = quoted.exec(text)?.[0].length ?? 1;
    if (open === 0 && text.startsWith("}}", at)) return at;
    if (text[at] === "{") open += 1;
    if (text[at] === "}") open = Math.max(0, open - 1);
    at += skipped;
  }
  return null;
}
