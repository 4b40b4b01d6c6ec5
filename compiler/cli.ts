/** `tamac`: says its version at once; for all else it loads the command line, with what that needs. */
import { type ExitCode, exitCodes } from "./ir/exit-codes.ts";
import { version } from "./version.ts";

const progress = { hasEnded: false };
process.on("exit", noticeEarlyEnd);
process.stdout.on("error", endWhenClosed);
void main(process.argv.slice(2)).then(end);

async function main(args: readonly string[]): Promise<ExitCode> {
  if (args.length === 1 && args[0] === "--version") return sayVersion();
  try {
    const { runProgram } = await import("./commands/program.ts");
    return await runProgram(args);
  } catch (error) {
    return reportBug(error);
  }
}

function end(code: ExitCode): void {
  process.exitCode = code;
  progress.hasEnded = true;
}

function sayVersion(): ExitCode {
  process.stdout.write(`${version}\n`);
  return exitCodes.ok;
}

/** A reader that has seen enough (`tamac graph | head`) is no failure. */
function endWhenClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  progress.hasEnded = true;
  process.exit();
}

/** A config or a worker that calls `process.exit` must not look like a build that went well. */
function noticeEarlyEnd(): void {
  if (progress.hasEnded) return;
  process.stderr.write("tamac: a config or a worker ended the process while it was loaded; nothing was written\n");
  process.exitCode = exitCodes.diagnostics;
}

function reportBug(error: unknown): ExitCode {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const where = `tamac ${version}, node ${process.version}, ${process.platform}`;
  process.stderr.write(
    `tamac: this is a bug of ours, not of your project.\n${trace}\nPlease report it with this text and the sources (${where}).\n`,
  );
  return exitCodes.bug;
}
