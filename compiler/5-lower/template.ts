import { type Expr, literal } from "../ir/expr.ts";

/** The parts as one template: inner templates are opened and neighbouring texts joined, so that equal templates look equal. */
export function template(parts: readonly (Expr | string | number)[]): Expr {
  const merged = parts.flatMap(open).reduce<readonly Expr[]>(append, []);
  const [first] = merged;
  if (!first) return literal("");
  return merged.length === 1 && isText(first) ? first : { kind: "template", parts: merged };
}

function open(part: Expr | string | number): readonly Expr[] {
  if (typeof part === "string" || typeof part === "number") return [literal(String(part))];
  return part.kind === "template" ? part.parts : [part];
}

function append(parts: readonly Expr[], part: Expr): readonly Expr[] {
  const last = parts.at(-1);
  if (!isText(part)) return [...parts, part];
  if (part.value === "") return parts;
  return last && isText(last) ? [...parts.slice(0, -1), literal(last.value + part.value)] : [...parts, part];
}

function isText(part: Expr): part is Expr & { readonly kind: "literal"; readonly value: string } {
  return part.kind === "literal" && typeof part.value === "string";
}
