import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { toText } from "../../compiler/ir/json.ts";
import type { WaitTask } from "../3-task/task.ts";
import type { Asker, Reply } from "../asker.ts";

/** A terminal: where questions are shown, and where answers are typed. */
export interface Terminal {
  readonly input: Readable;
  readonly write: (text: string) => void;
}

/** An asker that holds a terminal until it is closed. */
export interface TerminalAsker {
  readonly ask: Asker;
  readonly close: () => void;
}

/** Shows a question and takes one line, trimmed, as its answer. Lines that are typed ahead answer the questions that follow. */
export function terminalAsker({ input, write }: Terminal): TerminalAsker {
  const lines = createInterface({ input, terminal: false });
  const typed = lines[Symbol.asyncIterator]();
  const ask: Asker = async (task, signal) => {
    write(shown(task));
    const stopped = aborted(signal);
    const line = typed.next().then((next): Reply => (next.done ? closed(task) : { kind: "answer", value: next.value.trim() }));
    return Promise.race([line, stopped.reply]).finally(stopped.forget);
  };
  return { ask, close: () => lines.close() };
}

function shown({ channel, question }: WaitTask): string {
  return `\n━━━ human input required ━━━\nchannel: ${channel}\n\n${toText(question)}\n\n> `;
}

function closed({ channel }: WaitTask): Reply {
  return { kind: "nobody", message: `channel \`${channel}\` waits for a person, and the terminal was closed before an answer came` };
}

function aborted(signal: AbortSignal): { readonly reply: Promise<Reply>; readonly forget: () => void } {
  let stop = () => {};
  const reply = new Promise<Reply>((resolve) => {
    stop = () => resolve({ kind: "cancelled" });
  });
  signal.addEventListener("abort", stop, { once: true });
  return { reply, forget: () => signal.removeEventListener("abort", stop) };
}
