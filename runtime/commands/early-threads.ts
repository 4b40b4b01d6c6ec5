import { projectDir } from "../1-load/project-dir.ts";
import { startClock } from "../3-task/clock.ts";
import { type IoThreads, startIoThreads, usualIoThreads } from "../executors/io-threads.ts";

/** What decides on threads that start before anything is read. */
export interface EarlyFlags {
  readonly directory?: string;
  readonly envFile?: string;
  readonly model?: string;
  readonly replay?: string;
  /** In seconds. */
  readonly modelTimeout: number;
}

/**
 * Starts the threads for models while the plan and what runs it are still being loaded. Null where it is too early to tell what
 * they need: variables come from a file, or a record stands for all answers.
 */
export function earlyThreads(flags: EarlyFlags, { cwd, env }: { cwd: string; env: Readonly<Record<string, string | undefined>> }) {
  if (flags.envFile !== undefined || flags.replay !== undefined) return null;
  const [provider = "openai"] = (flags.model ?? "openai").split(":");
  return threadsFor({ projectDir: projectDir(flags.directory, cwd), env, warm: [provider], modelTimeoutMs: flags.modelTimeout * 1_000 });
}

/** Threads for models with the usual size and a clock that starts now. */
export function threadsFor(options: {
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warm: readonly string[];
  readonly modelTimeoutMs: number;
}): IoThreads {
  return startIoThreads({ ...options, env: definedOnly(options.env), clock: startClock(), ioThreads: usualIoThreads });
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
