import { type Digest, shortDigest } from "./digest.ts";

/**
 * The file by which a build notes that it made a plan: it is outside every project, so that no plan can vouch for itself. Its
 * presence is the note. Null where the environment names neither a state folder nor a home. Paths are joined with `/`.
 * @see XDG Base Directory Specification
 */
export function builtNote(env: Readonly<Record<string, string | undefined>>, plan: Digest): string | null {
  const given = env["XDG_STATE_HOME"];
  const home = env["HOME"] ?? env["USERPROFILE"];
  const state = given?.startsWith("/") ? given : home ? `${home}/.local/state` : null;
  return state === null ? null : `${state}/tama/built/${shortDigest(plan, 64)}`;
}
