import type { Readable } from "node:stream";
import { runBadScenario } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { opsOf } from "../../compiler/ir/walk.ts";
import { type Asker, nobody } from "../asker.ts";
import { terminalAsker } from "./ask-terminal.ts";
import { openPrompter, type Prompter } from "./terminal.ts";

/** Who answers a plan's questions, until closed; or why a scenario that should answer cannot. */
export type People =
  | { readonly kind: "ok"; readonly ask: Asker; readonly prompter: Prompter | null; readonly close: () => void }
  | { readonly kind: "failed"; readonly diagnostic: Diagnostic };

/** Where people sit, if they do. */
export interface Seat {
  readonly terminal: () => Readable | null;
  readonly write: (text: string) => void;
  /** Takes away what is drawn there while a person types. */
  readonly hold?: () => () => void;
  /** Whether somebody is wanted there though no question is in the plan. */
  readonly isWanted?: boolean;
}

/**
 * Finds who answers: the scenario that `--model` names, and for what it does not tell whoever sits at the terminal. The scenario is
 * read before anything runs, so that its mistakes are findings. Reports run/bad-scenario.
 */
export async function openPeople(plan: Plan, model: string | undefined, { terminal, isWanted = false, ...seat }: Seat): Promise<People> {
  const asks = Object.values(plan.blocks).some((block) => opsOf(block.body).some((op) => op.kind === "wait"));
  const [, file] = /^scripted:(.+)$/.exec(model ?? "") ?? [];
  const scripted = file === undefined ? null : await script(file);
  if (scripted?.kind === "failed") return scripted;
  const input = asks || isWanted ? terminal() : null;
  const prompter = input && openPrompter({ input, ...seat });
  const person = prompter ? terminalAsker(prompter) : nobody;
  return { kind: "ok", prompter, close: () => prompter?.close(), ask: scripted ? scripted.before(person) : person };
}

type Scripted = { readonly kind: "ok"; readonly before: (otherwise: Asker) => Asker } | (People & { readonly kind: "failed" });

async function script(file: string): Promise<Scripted> {
  const { readScenarioFile, scriptedAsker } = await import("../providers/scripted.ts");
  const read = readScenarioFile(file);
  if (read.kind === "failed") return { kind: "failed", diagnostic: runBadScenario(null, { file, problems: read.problems.join("; ") }) };
  return { kind: "ok", before: (otherwise) => scriptedAsker(read.scenario, otherwise) };
}
