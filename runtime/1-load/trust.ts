import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { runForeignCode, runForeignServer } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { buildNotePath } from "../../compiler/ir/build-note.ts";
import { codeIn, type Plan, wantsTrust } from "../../compiler/ir/plan.ts";
import type { Allowance } from "../permissions/allowance.ts";
import { isNamed } from "../permissions/hosts.ts";
import { shownUrl } from "../providers/trouble.ts";

/** Whose notes of builds count. */
export interface Home {
  readonly home: string;
  readonly xdgStateHome: string | undefined;
}

/** Whether a plan's code may run: it has none, was built here, or is allowed. Reports run/foreign-code. */
export function foreignCode(plan: Plan, home: Home, allowed: "allowed" | "not-allowed"): Diagnostic | null {
  const code = codeIn(plan);
  if (code.length === 0 || allowed === "allowed") return null;
  return isBuiltHere(plan, home) ? null : runForeignCode(null, { code: code.join(", ") });
}

/**
 * The first of these servers, which nobody but the plan names, that may not be asked; null where all may. A pattern names none: who may
 * have a name below it is not known. Reports run/foreign-server.
 */
export function foreignServer(
  plan: Plan,
  servers: readonly string[],
  { home, allowance }: { readonly home: Home; readonly allowance: Pick<Allowance, "code" | "net"> },
): Diagnostic | null {
  const trusted = { all: false, names: allowance.net.names.filter((name) => !name.startsWith("*")) };
  const strange = allowance.code ? [] : servers.map((server) => new URL(server)).filter((url) => !isNamed(url, trusted));
  const [url] = strange.length === 0 || isBuiltHere(plan, home) ? [] : strange;
  return url ? runForeignServer(null, { url: shownUrl(url.href), host: url.host }) : null;
}

function isBuiltHere(plan: Plan, { home, xdgStateHome }: Home): boolean {
  return existsSync(buildNotePath(home, xdgStateHome, plan.digest));
}

/** Notes that a plan was made here, so that its code may run and its servers be asked. False: the note could not be written. */
export function noteBuilt(plan: Plan, home: Home): boolean {
  if (!wantsTrust(plan)) return true;
  const path = buildNotePath(home.home, home.xdgStateHome, plan.digest);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    return true;
  } catch {
    return false; // the caller says what follows from that
  }
}
