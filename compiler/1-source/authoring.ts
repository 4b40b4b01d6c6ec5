import { patternDefaults } from "../../stdlib/pattern.ts";

/**
 * What `import ... from "tama/compiler"` means inside a config or a worker: the define functions, and what makes types
 * and expressions, so that a bundle holds none of the compiler. A test holds it against the library's own.
 */
export const authoringModule = `const same = (value) => value;
const patternDefaults = ${JSON.stringify(patternDefaults)};
export const defineConfig = same;
export const definePattern = (pattern) => ({ ...patternDefaults, ...pattern });
export const defineTool = same;
export const defineWorker = same;
const kind = (name) => ({ kind: name });
export const types = {
  text: kind("text"),
  int: kind("int"),
  number: kind("number"),
  bool: kind("bool"),
  null: kind("null"),
  any: kind("any"),
  literal: (value) => ({ kind: "literal", value }),
  list: (item) => ({ kind: "list", item }),
  object: (fields, optional = []) => ({ kind: "object", fields, optional }),
  union: (...members) => ({ kind: "union", members }),
};
export const openKeys = { kind: "open" };
export const literal = (value) => ({ kind: "literal", value });
export const field = (of, name) => ({ kind: "field", of, name });
export const builtin = (name, ...args) => ({ kind: "builtin", name, args });
export const binary = (left, operator, right) => ({ kind: "binary", operator, left, right });
export const not = (operand) => ({ kind: "unary", operator: "not", operand });
export const choice = (when, then, otherwise) => ({ kind: "if", when, then, else: otherwise });
const local = (name) => ({ kind: "local", name });
export const each = (over, yields) => ({
  kind: "each", over, item: "item", position: "position", yield: yields(local("item"), local("position")),
});
`;
