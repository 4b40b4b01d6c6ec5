import type { Report } from "../../diagnostics/diagnostic.ts";
import { elaborateCondition } from "../../expr/elaborate.ts";
import type { Names, Typed } from "../../expr/elaboration.ts";
import type { Expr } from "../../ir/expr.ts";
import { idPart } from "../../ir/path.ts";
import { any, type Type, text } from "../../ir/types.ts";
import type { Flows, Given, Lowered } from "./follow.ts";
import { endKey, endValue, joined } from "./outcome.ts";

/** Checks guards, now that it is known what the states that they belong to are given and end with. */
export function checkGuards({ agent }: Lowered, flows: Flows, report: Report): void {
  for (const guard of agent.guards) {
    const given = flows.given.get(agent.name)?.get(`${guard.field}/${idPart(guard.state)}`);
    elaborateCondition(guard.syntax, namesOf(given), guard.source, report);
  }
}

/** A state that nothing comes to has been told: what is said of it may be anything. */
function namesOf(given: Given | undefined): Names {
  const well = given?.outcome.filter(({ failed }) => !failed) ?? [];
  const known = (type: Type): Type => (well.length > 0 ? type : any);
  return {
    key: named({ kind: "literal", value: null }, known(endKey(well))),
    value: named({ kind: "literal", value: null }, known(endValue(well).type)),
    input: named({ kind: "input" }, given ? joined([...given.inputs.values()]).type : any),
    task: named({ kind: "task" }, text),
  };
}

/** Only types matter here: the expression itself was made when its pattern was lowered. */
function named(expr: Expr, type: Type): Typed {
  return { expr, type };
}
