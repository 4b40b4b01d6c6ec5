import { join, resolve } from "node:path";
import { runsNotExported } from "../../compiler/diagnostics/codes.generated.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { exportArrow, exportJsonLines } from "../4-trace/export.ts";
import type { Store } from "../5-store/store.ts";
import type { Io } from "./io.ts";
import { tell } from "./io.ts";
import { withRuns } from "./with-store.ts";

/** The formats of `tama runs export`. */
export const exportFormats = ["arrow", "parquet", "jsonl"] as const;

/** The flags of `tama runs export`. */
export interface RunsExportOptions {
  readonly stateDir: string;
  readonly cwd: string;
  readonly run: string;
  readonly format: (typeof exportFormats)[number];
  /** The file to write; null: named after the run, in the current folder. */
  readonly output: string | null;
}

/** `tama runs export RUN`: all rows of a run's log in one file that other tools read. */
export async function runsExportCommand(options: RunsExportOptions, io: Io): Promise<ExitCode> {
  return withRuns({ stateDir: options.stateDir, runs: [options.run], io }, async (store, [found]) => {
    if (!found) return exitCodes.diagnostics;
    const file = resolve(options.cwd, options.output ?? `run-${found.id.slice(0, 8)}.${options.format}`);
    const reason = await write({ ...options, store, id: found.id, file });
    if (reason === null) io.stderr(`wrote ${file}\n`);
    else tell(io, [runsNotExported(null, { file, reason })]);
    return reason === null ? exitCodes.ok : exitCodes.diagnostics;
  });
}

type Job = RunsExportOptions & { readonly store: Store; readonly id: string; readonly file: string };

/** Writes the file; gives the system's reason where it cannot. */
async function write({ stateDir, format, store, id, file }: Job): Promise<string | null> {
  const dir = join(stateDir, "runs", id);
  try {
    if (format === "arrow") exportArrow(dir, file);
    else if (format === "jsonl") exportJsonLines(dir, file);
    else return await writeParquet(store, id, file);
    return null;
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return error.message;
    throw error;
  }
}

async function writeParquet(store: Store, id: string, file: string): Promise<string | null> {
  const rows = `SELECT * FROM log WHERE trace_id = '${id.replaceAll("'", "''")}' ORDER BY seq`;
  const result = await store.query(`COPY (${rows}) TO '${file.replaceAll("'", "''")}' (FORMAT parquet)`);
  return result.kind === "failed" ? result.diagnostic.message : null;
}
