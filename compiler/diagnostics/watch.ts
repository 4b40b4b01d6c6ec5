import type { Diagnostic, Report } from "./diagnostic.ts";

/** A report that passes everything on and knows whether an error was among it. */
export interface Watch {
  readonly report: Report;
  readonly hasErrors: () => boolean;
}

/** Watches what goes to `report` from now on. */
export function watch(report: Report): Watch {
  let errors = 0;
  const settingOf = report.settingOf ?? (({ severity }: Diagnostic) => severity);
  const tell = (diagnostic: Diagnostic) => {
    if (settingOf(diagnostic) === "error") errors += 1;
    report(diagnostic);
  };
  return { report: Object.assign(tell, { settingOf }), hasErrors: () => errors > 0 };
}
