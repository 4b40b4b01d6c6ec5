import { lineStarts, positionAt } from "../../ir/span.ts";
import { closest } from "../closest.ts";
import { suppressNoReason, suppressNotAllowed, suppressUnknownCode, suppressUnused } from "../codes.generated.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { codes } from "../severities.generated.ts";
import { type Comment, commentsIn } from "./comments.ts";
import { mayBe, type Settings, withSetting } from "./severity.ts";

/** Texts by path. */
export type Texts = Iterable<readonly [string, string]>;

/** What findings are about. `isWhole`: whether all of the project could be read. */
export interface Suppressing {
  readonly texts: Texts;
  readonly settings: Settings;
  readonly isWhole: boolean;
}

/**
 * Drops the findings that comments silence, and tells of comments that cannot silence what they name, and, where all was read and
 * nothing is an error, of those that had nothing to silence. Reports `suppress/*`.
 */
export function suppress(diagnostics: readonly Diagnostic[], { texts, settings, isWhole }: Suppressing): readonly Diagnostic[] {
  const files = [...texts];
  const comments = files.flatMap(([file, text]) => commentsIn(file, text));
  if (comments.length === 0) return diagnostics;
  const idle = new Set(comments.filter(mayAct));
  const placeOf = placesIn(new Map(files));
  const acting = new Map([...idle].flatMap((comment) => comment.lines.map((line) => [`${comment.file}:${line}:${comment.code}`, comment])));
  const told = diagnostics.filter((diagnostic) => {
    const comment = acting.get(`${placeOf(diagnostic)}:${diagnostic.code}`);
    if (comment) idle.delete(comment);
    return !comment;
  });
  const unused = !isWhole || told.some(({ severity }) => severity === "error") ? [] : [...idle];
  const flaws = [...comments.flatMap(flaw), ...unused.map(({ code, codeSpan }) => suppressUnused(codeSpan, { code }))];
  return [...told, ...flaws.flatMap((one) => withSetting(one, settings) ?? [])];
}

function mayAct({ code, reason }: Comment): boolean {
  return reason !== null && Object.hasOwn(codes, code) && mayBe(code, "off");
}

function flaw({ code, codeSpan, reason }: Comment): readonly Diagnostic[] {
  if (!Object.hasOwn(codes, code)) return [suppressUnknownCode(codeSpan, { code, closest: closest(code, Object.keys(codes)) })];
  if (!mayBe(code, "off")) return [suppressNotAllowed(codeSpan, { code })];
  return reason === null ? [suppressNoReason(codeSpan, { code })] : [];
}

/** `file:line` of where a finding begins. */
function placesIn(texts: ReadonlyMap<string, string>): (diagnostic: Diagnostic) => string {
  const starts = new Map<string, readonly number[]>();
  return ({ span }) => {
    if (!span) return "";
    const known = starts.get(span.file) ?? lineStarts(texts.get(span.file) ?? "");
    starts.set(span.file, known);
    return `${span.file}:${positionAt(known, span.start).line}`;
  };
}
