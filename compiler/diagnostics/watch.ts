import type { Report } from "./diagnostic.ts";

/** A report that passes everything on and knows whether an error was among it. */
export interface Watch {
  readonly report: Report;
  readonly hasErrors: () => boolean;
}

/** Watches what goes to `report` from now on. */
export function watch(report: Report): Watch {
  let errors = 0;
  return {
    report: (diagnostic) => {
      if (diagnostic.severity === "error") errors += 1;
      report(diagnostic);
    },
    hasErrors: () => errors > 0,
  };
}
