/** The commands that look at the record: `runs` and what is under it, `sql`, `load`. Each is loaded when it is asked for. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { projectDir, stateDir } from "../1-load/project-dir.ts";
import { parseBytes, parseTime } from "./amounts.ts";
import type { Host } from "./exec.ts";
import { type PermissionFlags, writeFlag } from "./permissions-cli.ts";
import { type RunsOptions, runOrders, runStatuses } from "./runs-options.ts";

/** Runs a command and leaves with its exit code. */
export type End = (action: (host: Host) => Promise<number>, command: Command) => Promise<void>;

/** Adds them to `tama`. */
export function recordCommands(tama: Command, end: End): void {
  const runs = runsCommands(tama, end);
  showCommand(runs, end);
  diffCommand(runs, end);
  exportCommand(runs, end);
  rollbackCommand(runs, end);
  removeCommands(runs, end);
  tama
    .command("sql")
    .description("ask the database of runs")
    .argument("<query>", "SQL; tables and columns are in the README")
    .addOption(format("table", "json", "csv"))
    .action(async (query: string, flags: { format: "table" | "json" | "csv" }, command: Command) => {
      const { sqlCommand } = await import("./sql.ts");
      await end((host) => sqlCommand({ stateDir: stateOf(command, host), query, format: flags.format }, host.io), command);
    });
  tama
    .command("load")
    .description("bring the database up to the logs; where it is damaged, make it anew")
    .option("--rebuild", "make it anew in any case")
    .action(async (flags: { rebuild?: true }, command: Command) => {
      const { loadCommand } = await import("./load.ts");
      await end((host) => loadCommand({ stateDir: stateOf(command, host), rebuild: flags.rebuild ?? false }, host.io), command);
    });
}

type RunsFlags = Pick<RunsOptions, "limit" | "format" | "sort"> & {
  readonly status?: RunsOptions["status"];
  readonly entry?: string | null;
  readonly since?: number | null;
};

/** `runs` has no options of its own, so that those of the commands below it are theirs; without a command it lists. */
function runsCommands(tama: Command, end: End): Command {
  const runs = tama.command("runs").description("list the runs, newest first, and look at them: tama runs list --help tells how");
  runs
    .command("list", { isDefault: true })
    .description("list the runs, newest first (also without `list`)")
    .option("-n, --limit <n>", "at most so many", wholeNumber, 20)
    .addOption(new Option("--status <status>", "only such runs").choices(runStatuses))
    .option("--entry <agent>", "only runs that started with this agent")
    .option("--since <time>", "only runs since then: 2h, 3d, or a date like 2026-11-20", time)
    .addOption(new Option("--sort <by>", "what comes first").choices(runOrders).default("newest"))
    .addOption(format("text", "json"))
    .action(async ({ status = null, entry = null, since = null, ...flags }: RunsFlags, command: Command) => {
      const { runsCommand } = await import("./runs.ts");
      await end((host) => runsCommand({ stateDir: stateOf(command, host), ...flags, status, entry, sinceMs: since }, host.io), command);
    });
  return runs;
}

type ShowFlags = { readonly all?: boolean; readonly llm?: true; readonly summary?: true; readonly format: "text" | "json" };

function showCommand(runs: Command, end: End): void {
  runs
    .command("show")
    .description("draw a run's spans, with times and tokens")
    .argument("<run>", "a run's id, the beginning of one, or `last`")
    .option("--all", "every span of a wide fan-out, and of the protocol; with --llm every message of each call")
    .option("--llm", "what models were told and what they answered, whole")
    .addOption(new Option("--summary", "totals of the run, and by agent").conflicts("llm"))
    .addOption(format("text", "json"))
    .action(async (run: string, { all = false, llm, summary, format: shown }: ShowFlags, command: Command) => {
      const { runsShowCommand } = await import("./runs-show.ts");
      const what = llm ? "llm" : summary ? "summary" : "spans";
      await end((host) => runsShowCommand({ stateDir: stateOf(command, host), run, all, what, format: shown }, host.io), command);
    });
}

function diffCommand(runs: Command, end: End): void {
  runs
    .command("diff")
    .description("what differs between two runs, by path: routes, outputs, tokens, times, cost; nothing for a repeated run")
    .argument("<a>", "a run")
    .argument("<b>", "another one")
    .addOption(format("text", "json"))
    .action(async (a: string, b: string, flags: { format: "text" | "json" }, command: Command) => {
      const { runsDiffCommand } = await import("./runs-diff.ts");
      await end((host) => runsDiffCommand({ stateDir: stateOf(command, host), a, b, format: flags.format }, host.io), command);
    });
}

function exportCommand(runs: Command, end: End): void {
  runs
    .command("export")
    .description("write all rows of a run into one file")
    .argument("<run>", "a run")
    .addOption(format("arrow", "parquet", "jsonl"))
    .option("-o, --output <file>", "the file (default: run-ID.FORMAT in the current folder)")
    .action(async (run: string, flags: { format: "arrow" | "parquet" | "jsonl"; output?: string | null }, command: Command) => {
      const { runsExportCommand } = await import("./runs-export.ts");
      const { format: kind, output = null } = flags;
      await end(
        (host) => runsExportCommand({ stateDir: stateOf(command, host), cwd: host.cwd, run, format: kind, output }, host.io),
        command,
      );
    });
}

type RollbackOptions = { readonly agent?: string | null; readonly yes?: true; readonly dryRun?: true } & PermissionFlags;

function rollbackCommand(runs: Command, end: End): void {
  writeFlag(
    runs
      .command("rollback")
      .description("undo what a run wrote to shared memory, artifacts and files, the last first; what others wrote since stays as it is")
      .argument("<run>", "a run that nobody is writing")
      .option("--agent <path>", "only what this agent wrote, and those that it called: the path of its span")
      .option("--yes", "do it without asking")
      .addOption(new Option("--dry-run", "only tell what would be undone").conflicts("yes")),
  ).action(async (run: string, { agent = null, yes, dryRun, ...flags }: RollbackOptions, command: Command) => {
    const [{ rollbackCommand: rollback }, { readClock, startClock }] = await Promise.all([
      import("./rollback.ts"),
      import("../3-task/clock.ts"),
    ]);
    const how = dryRun ? "tell" : yes ? "do" : "ask";
    const { directory } = command.optsWithGlobals<{ directory?: string }>();
    const where = directory === undefined ? {} : { directory };
    const nowUs = readClock(startClock());
    await end((host) => rollback({ ...flags, ...where, stateDir: stateOf(command, host), run, agent, how, nowUs }, host), command);
  });
}

function removeCommands(runs: Command, end: End): void {
  runs
    .command("rm")
    .description("remove runs, but none that is going on")
    .argument("<run...>", "runs")
    .action(async (words: readonly string[], _flags: object, command: Command) => {
      const { runsRmCommand } = await import("./runs-remove.ts");
      await end((host) => runsRmCommand({ stateDir: stateOf(command, host), runs: words }, host.io), command);
    });
  runs
    .command("gc")
    .description("remove old runs, but none that is going on")
    .option("--older-than <time>", "those in which nothing happened since then: 30d, 2w, or a date", time)
    .option("--max-size <size>", "the oldest, until the rest takes at most so much: 500MB, 2GB", bytes)
    .option("--dry-run", "only say what would be removed")
    .action(async (flags: { olderThan?: number | null; maxSize?: number | null; dryRun?: boolean }, command: Command) => {
      const { olderThan: beforeMs = null, maxSize: maxBytes = null, dryRun = false } = flags;
      if (beforeMs === null && maxBytes === null) command.error("error: say which: --older-than, --max-size, or both", { exitCode: 2 });
      const { runsGcCommand } = await import("./runs-remove.ts");
      await end((host) => runsGcCommand({ stateDir: stateOf(command, host), beforeMs, maxBytes, dryRun }, host.io), command);
    });
}

/** Where the runs of a command are. */
export function stateOf(command: Command, { cwd, env }: Host): string {
  const { directory, state } = command.optsWithGlobals<{ directory?: string; state?: string }>();
  return stateDir(state, env["TAMA_STATE"], projectDir(directory, cwd));
}

/** `--format`, the first being what is used where nothing is said. */
export function format(first: string, ...others: readonly string[]): Option {
  return new Option("--format <format>", "how it is shown").choices([first, ...others]).default(first);
}

/** A whole number from 1, for options. */
export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("a whole number from 1 is wanted");
  return number;
}

function time(value: string): number {
  const ms = parseTime(value, Date.now());
  if (ms === null) throw new InvalidArgumentError("wanted: how long ago (90m, 2h, 3d, 1w), or a date (2026-11-20)");
  return ms;
}

/** A size in bytes, for options. */
export function bytes(value: string): number {
  const size = parseBytes(value);
  if (size === null) throw new InvalidArgumentError("wanted: a size, such as 500MB or 2GB");
  return size;
}
