import { homedir } from "node:os";
import { Command, InvalidArgumentError, Option } from "commander";
import { exitCodes } from "../../compiler/ir/exit-codes.ts";
import pkg from "../../package.json" with { type: "json" };
import { projectDir, stateDir } from "../1-load/project-dir.ts";
import type { ExecFlags, Host } from "./exec.ts";
import type { Io } from "./io.ts";

const columns = process.stderr.columns || 80;

/** The command line of `tama`. Each command is loaded when it is asked for. */
export function program(): Command {
  const tama = new Command("tama")
    .description("Runs plans that tamac built, records every run, and answers questions about them.")
    .version(pkg.version, "--version")
    .option("-C, --directory <dir>", "the project (default: the folder of the nearest config, else the current one)")
    .option("--state <dir>", "where runs are kept (default: TAMA_STATE, else .tama in the project)")
    .option("--no-color", "no colours, on a terminal too")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage))
    .showHelpAfterError("(tama --help shows what there is)")
    .addHelpText(
      "after",
      `\nExamples:\n  tamac build && tama exec plan.json --input "the task"\n  tama run "the task" --model sim\n  tama runs show last\n  tama sql "select model, sum(input_tokens) from llm_calls group by model"`,
    );
  execFlags(tama.command("exec").description("run a plan").argument("<plan>", "a plan.json"))
    .requiredOption("-i, --input <text>", "the task: text, @file, or - for standard input")
    .action(async (plan: string, flags: ExecFlags, command: Command) => {
      const { execCommand } = await import("./exec.ts");
      await end(async (host) => execCommand(plan, all(command, flags), host), command);
    });
  execFlags(
    tama.command("run").description("build the project and run it").argument("<task>", "the task: text, @file, or - for standard input"),
  ).action(async (input: string, flags: ExecFlags, command: Command) => {
    const { runCommand } = await import("./run.ts");
    await end(async (host) => runCommand({ ...all(command, flags), input }, host), command);
  });
  const runs = tama
    .command("runs")
    .description("list the runs, newest first")
    .option("-n, --limit <n>", "at most so many", wholeNumber, 20);
  runs.addOption(format("text", "json")).action(async (flags: { limit: number; format: "text" | "json" }, command: Command) => {
    const { runsCommand } = await import("./runs.ts");
    await end(async (host) => runsCommand({ stateDir: stateOf(command, host), ...flags }, host.io), command);
  });
  runs
    .command("show")
    .description("draw a run's spans with times and tokens")
    .argument("<run>", "a run's id, the beginning of one, or `last`")
    .option("--all", "every span of a wide fan-out")
    .addOption(format("text", "json"))
    .action(async (run: string, flags: { all?: true; format: "text" | "json" }, command: Command) => {
      const { runsShowCommand } = await import("./runs-show.ts");
      await end(
        async (host) => runsShowCommand({ stateDir: stateOf(command, host), run, all: flags.all ?? false, format: flags.format }, host.io),
        command,
      );
    });
  tama
    .command("sql")
    .description("ask the database of runs")
    .argument("<query>", "SQL; tables and columns are in the README")
    .addOption(format("table", "json", "csv"))
    .action(async (query: string, flags: { format: "table" | "json" | "csv" }, command: Command) => {
      const { sqlCommand } = await import("./sql.ts");
      await end(async (host) => sqlCommand({ stateDir: stateOf(command, host), query, format: flags.format }, host.io), command);
    });
  return tama;
}

function format(first: string, ...others: readonly string[]): Option {
  return new Option("--format <format>", "how it is shown").choices([first, ...others]).default(first);
}

function stateOf(command: Command, { cwd, env }: Host): string {
  const { directory, state } = command.optsWithGlobals<{ directory?: string; state?: string }>();
  return stateDir(state, env["TAMA_STATE"], projectDir(directory, cwd));
}

function execFlags(command: Command): Command {
  return command
    .option("--entry <agent>", "the agent to start (default: the plan's first entry)")
    .option("--model <spec>", "one model for every step: sim, scripted:FILE (a scenario in YAML), or provider:name such as openai:gpt-4o")
    .option("--allow-code", "run the worker code of a plan that was not built here")
    .option("--env-file <file>", "variables that the environment does not set")
    .option("--concurrency <n>", "model calls at once, per model", wholeNumber, 64)
    .option("-q, --quiet", "only the result, and errors");
}

function all<F extends object>(command: Command, flags: F): F {
  return { ...command.optsWithGlobals<object>(), ...flags };
}

/** Runs a command and leaves with its exit code. Ctrl-C stops it cleanly; a second one at once. */
async function end(action: (host: Host) => Promise<number>, command: Command): Promise<void> {
  const controller = new AbortController();
  const io = ioOf(command);
  process.on("SIGINT", () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    io.stderr("tama: stopping; Ctrl-C again stops at once\n");
    controller.abort();
  });
  process.on("SIGTERM", () => controller.abort());
  process.exitCode = await action({ io, cwd: process.cwd(), env: process.env, home: homedir(), signal: controller.signal, input });
}

/** Where a person can be asked. Not looked at before it is needed: that opens it. */
function input(): typeof process.stdin | null {
  return process.stdin.isTTY === true && process.stderr.isTTY === true ? process.stdin : null;
}

function ioOf(command: Command): Io {
  const noColor = command.optsWithGlobals<{ color: boolean }>().color === false || (process.env["NO_COLOR"] ?? "") !== "";
  return {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    color: process.stderr.isTTY === true && !noColor,
    columns,
  };
}

function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("a whole number from 1 is wanted");
  return number;
}
