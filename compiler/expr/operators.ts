import type { BinaryOperator } from "../ir/expr.ts";

const operators: Readonly<Record<BinaryOperator, BinaryOperator>> = {
  and: "and",
  or: "or",
  in: "in",
  "==": "==",
  "!=": "!=",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "+": "+",
  "-": "-",
  "*": "*",
  "/": "/",
  "%": "%",
};
const byImage: ReadonlyMap<string, BinaryOperator> = new Map(Object.entries(operators));

/** The operator that a sign or word stands for. What is none, as the parser makes up while it recovers, is `==`. */
export function operatorOf(image: string): BinaryOperator {
  return byImage.get(image) ?? "==";
}
