import type { Pattern } from "../../stdlib/pattern.ts";
import type { SourceFile } from "../1-source/types.ts";
import { closest } from "../diagnostics/closest.ts";
import {
  parseEmptyPrompt,
  parseMissingStepFile,
  parseMissingStepFileNotes,
  parseStepPattern,
  parseUnusedKey,
  parseUnusedStepFile,
} from "../diagnostics/codes.generated.ts";
import type { Related, Report } from "../diagnostics/diagnostic.ts";
import type { Span } from "../ir/span.ts";
import { readCall } from "./call.ts";
import { readOptionalDocument } from "./document.ts";
import { openFields } from "./fields.ts";
import type { ParsedStep } from "./types.ts";
import { text, truth } from "./values.ts";
import type { FullYaml } from "./yaml.ts";

/** A step file of an agent and its name, without `.md`. */
export interface StepFile {
  readonly name: string;
  readonly source: SourceFile;
}

/** What an agent directory holds besides AGENT.md. */
export interface StepSource {
  readonly directory: string;
  readonly steps: readonly StepFile[];
  readonly unread: readonly string[];
  readonly yaml: FullYaml;
}

/** The pattern whose steps are read, and where the agent names it. */
export interface Asking {
  readonly pattern: Pattern;
  readonly span: Span;
  /** Whether step files have holes that do not say. */
  readonly isTemplate: boolean;
}

/** Reads the step files that a pattern asks for. Missing ones are one finding; files that nothing reads are told. */
export function readSteps(source: StepSource, asking: Asking, report: Report): readonly ParsedStep[] {
  const { pattern, span } = asking;
  const { directory, steps: files, unread, yaml } = source;
  const missing = pattern.steps.filter(
    (name) => !files.some((file) => file.name === name) && !unread.includes(`agents/${directory}/${name}.md`),
  );
  const unused = files.filter(({ name }) => !pattern.steps.includes(name) && name.toLowerCase() !== "readme");
  const named = missing.map((name) => `${name}.md`).join(", ");
  // A step file under a wrong name is told once: where its right name is missed.
  if (missing.length > 0) report(parseMissingStepFile(span, { pattern: pattern.name, files: named }, unused.map(strayFile)));
  else for (const file of unused) report(unusedStep(file, pattern));
  return files
    .filter(({ name }) => pattern.steps.includes(name))
    .flatMap((file) => readStep(file, { directory, yaml, ...asking }, report) ?? []);
}

/** Reads a step file. A step with skills is an act, whatever its pattern says. */
function readStep({ name, source }: StepFile, asking: Asking & Pick<StepSource, "directory" | "yaml">, report: Report): ParsedStep | null {
  const document = readOptionalDocument(source, asking.yaml, report);
  if (!document) return null;
  const fields = openFields(document.map, document.head, report);
  const pattern = fields.optional("pattern", text);
  if (pattern && pattern.value !== "oneshot" && pattern.value !== "react") {
    report(parseStepPattern(pattern.span, { pattern: pattern.value, closest: closest(pattern.value, ["oneshot", "react"]) }));
  }
  const call = readCall(fields, asking.directory);
  const isTemplate = fields.optional("template", truth)?.value ?? asking.isTemplate;
  fields.close("step files");
  const acts = pattern ? pattern.value === "react" : asking.pattern.acts.includes(name);
  const kind = acts || call.uses.length > 0 ? "act" : "ask";
  if (kind === "ask" && call.maxIter) report(parseUnusedKey(call.maxIter.span, { key: "max_iter", owner: "a step that runs as oneshot" }));
  if (document.body.value.trim() === "") report(parseEmptyPrompt(document.head, { file: source.path }));
  return { name, file: source.path, span: document.span, kind, ...call, body: document.body, isTemplate };
}

function unusedStep({ name, source }: StepFile, pattern: Pattern) {
  return parseUnusedStepFile(fileStart(source), { file: `${name}.md`, pattern: pattern.name, closest: closest(name, pattern.steps) });
}

function strayFile({ source }: StepFile): Related {
  return parseMissingStepFileNotes.stray(fileStart(source));
}

function fileStart({ path, text: content }: SourceFile): Span {
  const end = content.indexOf("\n");
  return { file: path, start: 0, end: end === -1 ? content.length : end };
}
