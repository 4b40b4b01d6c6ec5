import { type Exit, type Pattern, type Field as PatternField, patternDefaults } from "../../stdlib/pattern.ts";
import { patterns as builtIn } from "../../stdlib/patterns/index.ts";
import { configBadPattern, configTakenPattern, configTakenPatternNotes } from "../diagnostics/codes.generated.ts";
import * as C from "../ir/codec.ts";
import { decodeWith } from "../ir/decode.ts";
import { isObject } from "../ir/json.ts";
import type { Span } from "../ir/span.ts";
import { type Field, items, nameOf, spanOf } from "./read.ts";

/** A pattern of the project's own, and where its config names it. */
export interface OwnPattern {
  readonly pattern: Pattern;
  readonly span: Span;
}

/** The patterns of a config. Reports `config/bad-pattern` and `config/taken-pattern`; what is wrong is left out. */
export function decodePatterns(field: Field | undefined): readonly OwnPattern[] {
  const byName = new Map<string, OwnPattern>();
  for (const own of items(field).flatMap(decodePattern)) {
    const { name } = own.pattern;
    const first = byName.get(name);
    if (!first && !Object.hasOwn(builtIn, name)) byName.set(name, own);
    else field?.report(configTakenPattern(own.span, { name }, first ? [configTakenPatternNotes.first(first.span)] : []));
  }
  return [...byName.values()];
}

function decodePattern(item: Field): readonly OwnPattern[] {
  const decoded = decodeWith(declaration, isObject(item.value) ? { ...patternDefaults, ...item.value } : item.value);
  if (decoded.kind === "ok") return [{ pattern: decoded.value, span: spanOf(item) }];
  for (const { at, message } of decoded.problems) {
    const place = { ...item, path: [...item.path, ...at.split("/").slice(1)] };
    item.report(configBadPattern(spanOf(place), { key: nameOf(place), problem: message }));
  }
  return [];
}

const name = C.codec("a field's name", (value): value is string => typeof value === "string" && /^[a-z][a-z0-9_-]*$/.test(value));
const lower = C.codec("a function", (value): value is Pattern["lower"] => typeof value === "function");

const exits: C.Codec<Exit> = C.unionOf<Exit>({
  word: C.objectOf({ kind: C.oneOf("word"), word: C.string }),
  prompt: C.objectOf({ kind: C.oneOf("prompt"), step: C.nullable(C.word), except: C.listOf(C.string) }),
  agent: C.objectOf({ kind: C.oneOf("agent"), field: name }),
  worker: C.objectOf({ kind: C.oneOf("worker") }),
  any: C.objectOf({ kind: C.oneOf("any") }),
  machine: C.objectOf({ kind: C.oneOf("machine"), initial: name, states: name }),
});

/** `except` may be left out. */
const exit: C.Codec<Exit> = {
  schema: exits.schema,
  decode: (value, at, problems) =>
    exits.decode(isObject(value) && value["kind"] === "prompt" ? { except: [], ...value } : value, at, problems),
};

const field: C.Codec<PatternField> = C.objectOf<PatternField>({
  kind: C.oneOf("agent", "agents", "count", "deadline", "state", "states", "type"),
  summary: C.string,
  required: C.boolean,
});

const declaration: C.Codec<Pattern> = C.objectOf<Pattern>({
  name: C.word,
  summary: C.string,
  fields: C.recordOf(field),
  steps: C.listOf(C.word),
  acts: C.listOf(C.word),
  role: C.nullable(C.oneOf("thinker", "worker", "default")),
  body: C.oneOf("ask", "act", "code", "none"),
  maxIter: C.nullable(C.positive),
  onError: C.nullable(C.oneOf("fail", "collect")),
  exits: C.listOf(exit),
  lower,
});
