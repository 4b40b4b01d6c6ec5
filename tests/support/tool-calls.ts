/** Calls of tools for tests: with their contexts, or as the tasks that threads run. */
import type { JsonObject } from "../../compiler/ir/json.ts";
import type { PermittedTool } from "../../runtime/3-task/task.ts";
import { type Allowance, nothingAllowed } from "../../runtime/permissions/allowance.ts";
import { type Grants, grantsOf } from "../../runtime/permissions/grants.ts";
import { judge } from "../../runtime/permissions/judge.ts";
import type { ToolContext } from "../../stdlib/tool.ts";

/** What a tool gets where nothing is granted, but for what is said. */
export function toolContext(projectDir: string, more: Partial<ToolContext> = {}): ToolContext {
  const send: ToolContext["send"] = async () => ({ kind: "refused", message: "nothing is granted" });
  return { projectDir, signal: new AbortController().signal, timeoutMs: 30_000, env: {}, writable: [], closed: [], send, ...more };
}

/** Grants of a project for a plan that declares the variables `declared`. */
export function granted(projectDir: string, allowance: Partial<Allowance>, declared: readonly string[] = []): Grants {
  return grantsOf({ ...nothingAllowed, ...allowance }, { needs: { effects: [], hosts: [], env: declared } }, projectDir);
}

/** A call as it goes to a thread; throws where it is not granted. */
export function permittedTask(
  tool: string,
  args: JsonObject,
  grants: Grants,
  more: Partial<Pick<PermittedTool, "timeoutMs" | "secrets">> = {},
): PermittedTool {
  const judged = judge(grants, { tool, args, own: null });
  if (judged.kind === "refused") throw new Error(judged.message);
  return {
    kind: "tool",
    path: "main@1/react:1.1",
    tool,
    args,
    own: null,
    permit: judged.permit,
    secrets: grants.env,
    timeoutMs: 30_000,
    ...more,
  };
}
