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
const indentedFence = /^[ \t]+---[ \t]*$/m;
const opensText = /[|>][+-]?\d?[+-]?\s*(#.*)?$|[:-]\s+("[^"]*|'[^']*)$/;

/**
 * Cuts frontmatter from body. It opens at a line `---` that only blank lines may precede, and closes at the next line that
 * is `---`. The body loses its leading blank lines' newlines, nothing else.
 */
export function splitFrontmatter(text: string): Split {
  const start = text.length - text.trimStart().length;
  const yamlAt = lineEnd(text, start);
  if (!fence.test(text.slice(start, yamlAt).trimEnd())) return { kind: "none" };
  const yamlEnd = closingAt(text, yamlAt);
  const indented = indentedIn(text.slice(yamlAt, yamlEnd ?? text.length));
  if (indented !== null) return { kind: "indented", start: yamlAt + indented };
  return yamlEnd === null ? { kind: "unclosed", start } : cut(text, { start, yamlAt, yamlEnd, bodyAt: lineEnd(text, yamlEnd) });
}

/** Where the line is that closes what begins at `from`. */
function closingAt(text: string, from: number): number | null {
  for (let at = from; at < text.length; at = lineEnd(text, at)) if (fence.test(text.slice(at, lineEnd(text, at)).trimEnd())) return at;
  return null;
}

/** The first indented `---` that is no line of a text, which may be a block or stand in quotes. */
function indentedIn(yaml: string): number | null {
  if (!indentedFence.test(yaml)) return null;
  let [at, textIndent] = [0, Number.POSITIVE_INFINITY];
  for (const line of yaml.split("\n")) {
    const indent = line.length - line.trimStart().length;
    const isText = indent > textIndent || line.trim() === "";
    if (!isText && indentedFence.test(line)) return at + indent;
    if (!isText) textIndent = opensText.test(line) ? indent : Number.POSITIVE_INFINITY;
    at += line.length + 1;
  }
  return null;
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
