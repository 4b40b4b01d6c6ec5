/** Attributes of a node, an edge or a cluster. */
export type Attributes = Readonly<Record<string, string | number>>;

/** The name of a node or cluster: distinct parts give distinct names, in characters that DOT, XML and URLs leave alone. */
export function nameOf(...parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(part.toWellFormed())).join("/");
}

/** Text in quotes, drawn as it is: no escape of Graphviz's own, no HTML entity. */
export function quoted(text: string): string {
  const safe = text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML cannot hold must not reach an SVG
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f\ufffe\uffff]/g, "\ufffd")
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("&", "&amp;")
    .replaceAll("\n", "\\n");
  return `"${safe}"`;
}

/** `[label="..." shape="..."]`; nothing where there are none. */
export function attributes(values: Attributes): string {
  const written = Object.entries(values).map(([name, value]) => `${name}=${typeof value === "number" ? value : quoted(value)}`);
  return written.length === 0 ? "" : ` [${written.join(" ")}]`;
}

/** A label with room at its sides: viewers without the font that Graphviz measured with draw it wider, the more the longer it is. */
export function roomy(label: string): string {
  const lines = label.split("\n").map((line) => {
    const room = " ".repeat(1 + Math.floor(line.length / 5));
    return `${room}${line}${room}`;
  });
  return lines.join("\n");
}
