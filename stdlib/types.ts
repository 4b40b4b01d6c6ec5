import type { Type } from "../compiler/ir/types.ts";

/** Makes types for the declarations of workers: `types.list(types.text)`. */
export const types = {
  text: { kind: "text" },
  int: { kind: "int" },
  number: { kind: "number" },
  bool: { kind: "bool" },
  null: { kind: "null" },
  any: { kind: "any" },
  /** Exactly this text. */
  literal: (value: string): Type => ({ kind: "literal", value }),
  list: (item: Type): Type => ({ kind: "list", item }),
  /** These fields, of which `optional` may miss. */
  object: (fields: Readonly<Record<string, Type>>, optional: readonly string[] = []): Type => ({ kind: "object", fields, optional }),
  /** Any one of them. */
  union: (...members: readonly Type[]): Type => ({ kind: "union", members }),
} as const;
