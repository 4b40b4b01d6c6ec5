import { isAbsolute, relative, sep } from "node:path";

/** Whether a file lies in a folder, or is it. Both are absolute and without dots. */
export function isInside(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Whether a file under `folder` is one that no tool touches: `.tama`, `.git`, `.env*`, compared without case, because some file systems do. */
export function isPrivate(folder: string, file: string): boolean {
  return relative(folder, file).split(sep).some(isPrivateName);
}

/** Whether a file is, or lies in, what tama keeps for itself. */
export function isClosed(closed: readonly string[], file: string): boolean {
  return closed.some((each) => isInside(each, file));
}

function isPrivateName(part: string): boolean {
  const name = part.toLowerCase();
  return name === ".tama" || name === ".git" || name.startsWith(".env");
}
