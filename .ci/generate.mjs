// Runs every generator (a file named generate.ts, beside what it generates) and fails when a file named *.generated.*
// was not up to date: what is committed must be what the declarations say.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const mayChange = process.argv.includes("--check") === false;

const files = () =>
  ["compiler", "runtime", "stdlib"]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))))
    .sort();
const generated = () =>
  new Map(
    files()
      .filter((name) => /\.generated\.[^/]+$/.test(name))
      .map((name) => [name, readFileSync(join(root, name), "utf8")]),
  );

const before = generated();
for (const generator of files().filter((name) => /(^|\/)generate\.ts$/.test(name))) {
  const { status } = spawnSync(process.execPath, ["--import", "tsx", generator], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) fail(`${generator} failed`);
}
const after = generated();

const changed = [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name));
for (const name of changed) console.log(`generate: ${name} was not up to date; it is now`);
if (changed.length > 0 && !mayChange) fail("commit the generated files");

function fail(reason) {
  console.error(`generate: ${reason}`);
  process.exit(1);
}
