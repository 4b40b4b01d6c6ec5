import type { Exit, Pattern } from "../../stdlib/pattern.ts";
import type { SourceFile } from "../1-source/types.ts";
import type { GivenLimits } from "../config/limits.ts";
import { closest } from "../diagnostics/closest.ts";
import { parseEmptyPrompt, parseUnknownPattern, parseUnusedKey } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { watch } from "../diagnostics/watch.ts";
import type { JsonObject } from "../ir/json.ts";
import type { Span } from "../ir/span.ts";
import { type Call, readCall, readVariables } from "./call.ts";
import { describeFields } from "./describe-fields.ts";
import { type Document, readDocument } from "./document.ts";
import { type Fields, openFields } from "./fields.ts";
import { readName } from "./identity.ts";
import { readLimits } from "./limits.ts";
import { readPatternFields, referencesOf } from "./pattern-fields.ts";
import { readSteps, type StepFile } from "./step.ts";
import type { Located, ParsedAgent, ParsedType } from "./types.ts";
import { readKeys, type } from "./types-of-values.ts";
import { oneOf, text, truth, whole } from "./values.ts";
import type { FullYaml } from "./yaml.ts";

/** An agent directory with what it holds. */
export interface AgentSource {
  readonly directory: string;
  readonly file: SourceFile;
  readonly steps: readonly StepFile[];
  /** Paths of files that are there but could not be read. */
  readonly unread: readonly string[];
  /** Every pattern that an agent may name. */
  readonly patterns: Readonly<Record<string, Pattern>>;
  readonly yaml: FullYaml;
}

const onFailure = oneOf("fail", "collect");

/** What every agent says, whatever its pattern. */
interface Common {
  readonly input: ParsedType | null;
  readonly output: ParsedType | null;
  readonly keys: readonly Located<string>[] | null;
  readonly template: Located<boolean> | null;
  readonly name: Located<string> | null;
  readonly description: Located<string> | null;
  readonly version: Located<string> | null;
  readonly env: readonly Located<string>[];
  readonly call: Call;
  readonly onError: Located<"fail" | "collect"> | null;
  readonly attempts: Located<number> | null;
  readonly limits: GivenLimits;
}

/** Reads an agent. Null, after findings, where its frontmatter or its pattern cannot be made out. */
export function readAgent(source: AgentSource, report: Report): ParsedAgent | null {
  const watched = watch(report);
  const document = readDocument(source.file, source.yaml, watched.report);
  if (!document) return null;
  const fields = openFields(document.map, document.head, watched.report);
  const common = readCommon(fields, source.directory);
  const named = fields.required("pattern", text, "oneshot");
  const pattern = named && findPattern(named, source.patterns, watched.report);
  if (!named || !pattern) return null;
  const agent = readPatterned(source, document, { fields, common, named, pattern });
  return { broken: watched.hasErrors(), ...agent };
}

/** The JSON Schema of an agent's frontmatter: what reading it asks for. */
export function agentFrontmatter(pattern: Pattern): JsonObject {
  return describeFields((fields) => {
    readCommon(fields, "");
    fields.required("pattern", oneOf(pattern.name), pattern.name);
    readPatternFields(pattern, fields);
    readWorker(pattern, fields);
  });
}

/** Reads what names a worker other than the worker.ts beside the agent. */
function readWorker({ body, fields: own }: Pattern, fields: Fields): Located<string> | null {
  return body === "code" && !Object.hasOwn(own, "worker") ? fields.optional("worker", text) : null;
}

function readCommon(fields: Fields, directory: string): Common {
  return {
    name: readName(fields, directory),
    description: fields.required("description", text, "what it does"),
    version: fields.required("version", text, "1.0.0"),
    env: readVariables(fields),
    call: readCall(fields, directory),
    onError: fields.optional("on_error", onFailure),
    attempts: readRetry(fields),
    limits: readLimits(fields),
    input: fields.optional("input", type),
    output: fields.optional("output", type),
    keys: readKeys(fields),
    template: fields.optional("template", truth),
  };
}

/** Reads `retry: {attempts: 2}`. */
function readRetry(fields: Fields): Located<number> | null {
  const retry = fields.inner("retry");
  if (!retry) return null;
  const attempts = retry.required("attempts", whole(1), "2");
  retry.close("`retry`");
  return attempts;
}

function findPattern(name: Located<string>, patterns: AgentSource["patterns"], report: Report): Pattern | null {
  const pattern = Object.hasOwn(patterns, name.value) ? patterns[name.value] : undefined;
  if (pattern) return pattern;
  report(parseUnknownPattern(name.span, { pattern: name.value, closest: closest(name.value, Object.keys(patterns)) }));
  return null;
}

interface Read {
  readonly fields: Fields;
  readonly common: Common;
  readonly named: Located<string>;
  readonly pattern: Pattern;
}

function readPatterned(source: AgentSource, document: Document, read: Read): Omit<ParsedAgent, "broken"> {
  const { fields, common, named, pattern } = read;
  const values = readPatternFields(pattern, fields);
  const worker = readWorker(pattern, fields);
  fields.close(`\`${pattern.name}\` agents`);
  reportUnused(read);
  if ((pattern.body === "ask" || pattern.body === "act") && document.body.value.trim() === "") {
    fields.report(parseEmptyPrompt(document.head, { file: document.file }));
  }
  const missing = { value: "", span: document.head };
  const isTemplate = common.template?.value ?? common.input !== null;
  return {
    directory: source.directory,
    file: document.file,
    name: common.name ?? { value: source.directory, span: document.head },
    description: common.description ?? missing,
    version: common.version ?? missing,
    pattern: named,
    definition: pattern,
    fields: values,
    references: referencesOf(values),
    onError: common.onError,
    attempts: common.attempts,
    worker,
    input: common.input,
    output: common.output,
    keys: common.keys,
    body: {
      name: "body",
      file: document.file,
      span: document.span,
      kind: pattern.body === "act" ? "act" : "ask",
      ...common.call,
      body: document.body,
      isTemplate,
    },
    steps: readSteps(source, { pattern, span: named.span, isTemplate }, fields.report),
    env: common.env,
    limits: common.limits,
  };
}

/** Tells of keys that are read but mean nothing to this pattern. */
function reportUnused({ fields, common, pattern }: Read): void {
  const { model, uses, maxIter } = common.call;
  const unused = (span: Span | undefined, key: string) =>
    span && fields.report(parseUnusedKey(span, { key, owner: `a \`${pattern.name}\` agent` }));
  const callsModel = pattern.body === "ask" || pattern.body === "act" || pattern.steps.length > 0;
  if (!callsModel) unused(model?.span, "model");
  if (pattern.body !== "act") unused(uses[0]?.span, "uses");
  if (pattern.body !== "act" && pattern.maxIter === null) unused(maxIter?.span, "max_iter");
  if (pattern.onError === null) unused(common.onError?.span, "on_error");
  if (!pattern.exits.some(takesKeys)) unused(common.keys?.[0]?.span, "keys");
  if (pattern.body === "code") for (const key of ["input", "output"]) unused(fields.entry(key)?.key.span, key);
}

/** Whether an exit can end with declared keys. */
function takesKeys({ kind }: Exit): boolean {
  return kind === "prompt" || kind === "agent" || kind === "machine" || kind === "any";
}
