import { randomUUID } from "node:crypto";
import { linkSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Makes a file, whole at once, unless it is there: whether it was made. Its folder is there. */
export function place(file: string, content: string): boolean {
  const draft = join(dirname(file), `draft-${randomUUID()}`);
  writeFileSync(draft, content);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}
