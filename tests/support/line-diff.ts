/** How two texts differ, as people read it. */
import { createTwoFilesPatch } from "diff";

/** The lines that differ, `-` expected and `+` produced, with two lines around each; empty when the texts are equal. */
export function lineDiff(expected: string, produced: string, limit = 60): string {
  if (expected === produced) return "";
  const patch = createTwoFilesPatch("expected", "produced", expected, produced, "", "", { context: 2 });
  const lines = patch
    .split("\n")
    .slice(1)
    .filter((line) => line !== "");
  const shown = lines.slice(0, limit);
  return [...shown, ...(lines.length > limit ? [`... ${lines.length - limit} lines more`] : [])].join("\n");
}
