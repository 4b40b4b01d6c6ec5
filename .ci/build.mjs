// Bundles the CLIs, the library entry points and the worker into dist/, next to one another, so that
// `new URL("./worker.js", import.meta.url)` holds in every chunk. `--watch` keeps bundling.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, buildSync, context, transformSync } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = join(root, "dist");

const entries = {
  tamac: "compiler/cli.ts",
  tama: "runtime/cli.ts",
  build: "compiler/commands/build.ts",
  exec: "runtime/commands/exec.ts",
  worker: "runtime/executors/worker.ts",
  compiler: "compiler/index.ts",
  runtime: "runtime/index.ts",
};
/**
 * Bundled together, so that they share chunks. The commands that start often have chunks of their own: fewer to open, which is
 * most of their start.
 */
const library = ["compiler", "runtime"];
const groups = [["tamac"], ["tama"], ["build"], ["exec", "worker"], library].filter((names) =>
  names.some((name) => existsSync(join(root, entries[name]))),
);

/**
 * What Node itself is given to start. All else of a CLI is scripts that `load.mjs` loads: Node 20 keeps no bytecode of modules, nor are
 * there modules before something is imported that is one, for what loads them takes time to load.
 */
const start = (name) => `process.once("exit", keep);\nload("./${name}.js");`;
const starts = {
  tamac: start("tamac"),
  tama: start("tama"),
  // It is not asked before it is ended, so it keeps bytecode after its first task. Beside code of the project it keeps none.
  worker: `
import { workerData } from "node:worker_threads";
const { default: run } = load("./worker.js");
export default async (envelope) => {
  const result = await run(envelope);
  if (!workerData.runsCode) keep();
  return result;
};`,
};
const commands = ["tamac.js", "tama.js"];
const shebang = "#!/usr/bin/env node\n";

const present = Object.entries(entries).filter(([, file]) => existsSync(join(root, file)));
for (const [name, file] of Object.entries(entries)) {
  if (!existsSync(join(root, file))) console.log(`bundle: ${file} is missing, dist/${name}.js is not made`);
}

/** Native parts stay packages, those of piscina too that its threads load. */
const external = ["@duckdb/node-bindings", "esbuild", "@napi-rs/nice"];

/** `tama exec`, `tamac build` and `tamac check` are loaded from the bundles that they have for themselves. */
const commandsApart = {
  name: "commands-apart",
  setup: (plugin) => {
    const isCommandLine = (importer) => importer.endsWith(join("commands", "program.ts"));
    plugin.onResolve({ filter: /^\.\/(exec|build)\.ts$/ }, ({ path, importer, kind }) =>
      isCommandLine(importer) && kind === "dynamic-import" ? { path: path.replace(/ts$/, "js"), external: true } : null,
    );
  },
};

/** Of the `openai` package the client's own requests are used, none of its resources: they are most of what a thread would load. */
const openaiClientOnly = {
  name: "openai-client-only",
  setup: (plugin) => {
    plugin.onLoad({ filter: /openai[\\/]resources[\\/].*\.mjs$/ }, ({ path }) => {
      const exported = [...readFileSync(path, "utf8").matchAll(/^export (?:class|const|function|async function) (\w+)/gm)];
      return exported.length === 0 ? null : { contents: exported.map(([, name]) => `export class ${name} {}`).join("\n") };
    });
  },
};

/** Piscina starts its threads from a file beside itself, which stays in its package. */
const piscinaThreads = {
  name: "piscina-threads",
  setup: (plugin) => {
    plugin.onLoad({ filter: /piscina[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      const [before, after, ...more] = readFileSync(path, "utf8").split("(__dirname, 'worker.js')");
      if (after === undefined || more.length > 0) throw new Error(`${path} names its thread's file otherwise than before`);
      return { contents: `${before}(require.resolve("piscina"), "../worker.js")${after}` };
    });
  },
};

/** Commander can run commands that are programs of their own. Ours are none, so that what starts programs need not be loaded. */
const commanderAlone = {
  name: "commander-alone",
  setup: (plugin) => {
    plugin.onLoad({ filter: /commander[\\/]lib[\\/]command\.js$/ }, ({ path }) => {
      const [before, after, ...more] = readFileSync(path, "utf8").split("const childProcess = require('node:child_process');");
      if (after === undefined || more.length > 0) throw new Error(`${path} loads what starts programs otherwise than before`);
      return { contents: before + after };
    });
  },
};

const options = {
  absWorkingDir: root,
  outdir,
  chunkNames: "chunk-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  external,
  legalComments: "none",
  logLevel: "warning",
  write: false,
};

/** The library is modules. Some dependencies are CommonJS and call `require` on Node's own modules; a script is given it. */
const modules = {
  outExtension: { ".js": ".mjs" },
  banner: { js: 'import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);' },
};
const scripts = { format: "cjs", platform: "node", target: "node20", define: { "import.meta.url": "__url" } };

const optionsOf = (group) => ({
  ...options,
  ...(group === library && modules),
  entryPoints: Object.fromEntries(present.filter(([name]) => group.includes(name))),
  plugins: [
    commandsApart,
    openaiClientOnly,
    piscinaThreads,
    commanderAlone,
    { name: "write", setup: (plugin) => plugin.onEnd(({ outputFiles = [] }) => collect(group, outputFiles)) },
  ],
});

/** What each group was bundled to last. */
const made = new Map();

/** One that failed has no outputs: what is there stays. */
function collect(group, outputs) {
  if (outputs.length === 0) return;
  made.set(group, group === library ? outputs : [...outputs.map(scriptOf), ...group.flatMap(startOf)]);
  if (made.size === groups.length) writeChanged([...made.values()].flat());
}

/** A module as the script that `load.mjs` loads, a byte for each character: in regular expressions esbuild leaves others. */
function scriptOf({ path, text }) {
  const { code } = transformSync(text.replaceAll(/(?<![\w.'"`])import\(/g, "__import("), scripts);
  const ascii = code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return { path: path.replace(/js$/, "cjs"), text: ascii };
}

function startOf(name) {
  const contents = starts[name];
  if (contents === undefined) return [];
  const stdin = { contents: `import { keep, load } from "./load.mjs";\n${contents}\n`, resolveDir: join(root, ".ci") };
  const banner = { js: 'const __url = require("node:url").pathToFileURL(__filename).href;' };
  const { outputFiles } = buildSync({ ...scripts, stdin, banner, bundle: true, write: false });
  return outputFiles.map(({ text }) => ({ path: join(outdir, `${name}.js`), text }));
}

/** Replaces only what changed, each file at once, so that a process which runs from dist/ never sees half a file. */
function writeChanged(outputs) {
  mkdirSync(outdir, { recursive: true });
  for (const output of outputs) write(output.path, output.text);
  write(join(outdir, "package.json"), '{ "type": "commonjs" }\n');
  mkdirSync(join(outdir, "lib"), { recursive: true });
  write(join(outdir, "lib", "package.json"), '{ "type": "module" }\n'); // the library's types
  const kept = new Set(outputs.map((output) => basename(output.path)));
  const stale = readdirSync(outdir).filter((name) => /\.[cm]?js$/.test(name) && !kept.has(name));
  for (const name of stale) rmSync(join(outdir, name));
}

function write(path, text) {
  const isCommand = commands.includes(basename(path));
  const content = isCommand ? shebang + text.replace(/^#!.*\n/, "") : text;
  if (existsSync(path) && statSync(path).isFile() && readFileSync(path, "utf8") === content) return;
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  if (isCommand) chmodSync(temporary, 0o755);
  renameSync(temporary, path);
}

function fail({ message }) {
  console.error(message);
  process.exit(1);
}

if (present.length === 0) process.exit(0);
if (process.argv.includes("--watch")) {
  for (const group of groups) await (await context(optionsOf(group))).watch();
  console.log("bundle: watching");
} else {
  await Promise.all(groups.map((group) => build(optionsOf(group)))).catch(fail);
}
