// What `npm test` and CI run: generate, bundle, typecheck and lint, then the tests. Every stage runs even if an earlier one
// failed, so that one run tells all; a failed stage counts as one failure. The last line is `N passed, N failed`.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

/** Runs one program; resolves to its exit code and what it printed, which is shown once it has ended. */
function run(program, args, show = "at end") {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const chunks = [];
    const collect = (stream) => (chunk) => {
      chunks.push(chunk);
      if (show === "live") stream.write(chunk);
    };
    child.stdout.on("data", collect(process.stdout));
    child.stderr.on("data", collect(process.stderr));
    child.on("error", (error) => resolve({ ok: false, output: String(error) }));
    child.on("close", (code) => resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}

const failed = [];
async function stage(name, program, args) {
  const started = performance.now();
  const { ok, output } = await run(program, args);
  process.stdout.write(`${ok ? "ok  " : "FAIL"} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)\n${output}`);
  if (!ok) failed.push(name);
}

await stage("generate", process.execPath, [".ci/generate.mjs", "--check"]);
await stage("bundle", process.execPath, [".ci/build.mjs"]);
await Promise.all([
  stage("typecheck", bin("tsc"), ["-p", "tsconfig.json", "--noEmit"]),
  stage("lint", bin("biome"), ["check", "--error-on-warnings"]),
]);

const tests = await run(process.execPath, ["--import", "tsx", "tests/run.ts", ...process.argv.slice(2)], "live");
const counted = /(\d+) passed, (\d+) failed(.*)\n*$/.exec(tests.output);
if (!counted) console.log("FAIL tests: no test was counted");
if (failed.length > 0) console.log(`\nfailed stages, each counted as one failure: ${failed.join(", ")}`);
const [passed, failures, rest] = counted ? [counted[1], Number(counted[2]), counted[3]] : [0, 1, ""];
if (!counted || failed.length > 0) console.log(`${passed} passed, ${failures + failed.length} failed${rest}`);
process.exitCode = tests.ok && counted && failed.length === 0 ? 0 : 1;
