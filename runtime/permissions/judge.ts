import type { JsonObject } from "../../compiler/ir/json.ts";
import type { Effect } from "../../compiler/ir/plan.ts";
import { writeRefusal, writtenFile } from "../../stdlib/tools/files-write.ts";
import { builtInTool } from "../../stdlib/tools/index.ts";
import type { ToolTask } from "../3-task/task.ts";
import { noScope, type Scope } from "./allowance.ts";
import type { Grants } from "./grants.ts";
import { hostOf, urlRefusal } from "./hosts.ts";

/** What one call may use, as data that goes with it to wherever it runs: no more than its tool can have a use for. */
export interface Permit {
  readonly net: Scope;
  readonly writable: readonly string[];
  /** What its tool never touches. */
  readonly closed: readonly string[];
  /** Names of variables whose values it gets. */
  readonly env: readonly string[];
}

export type Judgement = { readonly kind: "ok"; readonly permit: Permit } | { readonly kind: "refused"; readonly message: string };

/**
 * Whether a tool may be called so, as far as can be told before it runs. Where a link leads, and at which address a host is, is
 * judged where it is found out, by the permit.
 */
export function judge(grants: Grants, { tool, args: given, own }: Pick<ToolTask, "tool" | "args" | "own">): Judgement {
  const effects: readonly Effect[] = own?.effects ?? builtInTool(tool)?.effects ?? [];
  const args = own ? {} : given; // what arguments of other tools mean is not known
  const message =
    (effects.includes("exec") ? execRefusal(grants, tool) : null) ??
    (effects.includes("net") ? netRefusal(grants, tool, args) : null) ??
    (effects.includes("write") ? writingRefusal(grants, tool, args) : null);
  return message === null ? { kind: "ok", permit: permitOf(grants, effects) } : { kind: "refused", message };
}

function permitOf(grants: Grants, effects: readonly Effect[]): Permit {
  return {
    net: effects.includes("net") ? grants.net : noScope,
    writable: effects.includes("write") ? grants.writable : [],
    closed: grants.closed,
    env: effects.includes("exec") ? grants.env : effects.includes("net") ? grants.sent : [],
  };
}

function execRefusal({ exec }: Grants, tool: string): string | null {
  return exec ? null : notGranted(tool, "--allow-exec");
}

/** A URL that is none, or whose host is a variable's value, is judged once it has been read. */
function netRefusal({ net }: Grants, tool: string, { url }: JsonObject): string | null {
  const isPlain = typeof url === "string" && URL.canParse(url) && !/^[^/]*\/\/[^/?#]*\$/.test(url);
  const read = isPlain ? new URL(url) : null;
  if (!net.all && net.names.length === 0) return notGranted(tool, read ? `--allow-net=${hostOf(read)}` : "--allow-net");
  return read ? urlRefusal(read, net) : null;
}

function writingRefusal(grants: Grants, tool: string, args: JsonObject): string | null {
  if (grants.writable.length === 0) return notGranted(tool, "--allow-write");
  const file = writtenFile(args, grants.projectDir);
  return file === null ? null : writeRefusal(file, grants);
}

function notGranted(tool: string, flag: string): string {
  return `${tool} is not granted; a run started with ${flag} grants it`;
}
