/** The commands that go by a run's journal. */
import { type Command, InvalidArgumentError } from "commander";
import type { Settlement } from "../journal/resume.ts";
import { type End, format, stateOf } from "./record-cli.ts";
import type { ResumeFlags } from "./resume.ts";

/** Adds `resume` to `tama`; `runFlags` adds the options of every command that runs a plan. */
export function resumeCommands(tama: Command, runFlags: (command: Command) => Command, end: End): void {
  runFlags(tama.command("resume").description("go on with a run that was killed, stopped, failed or waits"))
    .argument("<run>", "a run's id, the beginning of one, or `last`")
    .option("--plan <file>", "go on with this plan in place of the run's own; what it asks otherwise stops it, and is named")
    .option("--accept", "do again what the plan asks otherwise than it was recorded, and what follows from it")
    .option("--settle <path=done|redo>", "what became of a call that may have taken effect; may be given more than once", settle, new Map())
    .action(async (run: string, _flags: object, command: Command) => {
      const { resumeCommand } = await import("./resume.ts");
      await end((host) => resumeCommand(run, command.optsWithGlobals<ResumeFlags>(), host), command);
    });
}

/** Adds `why` to `tama`. */
export function whyCommand(tama: Command, end: End): void {
  tama
    .command("why")
    .description("why a request was made: what differs from the nearest one that was recorded before")
    .argument("<run>", "a run's id, the beginning of one, or `last`")
    .argument("<path>", 'the path of a request, or of a step for its first one; `tama sql "select path from llm_calls"` tells them')
    .addOption(format("text", "json"))
    .action(async (run: string, path: string, flags: { format: "text" | "json" }, command: Command) => {
      const { whyCommand: show } = await import("./why.ts");
      await end((host) => show({ stateDir: stateOf(command, host), run, path, ...flags }, host.io), command);
    });
}

/** `PATH=FILE`, added to those before. */
export function prompt(value: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const { path, word } = parted(value);
  if (path === "" || word === "") throw new InvalidArgumentError("PATH=FILE is wanted");
  return new Map([...before, [path, word]]);
}

function settle(value: string, before: ReadonlyMap<string, Settlement>): ReadonlyMap<string, Settlement> {
  const { path, word } = parted(value);
  if (path === "" || (word !== "done" && word !== "redo")) throw new InvalidArgumentError("PATH=done or PATH=redo is wanted");
  return new Map([...before, [path, word]]);
}

/** The last `=` parts path and word: op ids may hold others. */
function parted(value: string): { readonly path: string; readonly word: string } {
  const at = Math.max(0, value.lastIndexOf("="));
  return { path: value.slice(0, at), word: value.slice(at + 1) };
}
