import { readFile, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { defineTool, type ToolContext, type ToolOutcome } from "../tool.ts";
import { isClosed, isInside, isPrivate } from "./paths.ts";

/** The largest file that is read, in bytes. */
export const maxFileBytes = 1024 * 1024;

/** Reads a UTF-8 text file under the project, less `.tama`, `.git` and `.env*`. */
export const filesRead = defineTool({
  name: "tama_files_read",
  description: "Read a file from the workspace.",
  parameters: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  effects: ["read"],
  undo: "idempotent",
  where: "thread",
  run: async (args, context) => {
    const path = args["path"];
    if (typeof path !== "string" || path === "") return failed("`path` must be the path of a file");
    try {
      return await read(path, context);
    } catch (error) {
      if (context.signal.aborted) return failed("reading was cancelled");
      if (!(error instanceof Error && "code" in error)) throw error;
      return failed(reasonOf(String(error.code), path));
    }
  },
});

/** Judges the path as written and, against symbolic links, as it really is; reads only what both allow. */
async function read(path: string, context: ToolContext): Promise<ToolOutcome> {
  const wanted = resolve(context.projectDir, path);
  const asWritten = refusal(context, wanted, path);
  if (asWritten) return { kind: "refused", message: asWritten };
  const real = await realpath(wanted);
  const closed = await Promise.all(context.closed.map((each) => realpath(each).catch(() => each)));
  const asItIs = refusal({ projectDir: await realpath(context.projectDir), closed }, real, path);
  if (asItIs) return { kind: "refused", message: asItIs };
  const found = await stat(real);
  if (!found.isFile()) return failed(`not a file: ${path}`);
  if (found.size > maxFileBytes) return failed(`file too large: ${path} has ${found.size} bytes, at most ${maxFileBytes} can be read`);
  return decode(await readFile(real, { signal: context.signal }), path);
}

function refusal({ projectDir, closed }: Pick<ToolContext, "projectDir" | "closed">, file: string, shown: string): string | null {
  if (!isInside(projectDir, file)) return `refused: ${shown} is outside the project`;
  if (isClosed(closed, file)) return `refused: ${shown} is tama's own, and cannot be read`;
  return isPrivate(projectDir, file) ? `refused: ${shown} is private (.tama, .git and .env files cannot be read)` : null;
}

function decode(bytes: Uint8Array, path: string): ToolOutcome {
  try {
    return { kind: "ok", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return failed(`not a text file: ${path} is not UTF-8`);
  }
}

/** What a system error means. */
function reasonOf(code: string, path: string): string {
  if (code === "ENOENT" || code === "ENOTDIR") return `file not found: ${path}`;
  if (code === "EACCES" || code === "EPERM") return `no permission to read ${path}`;
  return `cannot read ${path}: ${code}`;
}

function failed(message: string): ToolOutcome {
  return { kind: "failed", message };
}
