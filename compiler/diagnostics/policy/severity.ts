import type { Diagnostic, Report, Severity } from "../diagnostic.ts";
import { codes } from "../severities.generated.ts";

/** What a project says of a code: how much it weighs, or that it is not to be told. */
export type Setting = Severity | "off";

/** Settings by code. */
export type Settings = Readonly<Record<string, Setting>>;

export const settings: readonly Setting[] = ["off", "info", "warning", "error"];

/** Whether a code may have a setting: an error after which no plan could be made stays one. */
export function mayBe(code: string, setting: Setting): boolean {
  return settings.indexOf(setting) >= settings.indexOf(floorOf(code));
}

/** The least that a code can be set to. */
export function floorOf(code: string): Setting {
  return Object.hasOwn(codes, code) ? (codes[code]?.floor ?? "error") : "error";
}

/** A finding as the project wants it told; null where it is off. */
export function withSetting(diagnostic: Diagnostic, given: Settings): Diagnostic | null {
  const setting = settingOf(diagnostic, given);
  return setting === "off" ? null : { ...diagnostic, severity: setting };
}

/** A report that tells findings as the project wants them told. */
export function ruled(given: Settings, report: Report): Report {
  const tell = (diagnostic: Diagnostic) => {
    const told = withSetting(diagnostic, given);
    if (told) report(told);
  };
  return Object.assign(tell, { settingOf: (diagnostic: Diagnostic) => settingOf(diagnostic, given) });
}

/** Warnings as errors. */
export function strictly(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.map((diagnostic) => (diagnostic.severity === "warning" ? { ...diagnostic, severity: "error" } : diagnostic));
}

function settingOf({ code, severity }: Diagnostic, given: Settings): Setting {
  const wanted = Object.hasOwn(given, code) ? given[code] : undefined;
  return wanted !== undefined && mayBe(code, wanted) ? wanted : severity;
}
