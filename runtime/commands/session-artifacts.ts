import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { sessionUnusableFile } from "../../compiler/diagnostics/codes.generated.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { failed } from "../session/errors.ts";
import { type Io, tell } from "./io.ts";
import { fail, lines, reading, type Shown, type Which, writing } from "./session.ts";

/** An artifact of a session. */
export type WhichArtifact = Which & { readonly name: string };

/** `tama session artifacts`: name, version and size of each, by name. */
export function artifactsCommand(which: Which & { readonly format: Shown }, io: Io): ExitCode {
  return reading(which, io, (session) => {
    const kept = session.artifacts();
    const rows = kept.map(({ name, size, version }) => [name, `v${version}`, `${size} bytes`]);
    io.stdout(which.format === "json" ? `${JSON.stringify(kept, null, 2)}\n` : lines(rows, io));
    return exitCodes.ok;
  });
}

/** `tama session artifact`: its bytes, into a file; without one as text, if they are text. */
export function artifactReadCommand(
  which: WhichArtifact & { readonly version: number | null; readonly output: string | null; readonly cwd: string },
  io: Io,
): ExitCode {
  return reading(which, io, (session) => {
    const found = session.readArtifact(which.name, which.version ?? undefined);
    if (found.kind === "failed") return fail(io, found);
    if (which.output !== null) return save(resolve(which.cwd, which.output), found.value, io);
    const text = textOf(found.value);
    if (text === null) return fail(io, failed("validation_error", `${which.name} is no text: give a file with --output`));
    io.stdout(text);
    return exitCodes.ok;
  });
}

/** `tama session keep`: keeps a file as an artifact, and prints the new version. */
export function artifactWriteCommand(
  which: WhichArtifact & { readonly file: string; readonly cwd: string; readonly by?: string },
  io: Io,
): ExitCode {
  const file = resolve(which.cwd, which.file);
  const bytes = reasoned(() => readFileSync(file));
  if (typeof bytes === "string") return unusable(file, bytes, io);
  return writing(which, io, (session) => session.writeArtifact(which.name, bytes, which));
}

/** `tama session discard`: deletes an artifact, whose versions stay, and prints the new version. */
export function artifactDeleteCommand(which: WhichArtifact & { readonly by?: string }, io: Io): ExitCode {
  return writing(which, io, (session) => session.deleteArtifact(which.name, which));
}

function save(file: string, bytes: Uint8Array, io: Io): ExitCode {
  const reason = reasoned(() => writeFileSync(file, bytes));
  return typeof reason === "string" ? unusable(file, reason, io) : exitCodes.ok;
}

function unusable(file: string, reason: string, io: Io): ExitCode {
  tell(io, [sessionUnusableFile(null, { file, reason })]);
  return exitCodes.diagnostics;
}

/** What the work gives, or the system's reason why it cannot be done. */
function reasoned<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return error.message;
    throw error;
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // not UTF-8
  }
}
