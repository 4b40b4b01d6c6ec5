import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { reasonOf } from "../1-source/text.ts";
import { closest } from "../diagnostics/closest.ts";
import { cliBadName, cliExists, cliUnknownPattern, planNotWritable } from "../diagnostics/codes.generated.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import { kebabCase } from "../ir/kebab-case.ts";
import { agentFiles, type Files } from "../scaffold/agent.ts";
import { projectFiles, skillFiles } from "../scaffold/project.ts";
import { patternsIn } from "./patterns.ts";
import { noSources, type Output, show } from "./terminal.ts";
import { writeWhole } from "./write.ts";

/** `tamac init NAME`: a new project in a folder of that name. */
export async function runInit(name: string, parent: string, output: Output): Promise<ExitCode> {
  const bad = badName(name);
  if (bad) return refuse(bad, exitCodes.usage, output);
  const dir = join(parent, name);
  return write(dir, projectFiles(name), `next: cd ${dir} && tamac build`, output);
}

/** `tamac add PATTERN NAME`, with a pattern of the project's own too, and with `skill` for a pattern a skill: new files in a project, named in none of its own. */
export async function runAdd(what: string, name: string, dir: string, output: Output): Promise<ExitCode> {
  const { patterns, root, problem } = await patternsIn(dir);
  const pattern = Object.hasOwn(patterns, what) ? patterns[what] : undefined;
  const isKnown = pattern !== undefined || what === "skill";
  if (problem && (!isKnown || isMissing(problem))) return refuse(problem, exitCodes.diagnostics, output);
  if (!isKnown) return refuse(unknownPattern(what, Object.keys(patterns)), exitCodes.usage, output);
  const bad = badName(name);
  if (bad) return refuse(bad, exitCodes.usage, output);
  if (!pattern) return write(root, skillFiles(name), `next: name it where it is to be used, \`call: {uses: [${name}]}\``, output);
  return write(
    root,
    agentFiles(pattern, name),
    `next: name \`${name}\` in the config's entries, or in the agent that is to call it`,
    output,
  );
}

/** All files, or none where one is there. */
async function write(root: string, files: Files, next: string, output: Output): Promise<ExitCode> {
  const paths = Object.keys(files).map((path) => join(root, path));
  const taken = paths.find((path) => existsSync(path));
  if (taken !== undefined) return refuse(cliExists(null, { path: taken }), exitCodes.diagnostics, output);
  for (const [path, text] of Object.entries(files)) {
    const failed = writeNew(join(root, path), text);
    if (failed) return refuse(failed, exitCodes.diagnostics, output);
  }
  output.stderr(`${paths.map((path) => `wrote ${path}\n`).join("")}${next}\n`);
  return exitCodes.ok;
}

function writeNew(path: string, text: string): Diagnostic | null {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    return planNotWritable(null, { path, reason: reasonOf(error) });
  }
  return writeWhole(path, text);
}

function isMissing({ code }: Diagnostic): boolean {
  return code === "source/no-project" || code === "source/no-directory";
}

function unknownPattern(pattern: string, names: readonly string[]): Diagnostic {
  const known = [...names, "skill"];
  return cliUnknownPattern(null, { pattern, known: known.join(", "), closest: closest(pattern, known) });
}

function badName(name: string): Diagnostic | null {
  if (kebabCase.test(name)) return null;
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
  return cliBadName(null, { name, suggestion: words.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || null });
}

async function refuse(finding: Diagnostic, code: ExitCode, output: Output): Promise<ExitCode> {
  await show([finding], noSources, output);
  return code;
}
