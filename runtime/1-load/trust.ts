import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { runForeignCode } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { buildNotePath } from "../../compiler/ir/build-note.ts";
import { codeIn, type Plan } from "../../compiler/ir/plan.ts";

/** Whose notes of builds count. */
export interface Home {
  readonly home: string;
  readonly xdgStateHome: string | undefined;
}

/** Whether a plan's code may run: it has none, was built here, or is allowed. Reports run/foreign-code. */
export function foreignCode(plan: Plan, home: Home, allowed: "allowed" | "not-allowed"): Diagnostic | null {
  const code = codeIn(plan);
  if (code.length === 0 || allowed === "allowed") return null;
  if (existsSync(buildNotePath(home.home, home.xdgStateHome, plan.digest))) return null;
  return runForeignCode(null, { code: code.join(", ") });
}

/** Notes that a plan was made here, so that its code may run. False: the note could not be written. */
export function noteBuilt(plan: Plan, home: Home): boolean {
  if (codeIn(plan).length === 0) return true;
  const path = buildNotePath(home.home, home.xdgStateHome, plan.digest);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    return true;
  } catch {
    return false; // the caller says what follows from that
  }
}
