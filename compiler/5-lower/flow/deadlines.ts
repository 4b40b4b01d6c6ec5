import { typesWrongDefault } from "../../diagnostics/codes.generated.ts";
import type { Report } from "../../diagnostics/diagnostic.ts";
import { canonical } from "../../ir/json.ts";
import { accepts, show } from "../../ir/types.ts";
import { opsOf } from "../../ir/walk.ts";
import type { Lowered } from "./follow.ts";

/** Tells of each question whose default is no answer to it. Anything may stand where text is asked for. */
export function checkDeadlines({ agent, body, origins }: Lowered, report: Report): void {
  for (const op of opsOf(body)) {
    if (op.kind !== "wait" || op.deadline?.default.kind !== "literal") continue;
    const { answer, id } = op;
    const { value } = op.deadline.default;
    if (answer.kind === "text" || accepts(answer, value)) continue;
    const span = agent.fieldSpans.get("deadline") ?? origins.get(id) ?? agent.span;
    report(typesWrongDefault(span, { agent: agent.name, expected: show(answer), found: canonical(value) }));
  }
}
