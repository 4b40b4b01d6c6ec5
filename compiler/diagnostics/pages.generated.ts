// Made by generate.ts from codes/. Edit the pages, then run `npm run generate`.
import type { Severity } from "./diagnostic.ts";

/** Everything that is known of a code, its page included, by code. */
export const pages: Readonly<Record<string, { readonly severity: Severity; readonly message: string; readonly help: string | null; readonly body: string }>> = {
  "source/no-project": {"severity":"error","message":"`{dir}` holds no project: neither a config nor a folder `agents`","help":"add agents/<name>/AGENT.md and a tama.config.ts, or name the project's folder: tamac build <dir>","body":"A project is a folder with agents under `agents/<name>/AGENT.md` and, beside that folder, a `tama.config.ts` or a `tama.toml`\nthat names the entry and the models. The command was given a folder that has none of these."},
  "source/not-utf8": {"severity":"error","message":"the file is not UTF-8 text: byte {offset} is not part of any character","help":"save the file as UTF-8","body":"Every source file is read as UTF-8. A byte order mark at the start is dropped and CRLF line ends are read as LF; nothing else\nis guessed, because two machines might guess differently and then build different plans.\n\nThe offset counts bytes from 0 and names the first one that does not fit."},
};
