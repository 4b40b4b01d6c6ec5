import { type Expr, literal } from "../ir/expr.ts";

/** The parts as one template: inner templates are opened and neighbouring texts joined, so that equal templates look equal. */
export function template(parts: readonly (Expr | string | number)[]): Expr {
  const merged: Expr[] = [];
  for (const part of parts.flatMap(open)) append(merged, part);
  const [first] = merged;
  if (!first) return literal("");
  return merged.length === 1 && isText(first) ? first : { kind: "template", parts: merged };
}

function open(part: Expr | string | number): readonly Expr[] {
  if (typeof part === "string" || typeof part === "number") return [literal(String(part))];
  return part.kind === "template" ? part.parts.flatMap(open) : [part];
}

function append(parts: Expr[], part: Expr): void {
  const last = parts.at(-1);
  if (!isText(part)) parts.push(part);
  else if (last && isText(last)) parts[parts.length - 1] = literal(last.value + part.value);
  else if (part.value !== "") parts.push(part);
}

function isText(part: Expr): part is Expr & { readonly kind: "literal"; readonly value: string } {
  return part.kind === "literal" && typeof part.value === "string";
}
