import type { Span } from "../ir/span.ts";

export type Severity = "error" | "warning" | "info";

/** A place that helps to understand a finding, with one sentence about it. */
export interface Related {
  readonly span: Span;
  readonly message: string;
}

/**
 * A finding. `message` is the fact in one sentence; `help` alone proposes a change. `span` is null where no source
 * is at fault (a missing file, a bad environment). Made only by the functions generated from `codes/`.
 */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string | null;
  readonly span: Span | null;
  readonly related: readonly Related[];
}

/** Where a phase puts its findings. `settingOf` tells what a finding becomes where a project has settings of its own. */
export interface Report {
  (diagnostic: Diagnostic): void;
  readonly settingOf?: (diagnostic: Diagnostic) => Severity | "off";
}
