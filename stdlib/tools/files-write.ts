import { mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { JsonObject } from "../../compiler/ir/json.ts";
import { defineTool, type ToolContext, type ToolOutcome } from "../tool.ts";
import { draftOf } from "./drafts.ts";
import { isClosed, isInside, isPrivate } from "./paths.ts";

/** Writes a text file under a granted folder, at once, with the folders that it lies in. Answers `written`. */
export const filesWrite = defineTool({
  name: "tama_files_write",
  description: "Write content to a file in the workspace.",
  parameters: { type: "object", properties: { path: { type: "string" }, content: { type: "string" } }, required: ["path", "content"] },
  effects: ["write"],
  undo: "undo",
  where: "thread",
  replaces: (args, projectDir) => {
    const { content } = args;
    const file = writtenFile(args, projectDir);
    return file !== null && typeof content === "string" ? { file, content, answer: written } : null;
  },
  run: async (args, context) => {
    const { content } = args;
    const file = writtenFile(args, context.projectDir);
    if (file === null) return failed("`path` must be the path of a file");
    if (typeof content !== "string") return failed("`content` must be a text");
    try {
      return await write(file, content, context);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      return failed(reasonOf(String(error.code), file));
    }
  },
});

const written = "written";

/** The file that a call means to write, absolute; null where it names none. */
export function writtenFile(args: JsonObject, projectDir: string): string | null {
  const path = args["path"];
  return typeof path === "string" && path !== "" ? resolve(projectDir, path) : null;
}

/** What may be written, as absolute paths. */
export type WriteScope = Pick<ToolContext, "projectDir" | "writable" | "closed">;

/** Why a file may not be written; null where it may. To grant a private file by its name, or from within, does not open it. */
export function writeRefusal(file: string, { projectDir, writable, closed }: WriteScope): string | null {
  const folder = writable.find((each) => isInside(each, file));
  if (folder === undefined) return `${file} is in no folder that may be written; --allow-write=${dirname(file)} grants its own`;
  if (isClosed(closed, file)) return `${file} is tama's own, and never written by a tool`;
  const root = isInside(projectDir, file) ? projectDir : dirname(folder);
  return isPrivate(root, file) ? `${file} is private: .tama, .git and .env files are never written` : null;
}

/** Judges the path as written and, against symbolic links, as it really is, before any folder is made and once more when it has been. */
async function write(file: string, content: string, context: ToolContext): Promise<ToolOutcome> {
  const { projectDir, writable, closed } = context;
  const all = (paths: readonly string[]) => Promise.all(paths.map(real));
  const scope = { projectDir: await real(projectDir), writable: await all(writable), closed: await all(closed) };
  const refusal = writeRefusal(file, context) ?? writeRefusal(await real(file), scope);
  if (refusal !== null) return { kind: "refused", message: refusal };
  await mkdir(dirname(await real(file)), { recursive: true });
  const target = await real(file);
  const late = writeRefusal(target, scope);
  if (late !== null) return { kind: "refused", message: late };
  if (context.signal.aborted) return failed("writing was cancelled");
  await replace(target, content);
  return { kind: "ok", text: written };
}

/** Where a path leads, as far as it exists; a link that leads nowhere stands for itself. */
async function real(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    return dirname(path) === path ? path : join(await real(dirname(path)), basename(path));
  }
}

/** Readers see the old text or the new one. A file that was there keeps its mode; a link that leads nowhere is replaced by the file. */
async function replace(file: string, content: string): Promise<void> {
  const draft = draftOf(file, content);
  const mode = await modeOf(file);
  try {
    const handle = await open(draft, "wx", mode);
    try {
      if (mode !== undefined) await handle.chmod(mode); // whatever the umask says
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The mode of the file that is there, undefined where there is none. Throws where it is a folder. */
async function modeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => null); // what is wrong with it is told when it is written
  if (found?.isDirectory()) throw Object.assign(new Error("a folder"), { code: "EISDIR" });
  return found ? found.mode & 0o777 : undefined;
}

/** What a system error means. */
function reasonOf(code: string, file: string): string {
  if (code === "EISDIR") return `it is a folder: ${file}`;
  if (code === "ENOTDIR" || code === "EEXIST") return `a file stands where a folder is needed: ${file}`;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") return `no permission to write ${file}`;
  if (code === "ENAMETOOLONG") return `the name is too long: ${file}`;
  return `cannot write ${file}: ${code}`;
}

function failed(message: string): ToolOutcome {
  return { kind: "failed", message };
}
