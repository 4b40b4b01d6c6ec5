import type { Path } from "../../compiler/ir/path.ts";
import { loopsAround } from "./asking-step.ts";
import type { OpFrame, Run } from "./frames.ts";

/** The system prompt that was given in place of a step's own; null where none was. Of two that say something of a step the last counts. */
export function promptFor(run: Run, frame: OpFrame): string | null {
  for (const [at, prompt] of [...run.prompts].reverse()) if (isFromThereOn(frame, at)) return prompt;
  return null;
}

/**
 * Whether an op is the one at a path, or the same step later on: in a later round or attempt of what is around it. The items of a
 * fan-out are side by side, and none of them is later than another.
 */
function isFromThereOn(frame: OpFrame, at: Path): boolean {
  const [own, other] = [numbersOf(frame.path), numbersOf(at)];
  if (frame.path.replace(numbers, "") !== at.replace(numbers, "")) return false;
  const differs = own.findIndex(({ number }, place) => number !== other[place]?.number);
  if (differs === -1) return true;
  const [mine, theirs] = [own[differs], other[differs]];
  if (!mine || !theirs || mine.number < theirs.number) return false;
  return (
    mine.isAttempt || loopsAround(frame).at(-1 - own.slice(0, differs).filter(({ isAttempt }) => !isAttempt).length)?.kind === "repeat"
  );
}

/** Indices and attempts in a path. */
const numbers = /(?<=\[)\d+(?=\])|(?<=@)\d+(?=\/|$)/g;

function numbersOf(path: Path): readonly { readonly number: number; readonly isAttempt: boolean }[] {
  return [...path.matchAll(numbers)].map((found) => ({ number: Number(found[0]), isAttempt: path[found.index - 1] === "@" }));
}
