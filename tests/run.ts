/**
 * Runs tests: `node --import tsx tests/run.ts [filter...]`, a filter being a part of a file's path. The last line is
 * `N passed, N failed`. Files are handed out to a few processes: a file that hangs, exits or crashes fails alone, and one
 * process serves many files, because starting one costs more than most files take.
 */
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FileResult } from "./support/run-file.ts";
import { runFiles } from "./support/run-files.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const filters = process.argv.slice(2);

const files = readdirSync(join(root, "tests"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !name.startsWith("samples/"))
  .map((name) => join("tests", name))
  .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
  .sort();

/** One process for each eight files or so, as long as there are cores: measured, two are slower than one for a handful. */
const processes = Math.min(4, availableParallelism(), Math.ceil(files.length / 8));
const results = await runFiles(root, files, { processes, fileTimeoutMs: 180_000, report });
const total = (pick: (result: FileResult) => number) => results.reduce((sum, result) => sum + pick(result), 0);
const [passed, failed, skipped] = [total((result) => result.passed), total((result) => result.failed), total((result) => result.skipped)];

if (passed + failed === 0) console.log(`no test ran${filters.length > 0 ? ` for ${filters.join(" ")}` : ""}`);
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function report(result: FileResult): void {
  const counts = result.failed > 0 ? `${result.passed} passed, ${result.failed} failed` : `${result.passed}`;
  console.log(`${result.failed > 0 ? "FAIL" : "ok  "} ${result.file} (${counts}, ${Math.round(result.ms)} ms)`);
  if (result.output !== "") console.log(result.output.trimEnd());
  if (result.errors !== "") console.log(`\n${result.errors.trimEnd()}\n`);
}
