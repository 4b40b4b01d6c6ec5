import { closest } from "../diagnostics/closest.ts";
import { cliUnknownCode } from "../diagnostics/codes.generated.ts";
import { pages } from "../diagnostics/pages.generated.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import { noSources, type Output, show } from "./terminal.ts";

/** `tamac explain CODE`: the page of a code. */
export async function runExplain(code: string, output: Output): Promise<ExitCode> {
  const page = Object.hasOwn(pages, code) ? pages[code] : undefined;
  if (!page) {
    await show([cliUnknownCode(null, { code, closest: closest(code, Object.keys(pages)) })], noSources, output);
    return exitCodes.usage;
  }
  if (output.format === "json") output.stdout(`${JSON.stringify({ code, ...page }, null, 2)}\n`);
  else output.stdout(`${page.severity}[${code}]: ${page.message}\n${page.help === null ? "" : `help: ${page.help}\n`}\n${page.body}\n`);
  return exitCodes.ok;
}

/** `tamac explain`: all codes, with their messages. */
export function listCodes(output: Output): ExitCode {
  const all = Object.entries(pages).map(([code, { severity, message, help }]) => ({ code, severity, message, help }));
  const width = Math.max(...all.map(({ code }) => code.length));
  if (output.format === "json") output.stdout(`${JSON.stringify(all, null, 2)}\n`);
  else output.stdout(all.map(({ code, severity, message }) => `${code.padEnd(width)}  ${severity.padEnd(7)}  ${message}\n`).join(""));
  return exitCodes.ok;
}
