/** Writes skills.generated.ts: the skills that come with tama, as texts. What is installed has no folder of them. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const file = join(here, "skills.generated.ts");
const banner = "// Made by generate.ts from the folders beside it. Edit those, then run `npm run generate`.\n";

const names = readdirSync(here, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
const entries = names
  .sort()
  .map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(readFileSync(join(here, name, "SKILL.md"), "utf8"))},\n`);
const text = `${banner}\n/** The SKILL.md of each skill that comes with tama, by name: projects use them as \`std/name\`. */
export const skills: Readonly<Record<string, string>> = {\n${entries.join("")}};\n`;
writeFileSync(`${file}.${process.pid}.tmp`, text);
renameSync(`${file}.${process.pid}.tmp`, file);
