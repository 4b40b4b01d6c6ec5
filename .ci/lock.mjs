// Completes package-lock.json: npm leaves out the optional packages of other platforms where it cannot reach them, and
// `npm ci` then refuses the lock. Their names say their platform; npm checks their integrity when it first sees them.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));

for (const owner of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    lock.packages[`node_modules/${name}`] ??= entry(name, version, owner.dev);
  }
}
const [root, ...packages] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...packages.sort(([a], [b]) => (a < b ? -1 : 1))]);
for (const entry of Object.values(lock.packages)) delete entry.resolved;
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);

/** One entry, its keys in npm's order. */
function entry(name, version, dev) {
  const [, os, cpu, libc] = /(android|darwin|linux|win32)-(arm64|x64)(?:-(musl))?$/.exec(name) ?? [];
  if (!os) throw new Error(`${name}: its name does not say its platform`);
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), ...(libc ? { libc: [libc] } : {}), optional: true, os: [os] };
}
