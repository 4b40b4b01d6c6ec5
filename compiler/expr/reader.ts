import type { IRecognitionException, IToken } from "chevrotain";
import { exprForeignOperator, exprSyntax, exprTooComplex, exprUnclosedHole, exprUnclosedText } from "../diagnostics/codes.generated.ts";
import { watch } from "../diagnostics/watch.ts";
import { Grammar } from "./grammar.ts";
import { cutHoles } from "./holes.ts";
import { type ExprSource, type Tell, tellOf } from "./source.ts";
import { childrenOf, type Extent, type Syntax, type TemplatePart } from "./syntax.ts";
import { toType } from "./to-type.ts";
import * as T from "./tokens.ts";
import type { Reader } from "./types.ts";

const maxTokens = 1000;
const maxNesting = 32;
const maxHeight = 64;

const grammar = new Grammar();

/** Reads expressions with chevrotain: to be loaded only where there is one to read. Never throws; all errors of a text are told. */
export const reader: Reader = {
  type(source, report) {
    const tell = tellOf(source, report);
    const syntax = parse(source, whole(source), () => grammar.type(), tell);
    return syntax && toType(syntax, tell);
  },
  expression(source, report) {
    return parseExpression(source, whole(source), tellOf(source, report));
  },
  template(source, report) {
    const watched = watch(report);
    const tell = tellOf(source, watched.report);
    const parts = cutHoles(source.text).flatMap((piece): readonly TemplatePart[] => {
      if (piece.kind === "text") return piece.text === "" ? [] : [piece];
      if (piece.kind === "unclosed") tell(piece.extent, exprUnclosedHole);
      const syntax = piece.kind === "hole" ? parseExpression(source, piece.extent, tell) : null;
      return syntax ? [{ kind: "hole", syntax }] : [];
    });
    return watched.hasErrors() ? null : parts;
  },
};

function whole({ text }: ExprSource): Extent {
  return { start: 0, end: text.length };
}

function parseExpression(source: ExprSource, within: Extent, tell: Tell): Syntax | null {
  const syntax = parse(source, within, () => grammar.expression(), tell);
  if (!syntax || !tallerThan(syntax, maxHeight)) return syntax;
  tell(syntax, (span) => exprTooComplex(span, { what: "levels", limit: maxHeight }));
  return null;
}

/** What `rule` makes of a stretch of a text. Null after findings. */
function parse<S>({ text }: ExprSource, within: Extent, rule: () => S, tell: Tell): S | null {
  const tokens = T.tokenise(text.slice(within.start, within.end)).map((token) => shifted(token, within.start));
  if (!isReadable(tokens, within, tell)) return null;
  grammar.input = tokens;
  const syntax = rule();
  if (grammar.errors.length === 0) return syntax;
  for (const error of firstAtEach(grammar.errors)) tellSyntax(error, { start: within.start, end: endOf(tokens, within) }, tell);
  return null;
}

/** Tells what no grammar can mend: operators of other languages, texts without an end, more than the parser may be given. */
function isReadable(tokens: readonly IToken[], within: Extent, tell: Tell): boolean {
  const foreign = tokens.filter(({ tokenType }) => tokenType === T.Foreign);
  const unclosed = tokens.filter(({ tokenType }) => tokenType === T.Unclosed);
  for (const token of foreign)
    tell(extentOf(token), (span) => exprForeignOperator(span, { found: token.image, own: ownOperators[token.image] ?? "==" }));
  for (const token of unclosed) tell(extentOf(token), exprUnclosedText);
  const isLong = tokens.length > maxTokens;
  const isDeep = nesting(tokens) > maxNesting;
  if (isLong) tell(within, (span) => exprTooComplex(span, { what: "words and signs", limit: maxTokens }));
  else if (isDeep) tell(within, (span) => exprTooComplex(span, { what: "brackets within brackets", limit: maxNesting }));
  return foreign.length + unclosed.length === 0 && !isLong && !isDeep;
}

const ownOperators: Readonly<Record<string, string>> = {
  "&&": "and",
  "&": "and",
  "||": "or",
  "!": "not",
  "!==": "!=",
  "=": "==",
  "===": "==",
};

/** The deepest nesting of brackets. An angle opens a type's list; as a comparison it closes nothing, and counts little. */
function nesting(tokens: readonly IToken[]): number {
  let [open, deepest] = [0, 0];
  for (const { tokenType } of tokens) {
    if (opening.has(tokenType)) open += 1;
    else if (closing.has(tokenType)) open -= 1;
    deepest = Math.max(deepest, open);
  }
  return deepest;
}

const opening = new Set([T.OpenParen, T.OpenList, T.OpenObject, T.Less]);
const closing = new Set([T.CloseParen, T.CloseList, T.CloseObject, T.More]);

/** What follows from an error at the same place is no second one. */
function firstAtEach(errors: readonly IRecognitionException[]): readonly IRecognitionException[] {
  return [...new Map([...errors].reverse().map((error) => [error.token.startOffset, error])).values()].reverse();
}

function tellSyntax({ message, token }: IRecognitionException, { end }: Extent, tell: Tell): void {
  const found = token.image === "" || Number.isNaN(token.startOffset) ? null : token;
  const place = found ? extentOf(found) : { start: end, end };
  tell(place, (span) => exprSyntax(span, { expected: message, found: found ? `\`${found.image}\`` : "the end" }));
}

function tallerThan(syntax: Syntax, height: number): boolean {
  return height === 0 || childrenOf(syntax).some((child) => tallerThan(child, height - 1));
}

function shifted(token: IToken, by: number): IToken {
  return { ...token, startOffset: token.startOffset + by };
}

function extentOf({ startOffset, image }: IToken): Extent {
  return { start: startOffset, end: startOffset + image.length };
}

/** Where the last token ends: what is missing there is missed there. */
function endOf(tokens: readonly IToken[], within: Extent): number {
  const last = tokens.at(-1);
  return last ? extentOf(last).end : within.end;
}
