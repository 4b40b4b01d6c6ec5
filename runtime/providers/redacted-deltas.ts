import { pieceRedactor, redactor, type Secret } from "../3-task/redact.ts";
import type { Delta } from "../3-task/task.ts";

/** Whoever is told of an answer as it comes. */
export interface Listener {
  readonly hear: (delta: Delta) => void;
  /** The answer is there: nothing is held back any more. */
  readonly end: () => void;
}

/** Tells of an answer without its secrets, also where one comes in several pieces. */
export function withoutSecrets(onDelta: (delta: Delta) => void, secrets: readonly Secret[]): Listener {
  const redact = redactor(secrets);
  const pieces = pieceRedactor(secrets);
  let kind: "text" | "args" = "text";
  const give = (text: string) => {
    if (text !== "") onDelta({ kind, text });
  };
  const end = () => give(pieces.rest());
  const hear = (delta: Delta) => {
    if (delta.kind === "begin")
      pieces.rest(); // of a try that broke off
    else if (delta.kind !== kind) end();
    if (delta.kind === "begin") return onDelta(delta);
    if (delta.kind === "call") return onDelta({ kind: "call", name: redact(delta.name) });
    kind = delta.kind;
    give(pieces.take(delta.text));
  };
  return { hear, end };
}
