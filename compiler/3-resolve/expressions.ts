import type { ParsedAgent, ParsedRoute, ParsedStep, ParsedType } from "../2-parse/types.ts";
import { exprDuplicateField } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { elaborateTemplate } from "../expr/elaborate.ts";
import type { Names } from "../expr/elaboration.ts";
import type { ExprSource } from "../expr/source.ts";
import type { Reader } from "../expr/types.ts";
import type { Expr } from "../ir/expr.ts";
import { any, type Type, text } from "../ir/types.ts";
import { bug } from "../ir/unreachable.ts";
import type { Guard } from "./types.ts";

/** Reads the expressions of a project. `reader` may be null for a project without any. */
export interface Expressions {
  readonly reader: Reader | null;
  readonly report: Report;
}

/** The type that a text, or keys and values, stand for. What cannot be read has been told, and may then be of any type. */
export function typeOf(parsed: ParsedType, scope: Expressions): Type {
  if (parsed.kind === "text") return readerOf(scope).type(parsed.source, scope.report) ?? any;
  const fields = parsed.fields.map(({ name, isOptional, type }) => ({ name, isOptional, type: typeOf(type, scope) }));
  const names = new Set<string>();
  for (const { name } of fields) {
    if (names.has(name.value)) scope.report(exprDuplicateField(name.span, { name: name.value }));
    names.add(name.value);
  }
  return {
    kind: "object",
    fields: Object.fromEntries(fields.map(({ name, type }) => [name.value, type])),
    optional: fields.flatMap(({ name, isOptional }) => (isOptional ? [name.value] : [])),
  };
}

/** The parts of a prompt that has holes: null for one that has none, or after a finding. `input` is what its agent is given. */
export function templateOf({ body, isTemplate }: ParsedStep, input: Type, scope: Expressions): readonly Expr[] | null {
  if (!isTemplate) return null;
  const source: ExprSource = { text: body.value, raw: body.value, span: body.span };
  const parts = readerOf(scope).template(source, scope.report);
  const names: Names = { input: { expr: { kind: "input" }, type: input }, task: { expr: { kind: "task" }, type: text } };
  return parts && elaborateTemplate(parts, names, { source, report: scope.report });
}

/** The guards of an agent's routes, as far as they can be read. */
export function guardsOf({ fields }: ParsedAgent, scope: Expressions): ReadonlyMap<ParsedRoute, Guard> {
  const guards = new Map<ParsedRoute, Guard>();
  for (const [name, field] of Object.entries(fields)) {
    for (const state of field.kind === "states" ? field.states : []) {
      for (const route of state.routes) {
        const syntax = route.when && readerOf(scope).expression(route.when, scope.report);
        if (syntax && route.when) guards.set(route, { field: name, state: state.name.value, syntax, source: route.when });
      }
    }
  }
  return guards;
}

function readerOf({ reader }: Expressions): Reader {
  if (!reader) throw bug("there are expressions, and nothing to read them with");
  return reader;
}
