/**
 * Measures: `npm run bench -- [name...] [--full] [--projects=DIR,...]`. A bench is a file beside this one that exports `name` and `run`.
 * Everything is measured on what `npm run bundle` made, as ratios to a floor taken in the same run.
 */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";

/** What a bench exports. */
interface Bench {
  readonly name: string;
  readonly run: (print: (line: string) => void, options: { readonly full: boolean; readonly projects: readonly string[] }) => Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const [flags, filters] = [process.argv.slice(2).filter(isFlag), process.argv.slice(2).filter((arg) => !isFlag(arg))];

const projects = flags.filter((flag) => flag.startsWith("--projects=")).flatMap((flag) => flag.slice("--projects=".length).split(","));

execFileSync("npm", ["run", "--silent", "bundle"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
console.log(`Node ${process.version}, ${cpus().length} cores\n`);
for (const file of readdirSync(fileURLToPath(new URL(".", import.meta.url))).sort()) {
  if (!file.endsWith(".ts") || file === "run.ts") continue;
  const bench: Bench = await import(new URL(file, import.meta.url).href);
  if (filters.length > 0 && !filters.some((filter) => bench.name.includes(filter))) continue;
  const start = performance.now();
  console.log(bench.name);
  await bench.run((line) => console.log(`  ${line}`), { full: flags.includes("--full"), projects });
  console.log(`  (${((performance.now() - start) / 1_000).toFixed(0)} s)\n`);
}

function isFlag(arg: string): boolean {
  return arg.startsWith("--");
}
