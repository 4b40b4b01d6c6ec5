/** What the house forbids, as failing tests; what it advises against is printed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { breaches } from "./support/boundaries.ts";
import { rules } from "./support/house-rules.ts";
import { readSource } from "./support/imports.ts";
import { filesUnder, textsUnder } from "./support/tree.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const code = ["compiler", "runtime", "stdlib"];
const prose = [...code, "examples", "tests", ".ci"];
const topLevel = [
  "compiler",
  "runtime",
  "stdlib",
  "examples",
  "tests",
  "README.md",
  "package.json",
  "package-lock.json",
  "tama.config.ts",
  "tsconfig.json",
];
const unversioned = ["node_modules", "dist", "coverage"];
/** A tool loads these by their default export. */
const defaultExporters = /^(runtime\/executors\/worker\.ts$|stdlib\/workers\/)/;

const sources = textsUnder(root, code)
  .filter(({ path }) => path.endsWith(".ts"))
  .map(({ path, text }) => readSource(path, text));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly optionalDependencies?: Readonly<Record<string, string>> }>
  >;
}

const test = suite("boundaries");

test("imports follow the rules, each package through its door", () => none(breaches(sources, rules)));

test("every dependency has a door", () => {
  assert.equal(Object.keys(rules.doors).sort(), Object.keys(manifest.dependencies).sort());
});

test("versions are exact and the lock file holds no address", () => {
  const versions: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };
  none(Object.entries(versions).flatMap(([name, version]) => (/^\d/.test(version) ? [] : [`${name}: ${version}`])));
  assert.not.match(readFileSync(join(root, "package-lock.json"), "utf8"), /"resolved":/);
});

test("the lock file names the packages of every platform, or `npm ci` refuses it", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  none(optional.flatMap((name) => (packages[`node_modules/${name}`]?.version ? [] : [`${name}: run \`npm run lock\``])));
});

test("the top level holds only what the house has", () => {
  const names = readdirSync(root).filter((name) => !name.startsWith("."));
  none(names.filter((name) => !topLevel.includes(name) && !unversioned.includes(name)));
});

test("names say what a file is", () => {
  const vague = /(^|[/.-])(utils?|helpers?|common|manager)([/.-]|$)/i;
  none(code.flatMap((folder) => filesUnder(root, folder)).filter((path) => vague.test(path)));
});

test("the number of an invariant stands for one thing", () => {
  const declared = textsUnder(root, ["runtime"]).flatMap(({ path, text }) =>
    [...text.matchAll(/^ \* (?:- )?([A-Z]\d):? [a-z]/gm)].map(([, number = ""]) => ({ number, path })),
  );
  assert.ok(declared.length > 40);
  none(
    declared.flatMap(({ number, path }, index) =>
      declared.findIndex((one) => one.number === number) < index ? [`${number}: ${path}`] : [],
    ),
  );
});

test("there is no default export but where a tool asks for one", () => {
  const strict = sources.filter(({ path }) => !defaultExporters.test(path));
  none(strict.flatMap(({ path, defaultExports }) => defaultExports.map((line) => `${path}:${line}: export default`)));
});

test("no text puts work off or names a place on one machine", () => {
  const deferred = new RegExp(`\\b(${["TO", "FIX"].map((word) => word + (word === "TO" ? "DO" : "ME")).join("|")})\\b`);
  const place = new RegExp(`(?<![\\w.~>}*-])/(${["home", "Users", "root", "work"].join("|")})/\\w`);
  const texts = textsUnder(root, prose).filter(({ path }) => path !== "tests/boundaries.test.ts");
  none(
    texts.flatMap(({ path, text }) =>
      text
        .split("\n")
        .flatMap((line, index) => (deferred.test(line) || place.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [])),
    ),
  );
});

test("every folder of samples is run by a test", () => {
  const tests = textsUnder(root, ["tests"]).filter(({ path }) => path.endsWith(".test.ts"));
  const stages = new Set(filesUnder(root, "tests/samples").map((path) => path.split("/")[2]));
  none([...stages].flatMap((stage) => (tests.some(({ text }) => text.includes(`samples("${stage}"`)) ? [] : [`tests/samples/${stage}`])));
});

test("long files and functions are told", () => {
  const written = sources.filter(({ path }) => !path.includes(".generated."));
  for (const { path, lines } of written) if (lines > 300) console.log(`  warning: ${path} has ${lines} lines`);
  for (const { path, functions } of written) {
    for (const { name, line, lines } of functions) if (lines > 40) console.log(`  warning: ${path}:${line}: ${name} has ${lines} lines`);
  }
});

test.run();

/** Fails with the list itself: a stack would only point here. */
function none(found: readonly string[]): void {
  if (found.length === 0) return;
  const error = new Error(found.join("\n    "));
  error.stack = "";
  throw error;
}
