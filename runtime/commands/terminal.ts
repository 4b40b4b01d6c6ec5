import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { inTurn } from "../people/in-turn.ts";

/** A terminal: where questions are shown, and where answers are typed. */
export interface Terminal {
  readonly input: Readable;
  readonly write: (text: string) => void;
  /** Takes away what is drawn there while a person types; gives what brings it back. Default: nothing is drawn there. */
  readonly hold?: () => () => void;
}

/** A line that was typed; or why there is none. */
export type Typed<T> = { readonly kind: "typed"; readonly value: T } | { readonly kind: "closed" } | { readonly kind: "withdrawn" };

/** What a line means; or what is told before it is asked for again; `more`: another line belongs to it. */
export type Meant<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "wrong"; readonly problem: string }
  | { readonly kind: "more" };

/**
 * The one owner of a terminal's input. Whatever wants a word of the person asks here, and waits until those before it have had theirs.
 * Lines that are typed ahead answer the questions that follow; one that is withdrawn takes none.
 */
export interface Prompter {
  readonly ask: <T>(prompt: string, mean: (line: string) => Meant<T>, signal: AbortSignal) => Promise<Typed<T>>;
  readonly close: () => void;
}

/** Takes hold of a terminal until closed. */
export function openPrompter({ input, write, hold = () => () => {} }: Terminal): Prompter {
  const oneAtATime = inTurn();
  const lines = createInterface({ input, terminal: false });
  const typed = lines[Symbol.asyncIterator]();
  let coming: Promise<IteratorResult<string>> | null = null;

  const line = async (signal: AbortSignal): Promise<Typed<string>> => {
    coming ??= typed.next();
    const next = await Promise.race([coming, aborted(signal)]);
    if (next === "aborted") return { kind: "withdrawn" };
    if (next.done) return { kind: "closed" };
    coming = null;
    return { kind: "typed", value: next.value };
  };
  const answered: Prompter["ask"] = async (prompt, mean, signal) => {
    write(prompt);
    for (;;) {
      const said = await line(signal);
      if (said.kind === "withdrawn") write("(withdrawn)\n");
      if (said.kind !== "typed") return said;
      const meant = mean(said.value);
      if (meant.kind === "ok") return { kind: "typed", value: meant.value };
      if (meant.kind === "wrong") write(`${meant.problem}\n> `);
    }
  };
  const ask: Prompter["ask"] = (prompt, mean, signal) =>
    oneAtATime(async () => {
      if (signal.aborted) return { kind: "withdrawn" };
      const release = hold();
      try {
        return await answered(prompt, mean, signal);
      } finally {
        release();
      }
    });
  return { ask, close: () => lines.close() };
}

function aborted(signal: AbortSignal): Promise<"aborted"> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve("aborted"), { once: true }));
}
