import { variableName } from "../../compiler/ir/granted-names.ts";

/** `${NAME}`; `$$` is `$`. */
const hole = /\$\$|\$\{([^}]*)\}/g;

/** Puts values in the place of `${NAME}`; a name without a value stays as it is. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(hole, (found, name?: string) => {
    if (name === undefined) return "$";
    return Object.hasOwn(values, name) ? (values[name] ?? found) : found;
  });
}

/** The variables that a text names, each as often as it does, and where: `start` is that of `${`. */
export function variablesIn(text: string): readonly { readonly name: string; readonly start: number; readonly end: number }[] {
  return [...text.matchAll(hole)].flatMap(({ 0: found, 1: name = "", index }) =>
    variableName.test(name) ? [{ name, start: index, end: index + found.length }] : [],
  );
}
