import { EmbeddedActionsParser, type IToken, type ParserMethod, type TokenType } from "chevrotain";
import type { Json } from "../ir/json.ts";
import { expectations } from "./expectations.ts";
import { operatorOf } from "./operators.ts";
import type { Extent, Syntax, TypeField, TypeSyntax, Word } from "./syntax.ts";
import { endOf, quotedWord, wordOf } from "./token-words.ts";
import * as T from "./tokens.ts";
import { unquote } from "./unquote.ts";

type Rule<R> = ParserMethod<[], R>;

/**
 * The grammar of expressions and types. Precedence, loosest first: `a if c else b`, `or`, `and`, `not`, one comparison, `+ -`,
 * `* / %`, `-x`, then members, indices and pipes. After an error it goes on to find others: what it then returns is not for use.
 */
export class Grammar extends EmbeddedActionsParser {
  readonly expression: Rule<Syntax>;
  readonly type: Rule<TypeSyntax>;

  constructor() {
    super(T.vocabulary, { recoveryEnabled: true, errorMessageProvider: expectations, maxLookahead: 2 });
    const postfix = this.definePostfix(
      this.definePrimary(this.defineFields(), this.defineArguments()),
      this.defineArguments("pipeArguments"),
    );
    const negative = this.definePrefix("negative", T.Minus, postfix);
    const sum = this.defineChain("sum", T.Sum, this.defineChain("product", T.Product, negative));
    const negation = this.definePrefix("negation", T.Not, this.defineComparison(sum));
    const disjunction = this.defineChain("disjunction", T.Or, this.defineChain("conjunction", T.And, negation));
    this.expression = this.defineConditional(disjunction);
    this.type = this.defineUnion(this.defineMember(this.defineTypeFields()));
    this.performSelfAnalysis();
  }

  private defineConditional(operand: Rule<Syntax>): Rule<Syntax> {
    return this.RULE("conditional", () => {
      const first = this.LA(1);
      let result = this.SUBRULE(operand);
      this.OPTION(() => {
        this.CONSUME(T.If);
        const when = this.SUBRULE2(operand);
        this.CONSUME(T.Else);
        const otherwise = this.SUBRULE(this.expression);
        result = { kind: "if", when, then: result, else: otherwise, ...this.from(first) };
      });
      return result;
    });
  }

  /** Operands with operators between, taken from the left. */
  private defineChain(name: string, operators: TokenType, operand: Rule<Syntax>): Rule<Syntax> {
    return this.RULE(name, () => {
      const first = this.LA(1);
      let left = this.SUBRULE(operand);
      this.MANY(() => {
        const operator = operatorOf(this.CONSUME(operators).image);
        const right = this.SUBRULE2(operand);
        left = { kind: "binary", operator, left, right, ...this.from(first) };
      });
      return left;
    });
  }

  private definePrefix(name: string, sign: TokenType, operand: Rule<Syntax>): Rule<Syntax> {
    return this.RULE(name, () => {
      const signs: IToken[] = [];
      this.MANY(() => {
        signs.push(this.CONSUME(sign));
      });
      const inner = this.SUBRULE(operand);
      const operator = sign === T.Not ? "not" : "-";
      return signs.reduceRight<Syntax>((rest, token) => ({ kind: "unary", operator, operand: rest, ...this.from(token) }), inner);
    });
  }

  /** One comparison at most; `a not in b` is `not (a in b)`. */
  private defineComparison(operand: Rule<Syntax>): Rule<Syntax> {
    return this.RULE("comparison", () => {
      const first = this.LA(1);
      let result = this.SUBRULE(operand);
      this.OPTION(() => {
        const operator = this.OR([{ ALT: () => operatorOf(this.CONSUME(T.Comparison).image) }, { ALT: () => this.notIn() }]);
        const right = this.SUBRULE2(operand);
        const extent = this.from(first);
        result = { kind: "binary", operator: operator === "not in" ? "in" : operator, left: result, right, ...extent };
        if (operator === "not in") result = { kind: "unary", operator: "not", operand: result, ...extent };
      });
      return result;
    });
  }

  private notIn(): "not in" {
    this.CONSUME(T.Not);
    this.CONSUME(T.In);
    return "not in";
  }

  private definePostfix(primary: Rule<Syntax>, given: Rule<readonly Syntax[]>): Rule<Syntax> {
    return this.RULE("postfix", () => {
      const first = this.LA(1);
      let of = this.SUBRULE(primary);
      const member = () => {
        this.CONSUME(T.Dot);
        of = { kind: "member", of, name: wordOf(this.CONSUME(T.Word)), ...this.from(first) };
      };
      const index = () => {
        this.CONSUME(T.OpenList);
        const at = this.SUBRULE(this.expression);
        this.CONSUME(T.CloseList);
        of = { kind: "index", of, index: at, ...this.from(first) };
      };
      const pipe = () => {
        this.CONSUME(T.Pipe);
        const name = wordOf(this.CONSUME(T.Name));
        const args = [of];
        this.OPTION(() => args.push(...this.listed(this.SUBRULE(given))));
        of = { kind: "call", name, args, ...this.from(first) };
      };
      this.MANY(() => {
        this.OR([{ ALT: member }, { ALT: index }, { ALT: pipe }]);
      });
      return of;
    });
  }

  private definePrimary(fields: Rule<readonly Field[]>, given: Rule<readonly Syntax[]>): Rule<Syntax> {
    return this.RULE("primary", () => {
      const first = this.LA(1);
      const literal = (token: TokenType, value: (image: string) => Json) => ({
        ALT: (): Syntax => ({ kind: "literal", value: value(this.CONSUME(token).image), ...this.from(first) }),
      });
      return this.OR<Syntax>([
        literal(T.Digits, Number),
        literal(T.Quoted, unquote),
        literal(T.True, () => true),
        literal(T.False, () => false),
        literal(T.Null, () => null),
        { ALT: () => this.nameOrCall(given) },
        { ALT: () => this.parenthesised() },
        { ALT: () => this.listOf() },
        { ALT: (): Syntax => ({ kind: "object", fields: this.SUBRULE(fields), ...this.from(first) }) },
      ]);
    });
  }

  private nameOrCall(given: Rule<readonly Syntax[]>): Syntax {
    const first = this.CONSUME(T.Name);
    const args = this.OPTION(() => this.SUBRULE(given));
    return args
      ? { kind: "call", name: wordOf(first), args, ...this.from(first) }
      : { kind: "name", name: first.image, ...this.from(first) };
  }

  private parenthesised(): Syntax {
    this.CONSUME(T.OpenParen);
    const inner = this.SUBRULE(this.expression);
    this.CONSUME(T.CloseParen);
    return inner;
  }

  private listOf(): Syntax {
    const first = this.CONSUME2(T.OpenList);
    const items: Syntax[] = [];
    this.MANY_SEP({ SEP: T.Comma, DEF: () => items.push(this.SUBRULE2(this.expression)) });
    this.CONSUME2(T.CloseList);
    return { kind: "list", items, ...this.from(first) };
  }

  private defineArguments(name = "arguments"): Rule<readonly Syntax[]> {
    return this.RULE(name, () => {
      const args: Syntax[] = [];
      this.CONSUME(T.OpenParen);
      this.MANY_SEP({ SEP: T.Comma, DEF: () => args.push(this.SUBRULE(this.expression)) });
      this.CONSUME(T.CloseParen);
      return args;
    });
  }

  private defineFields(): Rule<readonly Field[]> {
    return this.RULE("fields", () => {
      const fields: Field[] = [];
      this.CONSUME(T.OpenObject);
      this.MANY_SEP({
        SEP: T.Comma,
        DEF: () => {
          const name = this.fieldName();
          this.CONSUME(T.Colon);
          fields.push({ name, value: this.SUBRULE(this.expression) });
        },
      });
      this.CONSUME(T.CloseObject);
      return fields;
    });
  }

  private defineUnion(member: Rule<TypeSyntax>): Rule<TypeSyntax> {
    return this.RULE("union", (): TypeSyntax => {
      const first = this.LA(1);
      const members: TypeSyntax[] = [];
      this.AT_LEAST_ONE_SEP({ SEP: T.Pipe, ERR_MSG: "a type", DEF: () => members.push(this.SUBRULE(member)) });
      const [only] = members;
      return members.length === 1 && only ? only : { kind: "union", members, ...this.from(first) };
    });
  }

  private defineMember(fields: Rule<readonly TypeField[]>): Rule<TypeSyntax> {
    return this.RULE("member", (): TypeSyntax => {
      const first = this.LA(1);
      let type: TypeSyntax = this.OR<TypeSyntax>({
        ERR_MSG: "a type",
        DEF: [
          { ALT: () => this.namedType() },
          { ALT: (): TypeSyntax => ({ kind: "name", name: this.CONSUME(T.Null).image, ...this.from(first) }) },
          { ALT: (): TypeSyntax => ({ kind: "text", value: unquote(this.CONSUME(T.Quoted).image), ...this.from(first) }) },
          { ALT: (): TypeSyntax => ({ kind: "object", fields: this.SUBRULE(fields), ...this.from(first) }) },
          { ALT: () => this.parenthesisedType() },
        ],
      });
      this.MANY(() => {
        this.CONSUME(T.Question);
        type = { kind: "nullable", of: type, ...this.from(first) };
      });
      return type;
    });
  }

  /** `list` alone takes a type between angles. */
  private namedType(): TypeSyntax {
    const first = this.CONSUME(T.Name);
    const item = this.OPTION({
      GATE: () => first.image === "list",
      DEF: () => {
        this.CONSUME(T.Less);
        const inner = this.SUBRULE(this.type);
        this.CONSUME(T.More);
        return inner;
      },
    });
    return item ? { kind: "list", item, ...this.from(first) } : { kind: "name", name: first.image, ...this.from(first) };
  }

  private parenthesisedType(): TypeSyntax {
    this.CONSUME(T.OpenParen);
    const inner = this.SUBRULE2(this.type);
    this.CONSUME(T.CloseParen);
    return inner;
  }

  private defineTypeFields(): Rule<readonly TypeField[]> {
    return this.RULE("typeFields", () => {
      const fields: TypeField[] = [];
      this.CONSUME(T.OpenObject);
      this.MANY_SEP({
        SEP: T.Comma,
        DEF: () => {
          const name = this.fieldName();
          const isOptional = this.OPTION(() => this.CONSUME(T.Question)) !== undefined;
          this.CONSUME(T.Colon);
          fields.push({ name, isOptional, type: this.SUBRULE(this.type) });
        },
      });
      this.CONSUME(T.CloseObject);
      return fields;
    });
  }

  private fieldName(): Word {
    return this.OR({
      ERR_MSG: "a name",
      DEF: [{ ALT: () => wordOf(this.CONSUME(T.Word)) }, { ALT: () => quotedWord(this.CONSUME(T.Quoted)) }],
    });
  }

  /** While the parser learns its grammar, and where it recovers, a rule has no result. */
  private listed<E>(items: readonly E[] | undefined): readonly E[] {
    return Array.isArray(items) ? items : [];
  }

  private from(first: IToken): Extent {
    return { start: first.startOffset, end: endOf(this.LA(0)) };
  }
}

interface Field {
  readonly name: Word;
  readonly value: Syntax;
}
