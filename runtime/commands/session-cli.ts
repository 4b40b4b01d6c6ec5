/** The commands on sessions, and `plan`. Each is loaded when it is asked for. */
import { type Command, InvalidArgumentError } from "commander";
import { projectDir } from "../1-load/project-dir.ts";
import type { PlanFlags } from "./plan.ts";
import { bytes, type End, format, stateOf, wholeNumber } from "./record-cli.ts";
import type { Shown } from "./session.ts";

/** Adds them to `tama`. */
export function sessionCommands(tama: Command, end: End): void {
  planCommand(tama, end);
  const session = tama.command("session").description("make, read and write sessions; each run is one");
  session
    .command("new")
    .description("make a session and print its id")
    .option("--max-artifact-size <size>", "the largest artifact that it takes (default: 100 MiB)", bytes)
    .action(async (flags: { maxArtifactSize?: number }, command: Command) => {
      const { sessionNewCommand } = await import("./session.ts");
      await end(async (host) => {
        const { directory } = command.optsWithGlobals<{ directory?: string }>();
        const largest = flags.maxArtifactSize === undefined ? {} : { maxArtifactBytes: flags.maxArtifactSize };
        return sessionNewCommand({ stateDir: stateOf(command, host), workspace: projectDir(directory, host.cwd), ...largest }, host.io);
      }, command);
    });
  readingCommands(session, end);
  valueCommands(session, end);
  entryCommands(session, end);
  artifactCommands(session, end);
}

const author = ["--by <name>", "who writes (default: user)"] as const;
const which = ["<session>", "the id of a session or a run, the beginning of one, or `last`"] as const;

function readingCommands(session: Command, end: End): void {
  session
    .command("show")
    .description("state, artifacts and the last entries")
    .argument(...which)
    .option("--depth <n>", "how many entries", wholeNumber, 10)
    .addOption(format("text", "json"))
    .action(async (name: string, flags: { depth: number; format: Shown }, command: Command) => {
      const { sessionShowCommand } = await import("./session.ts");
      await end(async (host) => sessionShowCommand({ stateDir: stateOf(command, host), session: name, ...flags }, host.io), command);
    });
  session
    .command("log")
    .description("the trajectory: everything that happened, oldest first")
    .argument(...which)
    .option("-n, --limit <n>", "only the last so many", wholeNumber)
    .addOption(format("text", "json"))
    .action(async (name: string, flags: { limit?: number; format: Shown }, command: Command) => {
      const { sessionLogCommand } = await import("./session.ts");
      await end(async (host) => sessionLogCommand({ stateDir: stateOf(command, host), session: name, ...flags }, host.io), command);
    });
}

function valueCommands(session: Command, end: End): void {
  session
    .command("get")
    .description("the value of a key")
    .argument(...which)
    .argument("<key>")
    .option("--with-version", "with the version that set it, as JSON")
    .action(async (name: string, key: string, flags: { withVersion?: true }, command: Command) => {
      const { sessionGetCommand } = await import("./session.ts");
      const withVersion = flags.withVersion ?? false;
      await end(async (host) => sessionGetCommand({ stateDir: stateOf(command, host), session: name, key, withVersion }, host.io), command);
    });
  session
    .command("set")
    .description("set a key, and print the state's new version")
    .argument(...which)
    .argument("<key>")
    .argument("<value>", "JSON, or else a text")
    .option(...author)
    .option("--expect-version <n>", "only where the value is in this version; 0 for none", version)
    .action(async (name: string, key: string, ...[value, flags, command]: [string, SetFlags, Command]) => {
      const { sessionSetCommand } = await import("./session.ts");
      await end(
        async (host) => sessionSetCommand({ stateDir: stateOf(command, host), session: name, key, value, ...flags }, host.io),
        command,
      );
    });
  session
    .command("delete")
    .description("delete a key, and print the state's new version")
    .argument(...which)
    .argument("<key>")
    .option(...author)
    .option("--expect-version <n>", "only where the value is in this version", version)
    .action(async (name: string, key: string, flags: SetFlags, command: Command) => {
      const { sessionDeleteCommand } = await import("./session.ts");
      await end(async (host) => sessionDeleteCommand({ stateDir: stateOf(command, host), session: name, key, ...flags }, host.io), command);
    });
}

function entryCommands(session: Command, end: End): void {
  for (const [as, what] of [
    ["say", "what a person said"],
    ["note", "a remark"],
  ] as const)
    session
      .command(as)
      .description(`add ${what} to the trajectory, and print the entry's number`)
      .argument(...which)
      .argument("<text>")
      .action(async (name: string, text: string, _flags: object, command: Command) => {
        const { sessionSayCommand } = await import("./session.ts");
        await end(async (host) => sessionSayCommand({ stateDir: stateOf(command, host), session: name, as, text }, host.io), command);
      });
}

function artifactCommands(session: Command, end: End): void {
  session
    .command("artifacts")
    .description("the artifacts: names, versions and sizes")
    .argument(...which)
    .addOption(format("text", "json"))
    .action(async (name: string, flags: { format: Shown }, command: Command) => {
      const { artifactsCommand } = await import("./session-artifacts.ts");
      await end(async (host) => artifactsCommand({ stateDir: stateOf(command, host), session: name, ...flags }, host.io), command);
    });
  session
    .command("artifact")
    .description("the content of an artifact")
    .argument(...which)
    .argument("<name>")
    .option("--version <n>", "an earlier version", wholeNumber)
    .option("-o, --output <file>", "where it goes (default: standard output, if it is text)")
    .action(async (session: string, name: string, flags: { version?: number; output?: string }, command: Command) => {
      const { artifactReadCommand } = await import("./session-artifacts.ts");
      const { version: one = null, output = null } = flags;
      await end(
        async (host) =>
          artifactReadCommand({ stateDir: stateOf(command, host), session, name, version: one, output, cwd: host.cwd }, host.io),
        command,
      );
    });
  session
    .command("keep")
    .description("keep a file as an artifact, and print its new version")
    .argument(...which)
    .argument("<name>")
    .argument("<file>")
    .option(...author)
    .action(async (session: string, name: string, ...[file, flags, command]: [string, { by?: string }, Command]) => {
      const { artifactWriteCommand } = await import("./session-artifacts.ts");
      await end(
        async (host) => artifactWriteCommand({ stateDir: stateOf(command, host), session, name, file, cwd: host.cwd, ...flags }, host.io),
        command,
      );
    });
  session
    .command("discard")
    .description("delete an artifact, and print its new version; the earlier ones stay readable")
    .argument(...which)
    .argument("<name>")
    .option(...author)
    .action(async (session: string, name: string, flags: { by?: string }, command: Command) => {
      const { artifactDeleteCommand } = await import("./session-artifacts.ts");
      await end(async (host) => artifactDeleteCommand({ stateDir: stateOf(command, host), session, name, ...flags }, host.io), command);
    });
}

interface SetFlags {
  readonly by?: string;
  readonly expectVersion?: number;
}

function planCommand(tama: Command, end: End): void {
  tama
    .command("plan")
    .description("let a model turn words into a plan of capabilities")
    .argument("<words>", "what the plan is to do with its input")
    .option("-o, --output <file>", "where the plan goes; - is standard output", "-")
    .option("--model <spec>", "who plans: sim, scripted:FILE, or provider:name (default: the project's default model)")
    .option("--env-file <file>", "variables that the environment does not set")
    .action(async (words: string, flags: PlanFlags, command: Command) => {
      const { planCommand: run } = await import("./plan.ts");
      await end((host) => run(words, { ...command.optsWithGlobals<object>(), ...flags }, host), command);
    });
}

function version(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || value.trim() === "") throw new InvalidArgumentError("a whole number from 0 is wanted");
  return number;
}
