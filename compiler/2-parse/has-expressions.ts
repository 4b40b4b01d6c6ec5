import type { FieldValue, ParsedAgent, ParsedProject } from "./types.ts";

/** Whether anything in a project has to be read as an expression, a type or a template. */
export function hasExpressions({ agents }: ParsedProject): boolean {
  return agents.some(speaks);
}

function speaks({ input, output, body, steps, fields }: ParsedAgent): boolean {
  return input !== null || output !== null || [body, ...steps].some(({ isTemplate }) => isTemplate) || Object.values(fields).some(isSpoken);
}

function isSpoken(field: FieldValue): boolean {
  return field.kind === "type" || isGuarded(field);
}

function isGuarded(field: FieldValue): boolean {
  return field.kind === "states" && field.states.some(({ routes }) => routes.some(({ when }) => when !== null));
}
