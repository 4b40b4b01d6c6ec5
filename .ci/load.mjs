/**
 * Loads the bundles of the CLIs, each a script in dist/, with the bytecode that V8 made of it in earlier runs, for to compile them
 * is a large part of a short run. A copy of this is in dist/tamac.js, dist/tama.js and dist/worker.js.
 *
 * B1 bytecode is used only as it was written, and for the very source that it was made of: V8 itself would take any.
 * B2 it is read and written only in a folder of the user's own that nobody else may write to.
 * B3 where there is none, or it cannot be read or written, the program runs as it would without.
 *
 * Rejected: bytecode in the package, which would be of one V8, and the cache of `node:module`, which Node 20 has not and which lies in
 * a folder for all users.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { devNull, homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

/** V8 compiles a function when it is first called, so the first runs each add what they called. */
const runsThatAdd = 4;

/** Files of one V8 and start, several versions of tama among them: beyond, the older half goes. */
const mostKept = 100;

/** In bytes: what is smaller is compiled sooner than its bytecode is read. */
const worthKeeping = 8_000;

const native = createRequire(import.meta.url);
const requireFrom = Object.assign((id) => (id.startsWith("./") ? load(id) : native(id)), { resolve: native.resolve });

/** A script with bytecode has no `import()` of its own. */
const importFrom = async (id) => (id.startsWith("./") ? load(id) : import(id));

/**
 * Where bytecode is kept: by V8, and by what was started, since threads run other parts of the same bundles.
 * @see XDG Base Directory Specification
 */
const caches = cachesOf(process.env.XDG_CACHE_HOME);
const started = basename(fileURLToPath(import.meta.url), ".js");
const folder = join(caches, "tama", `${process.versions.v8}-${process.arch}-${started}`);

/** Looked at once: there are many files to read. */
let isReadable = null;

const loaded = new Map();
const unkept = [];

/** The exports of a bundle, by the name that the bundler gave it: `./name.js`. */
export function load(id) {
  const known = loaded.get(id);
  if (known) return known.exports;
  const module = { exports: {} };
  loaded.set(id, module);
  const url = new URL(id.replace(/js$/, "cjs"), import.meta.url);
  compiled(url)(module, requireFrom, importFrom, url.href);
  return module.exports;
}

/** Writes the bytecode of what was loaded since the last time, with what ran of it. */
export function keep() {
  const all = unkept.splice(0);
  if (all.length === 0 || !isMade()) return;
  for (const one of all) write(one);
  attempt(prune);
}

/** A script is known by its bare name: bytecode tells for ever how it was named, and the same may be installed at several places. */
function compiled(url) {
  const bytes = readFileSync(url);
  const kept = bytes.length < worthKeeping ? null : read(digestOf(bytes));
  const script = new Script(`(function (module, require, __import, __url) {${bytes.latin1Slice()}\n})`, {
    filename: basename(url.pathname),
    ...(kept?.bytecode && { cachedData: kept.bytecode }),
  });
  const runs = script.cachedDataRejected ? 0 : kept?.runs;
  if (runs < runsThatAdd) unkept.push({ source: kept.source, script, runs: runs + 1 });
  return script.runInThisContext();
}

/** What is kept of a source, by its digest. A file is `digest, runs, bytecode`. */
function read(source) {
  isReadable ??= isOurs();
  const bytes = (isReadable && attempt(() => readFileSync(fileOf(source)))) || Buffer.alloc(0);
  const [digest, rest] = [bytes.subarray(0, 32), bytes.subarray(32)];
  return digest.equals(digestOf(source, rest)) ? { source, runs: rest[0], bytecode: rest.subarray(1) } : { source, runs: 0 };
}

function write({ source, script, runs }) {
  const rest = Buffer.concat([Buffer.of(runs), script.createCachedData()]);
  const draft = `${fileOf(source)}.${process.pid}`;
  attempt(() => {
    writeFileSync(draft, Buffer.concat([digestOf(source, rest), rest]), { mode: 0o600 });
    renameSync(draft, fileOf(source));
  });
}

function prune() {
  const files = readdirSync(folder).map((name) => join(folder, name));
  if (files.length <= mostKept) return;
  const byAge = files.map((path) => ({ path, ms: statSync(path).mtimeMs })).sort((a, b) => a.ms - b.ms);
  for (const { path } of byAge.slice(0, files.length >> 1)) rmSync(path);
}

function fileOf(source) {
  return join(folder, source.toString("hex").slice(0, 32));
}

function digestOf(...parts) {
  const hash = native("node:crypto").createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** A home that is missing is not made. */
function isMade() {
  for (const path of [caches, dirname(folder), folder]) attempt(() => mkdirSync(path, { mode: 0o700 }));
  return isOurs();
}

/** Who may write to it could have anything run. */
function isOurs() {
  const { uid, mode } = attempt(() => statSync(folder)) ?? {};
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}

function cachesOf(variable) {
  return variable && isAbsolute(variable) ? variable : join(attempt(homedir) ?? devNull, ".cache");
}

/** Null where it cannot be done: that costs time, and nothing else. */
function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
