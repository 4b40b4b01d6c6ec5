/**
 * Sample tests. A test is a folder: `tests/samples/<stage>/<case>/input/` is what goes in, and `expected/` holds every
 * file that must come out. `BLESS=1 npm test` rewrites `expected/`; the diff of it is the review.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import { lineDiff } from "./line-diff.ts";
import { type Normalise, paths } from "./normalise.ts";

/** Makes what a case writes: file names (with `/` for folders) and their texts. */
export type Produce = (inputDir: string, caseDir: string) => Promise<Outputs> | Outputs;
export type Outputs = Readonly<Record<string, string>>;

export interface SampleOptions {
  /** The folder of all stages. */
  readonly root?: string;
  /** Applied in order to each text, after paths were replaced. */
  readonly normalise?: readonly Normalise[];
}

/** Registers one test per case of a stage. A stage without cases is a failed test. */
export function samples(stage: string, produce: Produce, options: SampleOptions = {}): void {
  const stageDir = join(options.root ?? fileURLToPath(new URL("../samples", import.meta.url)), stage);
  const test = suite(`samples/${stage}`);
  const cases = casesOf(stageDir);
  if (cases.length === 0) {
    test("has cases", () => {
      throw new Error(`no case in tests/samples/${stage}`);
    });
  }
  for (const name of cases) {
    test(name, () => checkCase(join(stageDir, name), produce, { normalise: options.normalise ?? [], mode: modeOf(process.env) }));
  }
  test.run();
}

export interface CheckOptions {
  readonly normalise: readonly Normalise[];
  readonly mode: Mode;
}

/** `refuse` is a wish to rewrite where nobody would review it. */
export type Mode = "compare" | "bless" | "refuse";

/** Rewriting is asked for with BLESS, and refused where CI is set. */
export function modeOf(env: Readonly<Record<string, string | undefined>>): Mode {
  const isSet = (name: string) => (env[name] ?? "") !== "" && env[name] !== "0" && env[name] !== "false";
  if (!isSet("BLESS")) return "compare";
  return isSet("CI") ? "refuse" : "bless";
}

/** Runs one case and compares, or rewrites, its `expected` folder. Throws one error that tells every difference. */
export async function checkCase(caseDir: string, produce: Produce, options: CheckOptions): Promise<void> {
  if (options.mode === "refuse") throw new Error("BLESS is refused in CI: rewrite expected files at the desk and commit them");
  const inputDir = join(caseDir, "input");
  if (!existsSync(inputDir)) throw new Error(`${caseDir} has no input folder`);
  const normalise = [paths(inputDir), ...options.normalise];
  const outputs = Object.entries(await produce(inputDir, caseDir));
  const produced = new Map(outputs.map(([name, text]) => [name, normalise.reduce((result, step) => step(result), text)]));
  if (produced.size === 0) throw new Error("the case wrote no file, so it proves nothing");
  const expectedDir = join(caseDir, "expected");
  if (options.mode === "bless") return bless(expectedDir, produced);
  const differences = compare(expectedDir, produced);
  if (differences.length > 0) throw difference(differences);
}

function compare(expectedDir: string, produced: ReadonlyMap<string, string>): readonly string[] {
  const unwritten = filesIn(expectedDir).filter((name) => !produced.has(name));
  const differing = [...produced].sort(byName).flatMap(([name, text]) => {
    const path = join(expectedDir, name);
    if (!existsSync(path)) return [`expected/${name} is missing; the case writes\n${lineDiff("", text)}`];
    const diff = lineDiff(readFileSync(path, "utf8"), text);
    return diff === "" ? [] : [`expected/${name} differs\n${diff}`];
  });
  return [...differing, ...unwritten.map((name) => `expected/${name} is not written by the case`)];
}

function bless(expectedDir: string, produced: ReadonlyMap<string, string>): void {
  for (const name of filesIn(expectedDir)) if (!produced.has(name)) rmSync(join(expectedDir, name));
  for (const [name, text] of produced) {
    const path = join(expectedDir, name);
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
  }
}

/** The difference is the message; a stack would only point here. */
function difference(differences: readonly string[]): Error {
  const error = new Error(`${differences.join("\n\n")}\n\nif this is meant: BLESS=1 npm test`);
  error.stack = "";
  return error;
}

function casesOf(stageDir: string): readonly string[] {
  if (!existsSync(stageDir)) return [];
  const entries = readdirSync(stageDir, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

function filesIn(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" });
  return names.filter((name) => statSync(join(dir, name)).isFile()).sort();
}

const byName = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : a > b ? 1 : 0);
