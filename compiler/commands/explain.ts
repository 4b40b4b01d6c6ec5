import { closest } from "../diagnostics/closest.ts";
import { cliUnknownCode } from "../diagnostics/codes.generated.ts";
import { pages } from "../diagnostics/pages.generated.ts";
import { misused, noSources, type Output, ok, show } from "./terminal.ts";

/** `tamac explain CODE`: the page of a code. */
export function runExplain(code: string, output: Output): number {
  const page = Object.hasOwn(pages, code) ? pages[code] : undefined;
  if (!page) {
    show([cliUnknownCode(null, { code, closest: closest(code, Object.keys(pages)) })], noSources, output);
    return misused;
  }
  if (output.format === "json") output.stdout(`${JSON.stringify({ code, ...page }, null, 2)}\n`);
  else output.stdout(`${page.severity}[${code}]: ${page.message}\n${page.help === null ? "" : `help: ${page.help}\n`}\n${page.body}\n`);
  return ok;
}

/** `tamac explain`: all codes, with their messages. */
export function listCodes(output: Output): number {
  const all = Object.entries(pages).map(([code, { severity, message, help }]) => ({ code, severity, message, help }));
  const width = Math.max(...all.map(({ code }) => code.length));
  if (output.format === "json") output.stdout(`${JSON.stringify(all, null, 2)}\n`);
  else output.stdout(all.map(({ code, severity, message }) => `${code.padEnd(width)}  ${severity.padEnd(7)}  ${message}\n`).join(""));
  return ok;
}
