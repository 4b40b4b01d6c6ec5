import type { Report } from "../diagnostics/diagnostic.ts";
import type { Type } from "../ir/types.ts";
import type { ExprSource } from "./source.ts";
import type { Syntax, TemplatePart } from "./syntax.ts";

/** Reads what expressions say. Each answers null after findings. */
export interface Reader {
  readonly type: (source: ExprSource, report: Report) => Type | null;
  readonly expression: (source: ExprSource, report: Report) => Syntax | null;
  readonly template: (source: ExprSource, report: Report) => readonly TemplatePart[] | null;
}
