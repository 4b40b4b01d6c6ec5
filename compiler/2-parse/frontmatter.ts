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
  | { readonly kind: "unclosed"; readonly start: number };

const fence = /^---[ \t]*$/;

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
    if (fence.test(text.slice(at, end).trimEnd())) return cut(text, { start, yamlAt, yamlEnd: at, bodyAt: end });
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

/** Where the line after the one at `from` begins. */
function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end + 1;
}
