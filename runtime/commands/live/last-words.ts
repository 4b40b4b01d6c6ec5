import { unreachable } from "../../../compiler/ir/unreachable.ts";
import type { Delta } from "../../3-task/task.ts";

/** How much is shown of an answer that is under way. */
const shown = 48;

/** The last words of an answer that is under way, in one line: `before` and what came now. */
export function lastWords(before: string, delta: Delta): string {
  switch (delta.kind) {
    case "begin":
      return "";
    case "call":
      return `${delta.name} `;
    case "text":
    case "args": {
      const chars = [...(before + delta.text).replace(/\s+/g, " ")];
      return chars.slice(-shown).join("");
    }
    default:
      return unreachable(delta);
  }
}
