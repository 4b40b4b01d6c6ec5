import { resolve } from "node:path";
import type { Plan } from "../../compiler/ir/plan.ts";
import { type Allowance, noScope, type Scope } from "./allowance.ts";

/**
 * What tools of a run may do beyond memory and reading the project's files: an allowance for one plan in one project. Plain data.
 * Nobody keeps it: whoever goes on with a run grants anew.
 */
export interface Grants {
  /** The project's folder, absolute. */
  readonly projectDir: string;
  readonly exec: boolean;
  readonly net: Scope;
  /** Folders and files, absolute, which tools may write or write in. */
  readonly writable: readonly string[];
  /** Folders and files, absolute, which no tool reads or writes whatever is granted: where runs are kept, and what the user has settled. */
  readonly closed: readonly string[];
  /** Variables that commands get. */
  readonly env: readonly string[];
  /** Those of them that the plan declares: they may stand in what is sent. */
  readonly sent: readonly string[];
}

/** Where nothing is granted. */
export const noGrants: Grants = { projectDir: "/", exec: false, net: noScope, writable: [], closed: [], env: [], sent: [] };

/** What an allowance means for a plan. Who may execute commands may do all else. */
export function grantsOf({ exec, net, write, env }: Allowance, plan: Pick<Plan, "needs">, projectDir: string): Grants {
  const declared = plan.needs.env;
  const names = [...new Set([...env.names, ...(env.all || exec ? declared : [])])].sort();
  return {
    projectDir,
    exec,
    net: { all: net.all || exec, names: net.names },
    writable: [...(write.all || exec ? [projectDir] : []), ...write.names.map((path) => resolve(projectDir, path))],
    closed: [],
    env: names,
    sent: names.filter((name) => declared.includes(name)),
  };
}
