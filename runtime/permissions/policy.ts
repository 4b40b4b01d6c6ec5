import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { runBadPolicy } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { buildNotesFolder } from "../../compiler/ir/build-note.ts";
import { isObject, parseJson } from "../../compiler/ir/json.ts";
import { type Allowance, allowedByAny, noScope, nothingAllowed, type Scope } from "./allowance.ts";
import { type NamedKind, namedKinds, scopeOf } from "./words.ts";

/** Where a user's own settings are. */
export interface SettingsHome {
  readonly home: string;
  readonly xdgConfigHome: string | undefined;
}

export type ReadPolicy =
  | { readonly kind: "ok"; readonly allowance: Allowance }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/**
 * The file in which a user says once what runs may do: `{"net": ["api.example.com"], "projects": {"~/news": {"exec": true}}}`.
 * @see XDG Base Directory Specification
 */
export function policyFile({ home, xdgConfigHome }: SettingsHome): string {
  const config = xdgConfigHome === undefined || xdgConfigHome === "" ? join(home, ".config") : xdgConfigHome;
  return join(config, "tama", "policy.json");
}

/** The folders of what decides what runs may do: the user's policy, and the notes of what was built here. */
export function settledIn(at: SettingsHome & { readonly xdgStateHome: string | undefined }): readonly string[] {
  return [dirname(policyFile(at)), buildNotesFolder(at.home, at.xdgStateHome)];
}

/** What a user's policy allows in a project; nothing where there is no file. One that cannot be read allows nothing either, and is told: reports run/bad-policy. */
export function readPolicy(at: SettingsHome, projectDir: string): ReadPolicy {
  const file = policyFile(at);
  if (!existsSync(file)) return { kind: "ok", allowance: nothingAllowed };
  const problems: string[] = [];
  const allowance = allowanceIn(textOf(file, problems), { home: at.home, projectDir }, (problem) => problems.push(problem));
  const [reason] = problems;
  return reason === undefined ? { kind: "ok", allowance } : { kind: "failed", diagnostic: runBadPolicy(null, { file, reason }) };
}

type Told = (problem: string) => void;

function textOf(file: string, problems: string[]): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return "";
  }
}

function allowanceIn(text: string, at: { readonly home: string; readonly projectDir: string }, told: Told): Allowance {
  const policy = parseJson(text);
  if (policy === undefined) told("it is not JSON");
  const { projects = {}, ...everywhere } = objectOf(policy, "it", told);
  const own = Object.entries(objectOf(projects, "`projects`", told))
    .filter(([folder]) => resolve(folder.replace(/^~(?=\/|$)/, at.home)) === at.projectDir)
    .map(([folder, given]) => allowance(objectOf(given, `\`${folder}\``, told), told));
  return allowedByAny([allowance(everywhere, told), ...own]);
}

function allowance(given: Readonly<Record<string, unknown>>, told: Told): Allowance {
  const known = ["exec", "code", ...Object.keys(namedKinds)];
  for (const key of Object.keys(given)) if (!known.includes(key)) told(`\`${key}\` is none of ${known.join(", ")}`);
  return {
    exec: yesOrNo(given["exec"], "exec", told),
    code: yesOrNo(given["code"], "code", told),
    net: scope(given["net"], "net", told),
    write: scope(given["write"], "write", told),
    env: scope(given["env"], "env", told),
  };
}

function objectOf(value: unknown, what: string, told: Told): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  told(`${what} is no object`);
  return {};
}

function yesOrNo(value: unknown, key: "exec" | "code", told: Told): boolean {
  if (value !== undefined && typeof value !== "boolean") told(`\`${key}\` is neither true nor false`);
  return value === true;
}

function scope(value: unknown, kind: NamedKind, told: Told): Scope {
  if (value === undefined || typeof value === "boolean") return { all: value === true, names: [] };
  const isWords = Array.isArray(value) && value.every((word) => typeof word === "string");
  const found = isWords ? scopeOf(kind, value) : "it is neither true nor a list of texts";
  if (typeof found !== "string") return found;
  told(`\`${kind}\`: ${found}`);
  return noScope;
}
