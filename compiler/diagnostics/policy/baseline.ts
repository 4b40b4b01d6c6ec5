import { isObject, pretty } from "../../ir/json.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Sources } from "../render/sources.ts";
import { fingerprints } from "./fingerprint.ts";
import { mayBe } from "./severity.ts";

/** Findings that a project is known to have. */
export interface Baseline {
  readonly findings: readonly Known[];
}

/** How often a finding is known; code and file are for people. */
export interface Known {
  readonly fingerprint: string;
  readonly code: string;
  readonly file: string | null;
  readonly count: number;
}

const format = "tama.baseline/1";

/** The baseline of what is found now, as text. What must always be told is not in it. */
export function baselineOf(diagnostics: readonly Diagnostic[], sources: Sources): string {
  const known = new Map<string, Known>();
  for (const { diagnostic, fingerprint } of fingerprints(diagnostics.filter(isHidable), sources)) {
    const { code, span } = diagnostic;
    const count = (known.get(fingerprint)?.count ?? 0) + 1;
    known.set(fingerprint, { fingerprint, code, file: span?.file ?? null, count });
  }
  const findings = [...known.values()].sort(
    (a, b) => order(a.file ?? "", b.file ?? "") || order(a.code, b.code) || order(a.fingerprint, b.fingerprint),
  );
  return pretty({ format, findings: findings.map((entry) => ({ ...entry })) });
}

/** Reads a baseline's text; a reason where it is none. */
export function readBaseline(text: string): Baseline | string {
  const value = parse(text);
  if (!isObject(value) || value["format"] !== format) return `its format is not ${format}`;
  const findings: unknown = value["findings"];
  return Array.isArray(findings) && findings.every(isKnown) ? { findings } : "its findings are not a list of fingerprints and counts";
}

/** What is new, and how many of the known findings are no more. */
export function withoutKnown(diagnostics: readonly Diagnostic[], baseline: Baseline, sources: Sources) {
  const left = new Map(baseline.findings.map(({ fingerprint, count }) => [fingerprint, count]));
  const fresh = fingerprints(diagnostics, sources).filter(({ diagnostic, fingerprint }) => {
    const count = left.get(fingerprint) ?? 0;
    if (count === 0 || !isHidable(diagnostic)) return true;
    left.set(fingerprint, count - 1);
    return false;
  });
  return { fresh: fresh.map(({ diagnostic }) => diagnostic), stale: [...left.values()].reduce((sum, count) => sum + count, 0) };
}

/** What may be off may be known; an error without which there is no plan may not. */
function isHidable({ code }: Diagnostic): boolean {
  return mayBe(code, "off");
}

function isKnown(value: unknown): value is Known {
  if (!isObject(value)) return false;
  const { fingerprint, code, file, count } = value;
  const texts = [fingerprint, code, file ?? ""];
  return texts.every((text) => typeof text === "string") && Number.isSafeInteger(count) && Number(count) > 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // told as a wrong format
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
