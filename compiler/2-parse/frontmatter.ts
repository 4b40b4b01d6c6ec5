/** A source file, cut. Offsets are those of `yaml` and `body` in the file. */
export type Split =
  | {
      readonly kind: "found";
      readonly start: number;
      readonly yaml: string;
      readonly yamlAt: number;
      readonly body: string;
      readonly bodyAt: number;
    }
  | { readonly kind: "none" }
  | { readonly kind: "unclosed"; readonly start: number }
  /** A line that was to close it is indented, and so closes nothing. `start` is where its dashes are. */
  | { readonly kind: "indented"; readonly start: number };

const fence = /^---[ \t]*$/;
const indentedFence = /^[ \t]+---$/;

/**
 * Cuts frontmatter from body. It opens at a line `---` that only blank lines may precede, and closes at the next line that
 * is `---`. The body loses its leading blank lines' newlines, nothing else.
 */
export function splitFrontmatter(text: string): Split {
  const start = text.length - text.trimStart().length;
  const yamlAt = lineEnd(text, start);
  if (!fence.test(text.slice(start, yamlAt).trimEnd())) return { kind: "none" };
  for (let at = yamlAt; at < text.length; at = lineEnd(text, at)) {
    const end = lineEnd(text, at);
    const line = text.slice(at, end).trimEnd();
    if (fence.test(line)) return cut(text, { start, yamlAt, yamlEnd: at, bodyAt: end });
    if (indentedFence.test(line) && !isInText(text.slice(yamlAt, at), indentOf(line)))
      return { kind: "indented", start: at + indentOf(line) };
  }
  return { kind: "unclosed", start };
}

function cut(
  text: string,
  at: { readonly start: number; readonly yamlAt: number; readonly yamlEnd: number; readonly bodyAt: number },
): Split {
  const rest = text.slice(at.bodyAt);
  const bodyAt = at.bodyAt + rest.length - rest.replace(/^\n+/, "").length;
  return { kind: "found", start: at.start, yaml: text.slice(at.yamlAt, at.yamlEnd), yamlAt: at.yamlAt, body: text.slice(bodyAt), bodyAt };
}

/** Whether a line of this indentation after `above` belongs to a text: the value of a key may be a block, or stand in quotes over several lines. */
function isInText(above: string, indent: number): boolean {
  const head = above.split("\n").findLast((line) => line.trim() !== "" && indentOf(line) < indent) ?? "";
  return /[|>][+-]?\d?[+-]?\s*(#.*)?$/.test(head) || /[:-]\s+("[^"]*|'[^']*)$/.test(head);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Where the line after the one at `from` begins. */
function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end + 1;
}
