import type { BinaryOperator, UnaryOperator } from "../ir/expr.ts";
import type { Json } from "../ir/json.ts";

/** A stretch of an expression's text, as offsets; `end` exclusive. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** A word with its place. */
export interface Word extends Extent {
  readonly text: string;
}

/** An expression as written. A pipe is a call whose first argument stands before it. */
export type Syntax = Extent &
  (
    | { readonly kind: "literal"; readonly value: Json }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "member"; readonly of: Syntax; readonly name: Word }
    | { readonly kind: "index"; readonly of: Syntax; readonly index: Syntax }
    | { readonly kind: "list"; readonly items: readonly Syntax[] }
    | { readonly kind: "object"; readonly fields: readonly { readonly name: Word; readonly value: Syntax }[] }
    | { readonly kind: "if"; readonly when: Syntax; readonly then: Syntax; readonly else: Syntax }
    | { readonly kind: "unary"; readonly operator: UnaryOperator; readonly operand: Syntax }
    | { readonly kind: "binary"; readonly operator: BinaryOperator; readonly left: Syntax; readonly right: Syntax }
    | { readonly kind: "call"; readonly name: Word; readonly args: readonly Syntax[] }
  );

/** A type as written. */
export type TypeSyntax = Extent &
  (
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "text"; readonly value: string }
    | { readonly kind: "list"; readonly item: TypeSyntax }
    | { readonly kind: "object"; readonly fields: readonly TypeField[] }
    | { readonly kind: "nullable"; readonly of: TypeSyntax }
    | { readonly kind: "union"; readonly members: readonly TypeSyntax[] }
  );

export interface TypeField {
  readonly name: Word;
  readonly isOptional: boolean;
  readonly type: TypeSyntax;
}

/** A piece of a template: text as it is, or a hole. */
export type TemplatePart = { readonly kind: "text"; readonly text: string } | { readonly kind: "hole"; readonly syntax: Syntax };

/** The parts that an expression is made of. */
export function childrenOf(syntax: Syntax): readonly Syntax[] {
  switch (syntax.kind) {
    case "member":
      return [syntax.of];
    case "index":
      return [syntax.of, syntax.index];
    case "list":
      return syntax.items;
    case "object":
      return syntax.fields.map(({ value }) => value);
    case "if":
      return [syntax.then, syntax.when, syntax.else];
    case "unary":
      return [syntax.operand];
    case "binary":
      return [syntax.left, syntax.right];
    case "call":
      return syntax.args;
    default:
      return [];
  }
}
