/** Writes bundles.generated.ts: each worker as one module, as a plan embeds it. What is installed has no sources to bundle. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { workers } from "./index.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const file = join(here, "bundles.generated.ts");
const banner = "// Made by generate.ts from the workers beside it. Edit those, then run `npm run generate`.\n";

const entries = await Promise.all(
  Object.keys(workers)
    .sort()
    .map(async (name) => `  ${JSON.stringify(name)}: ${JSON.stringify(await bundle(name))},\n`),
);
const text = `${banner}\n/** The modules of the workers that come with tama, by capability. */
export const bundles: Readonly<Record<string, string>> = {\n${entries.join("")}};\n`;
writeFileSync(`${file}.tmp`, text);
renameSync(`${file}.tmp`, file);

async function bundle(name: string): Promise<string> {
  const options = { bundle: true, write: false, format: "esm", platform: "node", target: "node20", charset: "utf8" } as const;
  const { outputFiles } = await build({ ...options, absWorkingDir: here, entryPoints: [`${name}.ts`], tsconfigRaw: "{}" });
  return outputFiles[0]?.text ?? "";
}
