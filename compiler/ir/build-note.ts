import { type Digest, shortDigest } from "./digest.ts";

/**
 * The file in the user's own state folder by which a build notes that a plan was made here: its worker code may then run
 * without `--allow-code`. `home` is the user's home folder, `xdgStateHome` the variable of that name.
 * @see XDG Base Directory Specification
 */
export function buildNotePath(home: string, xdgStateHome: string | undefined, plan: Digest): string {
  return `${buildNotesFolder(home, xdgStateHome)}/${shortDigest(plan, 64)}`;
}

/** The folder of all these files. */
export function buildNotesFolder(home: string, xdgStateHome: string | undefined): string {
  const state = xdgStateHome === undefined || xdgStateHome === "" ? `${home}/.local/state` : xdgStateHome;
  return `${state}/tama/builds`;
}
