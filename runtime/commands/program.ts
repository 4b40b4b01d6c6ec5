import { statSync } from "node:fs";
import { homedir } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { tame } from "../../compiler/diagnostics/render/cells.ts";
import { exitCodes } from "../../compiler/ir/exit-codes.ts";
import pkg from "../../package.json" with { type: "json" };
import { type Guessed, threadsAhead, usualModelTimeout } from "./early-threads.ts";
import type { ExecFlags, Host } from "./exec.ts";
import { inputsMismatch } from "./inputs/flags.ts";
import type { Io } from "./io.ts";
import { prompt, resumeCommands, whyCommand } from "./journal-cli.ts";
import { limitFlags } from "./limits-cli.ts";
import { peopleCommands } from "./people-cli.ts";
import { permissionFlags, withEquals } from "./permissions-cli.ts";
import { recordCommands, wholeNumber } from "./record-cli.ts";
import { openScreen } from "./screen.ts";
import { sessionCommands } from "./session-cli.ts";

const columns = process.stderr.columns || 80;

const codes = `Exit codes: 0 ok, 1 the plan or the set-up has errors, 2 wrong usage, 4 not as
planned (--locked), 5 the run failed, 6 a limit was reached, 7 it waits for a
person, 8 a replay lacks a record, 9 refused, 70 a bug of tama, 130 interrupted.`;

/** Runs `tama` with these arguments, and with the threads that were started for what they seemed to say. */
export async function run(args: readonly string[], guessed: Guessed | null): Promise<void> {
  await program(guessed).parseAsync(withEquals(args), { from: "user" });
}

/** The command line of `tama`. Each command is loaded when it is asked for. */
export function program(guessed: Guessed | null = null): Command {
  const tama = new Command("tama")
    .description("Runs plans that tamac built, records every run, and answers questions about them.")
    .version(pkg.version, "--version")
    .option("-C, --directory <dir>", "the project (default: the folder of the nearest config, else the current one)", folder)
    .option("--state <dir>", "where runs are kept (default: TAMA_STATE, else .tama in the project)")
    .option("--no-color", "no colours, on a terminal too")
    .configureHelp({ minWidthToWrap: 30 })
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage))
    .showHelpAfterError("(tama --help shows what there is)")
    .addHelpText(
      "after",
      `\nExamples:\n  tamac build && tama exec plan.json --input "the task"\n  tama run "the task" --model sim\n  tama runs show last\n  tama sql "select model, sum(input_tokens) from llm_calls group by model"\n\n${codes}`,
    );
  execFlags(tama.command("exec").description("run a plan").argument("<plan>", "a plan.json"))
    .option("-i, --input <text>", "the task: text, @file, or - for standard input (with --replay: the run's own)")
    .option(
      "--inputs <file>",
      "many tasks in place of one: a file with a JSON value on each line, or -; results are lines of JSON, in order",
    )
    .option("-o, --output <file>", "with --inputs: where results go (default: standard output)")
    .option("--jobs <n>", "with --inputs: runs at once (default: 8)", wholeNumber)
    .option("--fresh", "with --inputs: begin anew, where else the same command goes on from what it did before")
    .option("--replay <run>", "take every answer from this run, and do nothing: no model is asked, no tool is called")
    .option("--from <path>", "with --replay: work from this path on, and from what follows from it; with the models that --model tells")
    .option(
      "--prompt <path=file>",
      "with --from: another system prompt for a step, and for it in later rounds; may be given more than once",
      prompt,
    )
    .option("--locked", "begin only where tools and models are those that the plan was built with")
    .action(async (plan: string, flags: ExecFlags, command: Command) => {
      const problem = inputsMismatch(flags);
      if (problem !== null) command.error(`error: ${problem}`);
      if (flags.replay === undefined && flags.input === undefined && flags.inputs === undefined)
        command.error("error: required option '-i, --input <text>' not specified");
      if (flags.replay !== undefined && flags.from === undefined && flags.model !== undefined)
        command.error(
          "error: option '--model <spec>' cannot be used with option '--replay <run>' unless '--from <path>' tells from where on",
        );
      if (flags.from === undefined && flags.prompt !== undefined)
        command.error("error: option '--prompt <path=file>' needs '--from <path>'");
      if (flags.replay === undefined && flags.from !== undefined) command.error("error: option '--from <path>' needs '--replay <run>'");
      await end(
        (host) =>
          early(all(command, flags), { ...host, guessed }, async (ready) =>
            (await import("./exec.ts")).execCommand(plan, all(command, flags), ready),
          ),
        command,
      );
    });
  execFlags(
    tama.command("run").description("build the project and run it").argument("<task>", "the task: text, @file, or - for standard input"),
  ).action(async (input: string, flags: ExecFlags, command: Command) => {
    const { runCommand } = await import("./run.ts");
    await end(async (host) => runCommand({ ...all(command, flags), input }, host), command);
  });
  resumeCommands(tama, runFlags, end);
  whyCommand(tama, end);
  peopleCommands(tama, end);
  recordCommands(tama, end);
  sessionCommands(tama, end);
  return tama;
}

function execFlags(command: Command): Command {
  return runFlags(command)
    .option("--entry <agent>", "the agent to start (default: the plan's first entry)")
    .option(
      "--model <spec>",
      "one model for every step: sim, sim:OPTIONS such as sim:policy=worst,seed=3, scripted:FILE (a scenario in YAML), recorded:RUN (what that run's models said), or provider:name such as openai:gpt-4o",
    )
    .option("--cache", "take answers of models and worker code from earlier runs that asked the same; tools always run");
}

/** The options of every command that runs a plan. */
function runFlags(command: Command): Command {
  return limitFlags(permissionFlags(command))
    .option(
      "--model-timeout <seconds>",
      "the longest time that a model request may take, with all its tries",
      wholeNumber,
      usualModelTimeout,
    )
    .option("--tool-timeout <seconds>", "the longest time that a tool call may take", wholeNumber, 120)
    .option("--env-file <file>", "variables that the environment does not set")
    .option("--concurrency <n>", "model calls at once, per model", wholeNumber, 64)
    .option("--threads <n>", "threads for workers and tools of the project (default: one less than the machine has)", wholeNumber)
    .option(
      "--debug",
      "at a terminal: look at each request before it is made, and edit it; at each answer; and at each agent that has ended, to accept it or have it undone and tried again",
    )
    .option("--break <name>", "with --debug: only at this agent or step; may be given more than once", named)
    .addOption(new Option("--progress <how>", "a tree drawn in place (on a terminal), or lines").choices(["tree", "lines"]))
    .addOption(
      new Option("--format <format>", "the result as text, or how the run ended and what it spent as JSON").choices(["text", "json"]),
    )
    .option("-q, --quiet", "only the result, and errors");
}

function named(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, name];
}

/** Does what runs a plan, on threads that start before it is loaded. */
async function early(
  flags: ExecFlags,
  { guessed, ...host }: Host & { readonly guessed: Guessed | null },
  run: (host: Host) => Promise<number>,
): Promise<number> {
  const threads = await threadsAhead(flags, guessed, host);
  try {
    return await run({ ...host, threads });
  } finally {
    await threads?.close();
  }
}

function all<F extends object>(command: Command, flags: F): F {
  return { ...command.optsWithGlobals<object>(), ...flags };
}

/** Runs a command and leaves with its exit code. Ctrl-C stops it cleanly; a second one at once, also where a thread cannot be ended. */
async function end(action: (host: Host) => Promise<number>, command: Command): Promise<void> {
  const { debug, break: at, inputs } = command.optsWithGlobals<Pick<ExecFlags, "debug" | "break" | "inputs">>();
  if (at && !debug) command.error("error: option '--break <name>' needs option '--debug'");
  if (debug && inputs !== undefined) command.error("error: option '--debug' cannot be used with option '--inputs <file>'");
  if (debug && !input()) command.error("error: option '--debug' needs a terminal to ask at");
  const controller = new AbortController();
  const io = ioOf(command);
  process.on("SIGINT", () => {
    if (controller.signal.aborted) return leaveAtOnce();
    io.stderr("tama: stopping; Ctrl-C again stops at once\n");
    controller.abort();
  });
  process.on("SIGTERM", () => controller.abort());
  process.exitCode = await action({
    io,
    cwd: process.cwd(),
    env: process.env,
    home: homedir(),
    signal: controller.signal,
    input,
    threads: null,
  });
}

/** Ends the process by the signal itself, for shells exit code 130: to exit waits for threads, and one may be in a call that never returns. */
function leaveAtOnce(): void {
  process.removeAllListeners("SIGINT");
  process.kill(process.pid, "SIGINT");
}

/** Where a person can be asked. Not looked at before it is needed: that opens it. */
function input(): typeof process.stdin | null {
  return process.stdin.isTTY === true && process.stderr.isTTY === true ? process.stdin : null;
}

function ioOf(command: Command): Io {
  const noColor = command.optsWithGlobals<{ color: boolean }>().color === false || (process.env["NO_COLOR"] ?? "") !== "";
  const isTerminal = process.stderr.isTTY === true;
  const screen = isTerminal && process.env["TERM"] !== "dumb" ? openScreen(process.stderr) : null;
  return {
    stdout: (text) => process.stdout.write(process.stdout.isTTY === true ? tame(text) : text),
    stderr: (text) => (screen ?? process.stderr).write(tame(text)),
    color: isTerminal && !noColor,
    columns,
    ...(process.stdout.isTTY === true ? { page: { color: !noColor } } : {}),
    ...(screen ? { area: screen } : {}),
  };
}

/** A project's folder must be there: a misspelt one would else be made, to hold the runs. */
function folder(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new InvalidArgumentError("there is no such folder");
  return path;
}
