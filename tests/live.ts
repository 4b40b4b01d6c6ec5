/**
 * Runs the examples with a real model: `npm run live -- openai:gpt-4o-mini [example...] [--limit-calls N]`, or with the model in
 * TAMA_LIVE_MODEL. The key is where the provider's always is. Nothing is granted, people are not asked, and each run is held to 60
 * calls unless said otherwise. Prints a table, and leaves with 1 where a run failed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isObject } from "../compiler/ir/json.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({ allowPositionals: true, options: { "limit-calls": { type: "string", default: "60" } } });
const ownModel = process.env["TAMA_LIVE_MODEL"];
const [model, ...names] = ownModel === undefined ? positionals : [ownModel, ...positionals];
if (model === undefined) {
  console.error("usage: npm run live -- PROVIDER:MODEL [example...] (or TAMA_LIVE_MODEL=PROVIDER:MODEL)");
  process.exit(2);
}

const chosen = readdirSync(join(root, "examples")).filter((name) => {
  const isProject = existsSync(join(root, "examples", name, "agents"));
  return isProject && (names.length === 0 || names.some((part) => name.includes(part)));
});
const state = mkdtempSync(join(tmpdir(), "tama-live-"));
console.log(`${model}, ${chosen.length} examples\n`);
console.log(row(["example", "ended", "turns", "tokens in", "out", "seconds", "key, or why not"]));
const statuses = chosen.map((name) => live(name, model));
rmSync(state, { recursive: true });
const ended = statuses.filter((status) => status === "ok" || status === "waiting").length;
console.log(`\n${ended} of ${chosen.length} came to an end, or to a question to a person`);
process.exitCode = ended === chosen.length ? 0 : 1;

/** Builds and runs an example, prints its line, and gives how it ended. */
function live(name: string, spec: string): string {
  const dir = join(root, "examples", name);
  const plan = join(state, `${name}.json`);
  const built = command("tamac.js", ["build", dir, "-o", plan]);
  if (built.status !== 0) return told(name, "not built", ["", "", "", "", firstLine(built.stderr)]);
  const input = ["input.txt", "input.md"].map((file) => join(dir, file)).find(existsSync) ?? join(root, "README.md");
  const flags = ["--input", `@${input}`, "--model", spec, "--limit-calls", values["limit-calls"], "--format", "json", "--quiet"];
  const ran = command("tama.js", ["-C", dir, "--state", state, "exec", plan, ...flags]);
  const result = read(ran.stdout);
  if (result === null) return told(name, "not run", ["", "", "", "", firstLine(ran.stderr)]);
  const { usage, failure } = result;
  const count = (field: string) => (isObject(usage) ? String(usage[field] ?? "") : "");
  const seconds = (Number(result["duration_ms"]) / 1000).toFixed(1);
  const why = isObject(failure) ? `${failure["code"]}: ${failure["message"]}` : String(result["key"] ?? "");
  return told(name, String(result["status"]), [count("model_calls"), count("input_tokens"), count("output_tokens"), seconds, why]);
}

function command(file: string, args: readonly string[]) {
  return spawnSync(process.execPath, [join(root, "dist", file), ...args], { encoding: "utf8", input: "" });
}

function told(name: string, status: string, rest: readonly string[]): string {
  console.log(row([name, status, ...rest]));
  return status;
}

function read(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null; // it was refused before it began: stderr says why
  }
}

/** A line of the table: the last cell may be as long as it is, in one line. */
function row(cells: readonly string[]): string {
  const widths = [26, 9, 5, 9, 7, 7];
  return cells
    .map((cell, index) => (index < 2 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
    .join("  ")
    .trimEnd();
}

function firstLine(text: string): string {
  return (text.split("\n").find((line) => line.trim() !== "") ?? "").slice(0, 120);
}
