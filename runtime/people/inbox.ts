import { dropLetter, type Letter, letterName, lettersIn, type QuestionId, readLetter } from "./mailbox.ts";

/** The inbox of a run that this process writes, under watch until closed. */
export interface Inbox {
  /** The answer that lies there for a question; null for none. */
  readonly read: (question: QuestionId) => Letter | null;
  /** Has the name of each letter told that comes from now on. */
  readonly listen: (arrived: (name: string) => void) => void;
  /** Tells at once what has come since it was last looked. */
  readonly look: () => void;
  readonly close: () => void;
}

/** How often it is looked into, in milliseconds: soon for people, and nothing to a run. Unlike a notice of the system it works on every file system. */
const everyMs = 200;

/** Opens the inbox of a run. It keeps no process alive. With `hash` no letter stays that was read, and none at the end. */
export function openInbox(runDir: string, texts: "full" | "hash"): Inbox {
  const listeners: ((name: string) => void)[] = [];
  let known = new Set(lettersIn(runDir));
  const look = () => {
    const before = known;
    known = new Set(lettersIn(runDir));
    for (const name of known) if (!before.has(name)) for (const arrived of listeners) arrived(name);
  };
  const timer = setInterval(look, everyMs).unref();
  return {
    read: (question) => {
      const letter = readLetter(runDir, question);
      if (texts === "hash" && letter) dropLetter(runDir, letterName(question));
      return letter;
    },
    listen: (arrived) => void listeners.push(arrived),
    look,
    close: () => {
      clearInterval(timer);
      if (texts === "hash") for (const name of lettersIn(runDir)) dropLetter(runDir, name);
    },
  };
}
