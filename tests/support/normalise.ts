/** Replaces what differs from one machine or run to the next, so that golden output can be compared as text. */
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

export type Normalise = (text: string) => string;

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Absolute paths: the sample's input becomes `<input>`, the repository `<root>`, the temporary folder `<tmp>`. */
export function paths(inputDir: string): Normalise {
  const names: readonly (readonly [string, string])[] = [
    [inputDir, "<input>"],
    [root, "<root>"],
    [tmpdir(), "<tmp>"],
  ];
  return (text) => names.reduce((result, [path, name]) => result.replaceAll(path, name), text);
}

/** Points in time (ISO 8601) become `<time>`, and durations such as `12 ms`, `3.4s` and `2m 5s` become `<duration>`. */
export const times: Normalise = (text) =>
  text
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?/g, "<time>")
    .replace(/\b\d+(\.\d+)? ?(us|µs|ms|s|m \d+(\.\d+)?s)\b/g, "<duration>");

/** UUIDs and hexadecimal ids of 16 digits and more become `<id1>`, `<id2>` ..., the same id always the same name. */
export const ids: Normalise = (text) => {
  const names = new Map<string, string>();
  return text.replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{16,64}\b/g, (id) => {
    const name = names.get(id) ?? `<id${names.size + 1}>`;
    names.set(id, name);
    return name;
  });
};
