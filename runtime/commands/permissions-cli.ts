/** The options by which a run is granted what its tools may do. */
import { type Command, InvalidArgumentError } from "commander";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { projectDir } from "../1-load/project-dir.ts";
import { type Allowance, allowedByAny, noScope, type Scope } from "../permissions/allowance.ts";
import { readPolicy } from "../permissions/policy.ts";
import { type NamedKind, scopeOf } from "../permissions/words.ts";
import type { Host } from "./exec.ts";

/** What the command line grants. */
export interface PermissionFlags {
  readonly allowExec?: true;
  readonly allowCode?: true;
  readonly allowNet?: Scope;
  readonly allowWrite?: Scope;
  readonly allowEnv?: Scope;
}

/** Adds the options. A value comes behind `=` alone, so that no other argument is taken for one: see `withEquals`. */
export function permissionFlags(command: Command): Command {
  return command
    .option("--allow-exec", "let tools run commands, and hence do everything else")
    .option("--allow-net [host,...]", "let tools ask these hosts, or every host with a public address", reader("net"))
    .option("--allow-write [dir,...]", "let tools write in these folders, or in the project", reader("write"))
    .option("--allow-env [name,...]", "give tools these variables, or those that the plan declares", reader("env"))
    .option("--allow-code", "run the workers and tools, in TypeScript, of a plan that was not built here");
}

/** Adds the option for what writes files and does nothing else. */
export function writeFlag(command: Command): Command {
  return command.option("--allow-write [dir,...]", "let it write in these folders, or in the project", reader("write"));
}

/** The arguments with `=` behind each of these options that stands alone. */
export function withEquals(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return args.map((arg, index) => (/^--allow-(net|write|env)$/.test(arg) && (end === -1 || index < end) ? `${arg}=` : arg));
}

export type Allowed =
  | { readonly kind: "ok"; readonly allowance: Allowance }
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[] };

/** What the command line and the user's policy allow. Reports run/bad-policy. */
export function allowedBy(flags: PermissionFlags & { readonly directory?: string }, { cwd, home, env }: Host): Allowed {
  const project = projectDir(flags.directory, cwd);
  const policy = readPolicy({ home, xdgConfigHome: env["XDG_CONFIG_HOME"] }, project);
  if (policy.kind === "failed") return { kind: "failed", diagnostics: [policy.diagnostic] };
  const { allowExec = false, allowCode = false, allowNet = noScope, allowWrite = noScope, allowEnv = noScope } = flags;
  const told = { exec: allowExec, code: allowCode, net: allowNet, write: allowWrite, env: allowEnv };
  return { kind: "ok", allowance: allowedByAny([policy.allowance, told]) };
}

/** Reads the words of an option, which may be given more than once; none at all is all. */
function reader(kind: NamedKind): (value: string, before: Scope | undefined) => Scope {
  return (value, before = noScope) => {
    if (value === "") return { ...before, all: true };
    const read = scopeOf(kind, value.split(","));
    if (typeof read === "string") throw new InvalidArgumentError(read);
    return { all: before.all, names: [...before.names, ...read.names] };
  };
}
