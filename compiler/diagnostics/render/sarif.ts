import type { Json, JsonObject } from "../../ir/json.ts";
import type { Span } from "../../ir/span.ts";
import type { Diagnostic, Severity } from "../diagnostic.ts";
import { pages } from "../pages.generated.ts";
import { type Fingerprinted, fingerprints } from "../policy/fingerprint.ts";
import { fileCache, positionsOf, type Sources } from "./sources.ts";

const levels: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/**
 * Findings in the Static Analysis Results Interchange Format, for code scanning. Lines and columns count from 1, columns in
 * UTF-16 units; a result's fingerprint does not change when lines move.
 * @see SARIF 2.1.0, OASIS standard
 */
export function renderSarif(diagnostics: readonly Diagnostic[], sources: Sources, version: string): string {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const locationOf = locations(sources);
  const run = {
    tool: { driver: { name: "tamac", version, semanticVersion: version, rules: codes.map(rule) } },
    columnKind: "utf16CodeUnits",
    results: numbered(fingerprints(diagnostics, sources)).map((one) => result(one, codes.indexOf(one.diagnostic.code), locationOf)),
  };
  return `${JSON.stringify({ $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] }, null, 2)}\n`;
}

interface Numbered extends Fingerprinted {
  readonly occurrence: number;
}

/** Equal findings are told apart by their order. */
function numbered(all: readonly Fingerprinted[]): readonly Numbered[] {
  const seen = new Map<string, number>();
  return all.map((one) => {
    const occurrence = (seen.get(one.fingerprint) ?? 0) + 1;
    seen.set(one.fingerprint, occurrence);
    return { ...one, occurrence };
  });
}

function rule(code: string): JsonObject {
  const page = Object.hasOwn(pages, code) ? pages[code] : undefined;
  const help = page && { help: { text: page.body, markdown: page.body }, defaultConfiguration: { level: levels[page.severity] } };
  return { id: code, shortDescription: { text: page?.message ?? code }, ...help };
}

function result({ diagnostic, fingerprint, occurrence }: Numbered, ruleIndex: number, locationOf: (span: Span) => JsonObject): JsonObject {
  const { code, severity, message, help, span, related } = diagnostic;
  return {
    ruleId: code,
    ruleIndex,
    level: levels[severity],
    message: { text: help === null ? message : `${message}\nhelp: ${help}` },
    ...(span ? { locations: [locationOf(span)] } : {}),
    ...(related.length > 0
      ? { relatedLocations: related.map((one) => ({ ...locationOf(one.span), message: { text: one.message } })) }
      : {}),
    partialFingerprints: { "tama/v1": `${fingerprint}:${occurrence}` },
  };
}

function locations(sources: Sources): (span: Span) => JsonObject {
  const fileOf = fileCache(sources);
  return (span) => {
    const file = fileOf(span.file);
    const { start, end } = positionsOf(span, file);
    const region: Json = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
    const artifactLocation = { uri: uriOf(sources.path?.(span.file) ?? span.file), uriBaseId: "%SRCROOT%" };
    return { physicalLocation: { artifactLocation, ...(file ? { region } : {}) } };
  };
}

/** A path as a relative reference (RFC 3986); one that leads out, or from a root, stays what it is. */
function uriOf(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
