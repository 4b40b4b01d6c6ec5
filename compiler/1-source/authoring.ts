/**
 * What `import ... from "tama/compiler"` means inside a config or a worker: the define functions and the type constructors
 * alone, so that a bundle holds none of the compiler. A test holds it against the library's own.
 */
export const authoringModule = `const same = (value) => value;
export const defineConfig = same;
export const definePattern = same;
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
`;
