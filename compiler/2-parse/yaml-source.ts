import type { Span } from "../ir/span.ts";

/** A piece of YAML in a file, which it stands `at`. */
export interface YamlSource {
  readonly file: string;
  readonly text: string;
  readonly at: number;
}

/** A place in the YAML as a place in the file, never outside the YAML. */
export function spanOf({ file, text, at }: YamlSource, [start, end]: readonly [number, number, ...number[]]): Span {
  const within = (offset: number) => at + Math.min(Math.max(offset, 0), text.length);
  return { file, start: within(start), end: within(Math.max(start, end)) };
}
