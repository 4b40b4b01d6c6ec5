/** `tama`: says its version at once; for all else it loads the command line, with what that needs. */
import { exitCodes } from "../compiler/ir/exit-codes.ts";
import pkg from "../package.json" with { type: "json" };

async function main(args: readonly string[]): Promise<void> {
  if (args.length === 1 && args[0] === "--version") process.stdout.write(`${pkg.version}\n`);
  else await runProgram(args);
}

async function runProgram(args: readonly string[]): Promise<void> {
  const guess = args.includes("exec") ? (await import("./commands/early-threads.ts")).guessThreads : null;
  const guessed = guess && (await guess(args, { cwd: process.cwd(), env: process.env }));
  await (await import("./commands/program.ts")).run(args, guessed);
}

function crash(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`tama: this is a bug of tama, not of yours. Please report it with these lines:\n${text}\n`);
  process.exit(exitCodes.bug);
}

/** A reader that went away ends no run: what it would have read is in the trace. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

process.stdout.on("error", ignoreClosed);
process.stderr.on("error", ignoreClosed);
process.on("uncaughtException", crash);
main(process.argv.slice(2)).catch(crash);
