import { type CustomPatternMatcherFunc, createToken, type IToken, Lexer, type TokenType } from "chevrotain";

/** Any word: a name or a keyword. Keywords may stand where only a word can: after a dot, before a colon. */
export const Word = category("a name");
export const Comparison = category("a comparison");
export const Sum = category("`+` or `-`");
export const Product = category("`*`, `/` or `%`");

/** Words may hold hyphens, as agents' names and builtins do; so a minus between words needs spaces. */
export const Name = createToken({
  name: "Name",
  pattern: unicode(/[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*/uy),
  line_breaks: false,
  categories: Word,
  label: "a name",
});
export const Digits = createToken({ name: "Digits", pattern: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, label: "a number" });
const quoted = /"(?:[^"\\\n]|\\["'\\/bfnrt]|\\u[0-9a-fA-F]{4})*"|'(?:[^'\\\n]|\\["'\\/bfnrt]|\\u[0-9a-fA-F]{4})*'/;
export const Quoted = createToken({ name: "Quoted", pattern: quoted, label: "a text" });

export const And = keyword("and");
export const Or = keyword("or");
export const Not = keyword("not");
export const In = keyword("in", Comparison);
export const If = keyword("if");
export const Else = keyword("else");
export const True = keyword("true");
export const False = keyword("false");
export const Null = keyword("null");
const keywords = [And, Or, Not, In, If, Else, True, False, Null];

export const Less = sign("<", Comparison);
export const More = sign(">", Comparison);
export const Minus = sign("-", Sum);
export const Pipe = sign("|");
export const Question = sign("?");
export const Dot = sign(".");
export const Comma = sign(",");
export const Colon = sign(":");
export const OpenParen = sign("(");
export const CloseParen = sign(")");
export const OpenList = sign("[");
export const CloseList = sign("]");
export const OpenObject = sign("{");
export const CloseObject = sign("}");
const long = ["==", "!=", "<=", ">="].map((text) => sign(text, Comparison));
const short = [Less, More, sign("+", Sum), Minus, ...["*", "/", "%"].map((text) => sign(text, Product)), Pipe, Question, Dot, Comma, Colon];
const brackets = [OpenParen, CloseParen, OpenList, CloseList, OpenObject, CloseObject];

/** Operators of other languages. */
export const Foreign = createToken({ name: "Foreign", pattern: /&&|\|\||===|!==|=(?!=)|!(?!=)|&/ });
/** A text that does not end, or has an escape that is none. */
export const Unclosed = createToken({ name: "Unclosed", pattern: /["'][^\n]*/ });
const Stray = createToken({ name: "Stray", pattern: unicode(/\S/uy), line_breaks: false });
const Blank = createToken({ name: "Blank", pattern: /\s+/, group: Lexer.SKIPPED });

/** Every kind of token, in the order in which they are tried. */
export const vocabulary: TokenType[] = [
  ...[Blank, Word, Comparison, Sum, Product],
  ...keywords,
  ...[Name, Digits, Quoted, Foreign],
  ...long,
  ...short,
  ...brackets,
  ...[Unclosed, Stray],
];

const lexer = new Lexer(vocabulary, { ensureOptimizations: false, positionTracking: "onlyOffset" });

/** Cuts a text into tokens. Every character that is not blank is part of one. */
export function tokenise(text: string): readonly IToken[] {
  return lexer.tokenize(text).tokens;
}

/** The lexer would drop the flag `u`. */
function unicode(sticky: RegExp): CustomPatternMatcherFunc {
  return (text, offset) => {
    sticky.lastIndex = offset;
    return sticky.exec(text);
  };
}

function category(label: string): TokenType {
  return createToken({ name: label, pattern: Lexer.NA, label });
}

function keyword(word: string, ...also: readonly TokenType[]): TokenType {
  return createToken({ name: word, pattern: new RegExp(word), longer_alt: Name, categories: [Word, ...also], label: `\`${word}\`` });
}

function sign(text: string, ...categories: TokenType[]): TokenType {
  return createToken({ name: text, pattern: text, categories, label: `\`${text}\`` });
}
