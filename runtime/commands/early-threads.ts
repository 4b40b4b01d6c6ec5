import { projectDir } from "../1-load/project-dir.ts";
import { startClock } from "../3-task/clock.ts";
import { type IoThreads, startIoThreads, usualIoThreads } from "../executors/io-threads.ts";

/** What decides on threads that start before anything is read. */
export interface EarlyFlags {
  readonly directory?: string | undefined;
  readonly envFile?: string;
  readonly model?: string | undefined;
  readonly replay?: string;
  /** In seconds. */
  readonly modelTimeout: number;
}

/** The longest time that a model request may take where no flag says another, in seconds. */
export const usualModelTimeout = 600;

interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Threads that were started for what a command line seemed to say. */
export interface Guessed {
  readonly flags: EarlyFlags;
  readonly threads: IoThreads | null;
}

/** Starts the threads for models of `tama exec` before even the command line is read: to load what reads it takes about as long as their start. */
export async function guessThreads(args: readonly string[], around: Surroundings): Promise<Guessed | null> {
  const flags = guessFlags(args);
  if (!flags) return null;
  const threads = earlyThreads(flags, around);
  await threads?.pool.get().catch(() => undefined); // else what is loaded next would be loaded first
  return { flags, threads };
}

/** The threads for models, those that were guessed if the command line said so. They start while the plan and what runs it are still being loaded. */
export async function threadsAhead(flags: EarlyFlags, guessed: Guessed | null, around: Surroundings): Promise<IoThreads | null> {
  if (guessed && needOf(guessed.flags) === needOf(flags)) return guessed.threads;
  await guessed?.threads?.close();
  return earlyThreads(flags, around);
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

/** Null where it is too early to tell what they need: variables come from a file, or a record stands for all answers. */
function earlyThreads(flags: EarlyFlags, { cwd, env }: Surroundings): IoThreads | null {
  if (flags.envFile !== undefined || flags.replay !== undefined) return null;
  const modelTimeoutMs = flags.modelTimeout * 1_000;
  return threadsFor({ projectDir: projectDir(flags.directory, cwd), env, warm: [providerOf(flags)], modelTimeoutMs });
}

/** A guess, for the options' values are not told from options: `threadsAhead` looks whether it was right. */
function guessFlags(args: readonly string[]): EarlyFlags | null {
  if (args.some((arg) => /^--(directory|env-file|replay|model-timeout|model=|help)|^-h|^-C./.test(arg))) return null;
  const after = (flag: string) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  return { directory: after("-C"), model: after("--model"), modelTimeout: usualModelTimeout };
}

function needOf(flags: EarlyFlags): string {
  return JSON.stringify([flags.directory, flags.envFile, flags.replay, providerOf(flags), flags.modelTimeout]);
}

function providerOf({ model = "openai" }: EarlyFlags): string {
  return model.split(":")[0] ?? model;
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
