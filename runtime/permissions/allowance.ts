import type { Effect } from "../../compiler/ir/plan.ts";

/** Of a kind of thing all, or those that are named. */
export interface Scope {
  readonly all: boolean;
  readonly names: readonly string[];
}

/** What somebody allows: by flags, in a policy file, in a config. */
export interface Allowance {
  /** Commands of any kind, and hence all else. */
  readonly exec: boolean;
  /** Worker code of a plan that was not built here. */
  readonly code: boolean;
  /** Hosts; all: those with a public address. */
  readonly net: Scope;
  /** Folders; all: the project. */
  readonly write: Scope;
  /** Environment variables; all: those that the plan declares. */
  readonly env: Scope;
}

export const noScope: Scope = { all: false, names: [] };

/** Nothing beyond what every run may do: memory, and reading the project's files. */
export const nothingAllowed: Allowance = { exec: false, code: false, net: noScope, write: noScope, env: noScope };

/** What any of them allows. */
export function allowedByAny(each: readonly Allowance[]): Allowance {
  return {
    exec: each.some(({ exec }) => exec),
    code: each.some(({ code, exec }) => code || exec),
    net: union(each.map(({ net }) => net)),
    write: union(each.map(({ write }) => write)),
    env: union(each.map(({ env }) => env)),
  };
}

/** What a config's `permissions` allow, each effect in its widest sense. */
export function allowedByConfig(effects: readonly Effect[]): Allowance {
  const scope = (effect: Effect): Scope => ({ all: effects.includes(effect), names: [] });
  return { exec: effects.includes("exec"), code: effects.includes("code"), net: scope("net"), write: scope("write"), env: scope("env") };
}

function union(scopes: readonly Scope[]): Scope {
  return { all: scopes.some(({ all }) => all), names: [...new Set(scopes.flatMap(({ names }) => names))] };
}
