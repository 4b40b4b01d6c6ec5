/**
 * W2: what was acknowledged survives `kill -9`. Processes append to a log and are killed at random times, several to a log one
 * after the other, hundreds in all (`TAMA_KILLS=5000` for more). After each, the log must read as if nothing had happened.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRun } from "../../runtime/4-trace/read.ts";
import { idOf, mustOpen, newFolder, removeFolders } from "../trace/made-run.ts";
import { killedText } from "./killed-text.ts";

const test = suite("killed writers");
test.after(removeFolders);

const kills = Number(process.env["TAMA_KILLS"] ?? 200);
const killsPerLog = 5;
const atOnce = 2;
const longestMs = 25;

/** The appending process as one file, which starts in a fraction of the time. */
async function bundled(): Promise<string> {
  const outfile = join(newFolder(), "append-events.mjs");
  const entry = fileURLToPath(new URL("append-events.ts", import.meta.url));
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
  await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm", banner, logLevel: "error" });
  return outfile;
}

/** Lets a process append for a while, and kills it. */
async function appendAndDie(program: string, run: { dir: string; acks: string; first: number }): Promise<void> {
  const args = [program, run.dir, idOf("a"), run.acks, String(run.first)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), Math.random() * longestMs));
  await new Promise((resolve) => child.once("close", resolve));
  assert.is(child.signalCode, "SIGKILL", "the process ended by itself");
}

/** The last number that was acknowledged; the file's last line may be torn. */
function lastAcknowledged(acks: string): number {
  const text = existsSync(acks) ? readFileSync(acks, "latin1") : "";
  return Number(
    text
      .slice(0, Math.max(0, text.lastIndexOf("\n")))
      .split("\n")
      .at(-1),
  );
}

/** Checks that a log holds every event that was acknowledged, once, in order, and as it was. Returns how many there are. */
function checkLog(dir: string, acknowledged: number): number {
  let count = 0;
  for (const { seq, text } of readRun(dir)) {
    count += 1;
    if (seq !== count) assert.unreachable(`event ${seq} stands where ${count} should`);
    if (text !== killedText(count)) assert.unreachable(`event ${seq} is not what was appended`);
  }
  assert.ok(count >= acknowledged, `${count} events, but ${acknowledged} were acknowledged`);
  return count;
}

/** A log whose writers are killed one after the other. Returns how many events it has. */
async function killedLog(program: string): Promise<number> {
  const dir = join(newFolder(), "run");
  mkdirSync(dir);
  let recorded = 0;
  for (let kill = 1; kill <= killsPerLog; kill += 1) {
    const acks = join(dir, "..", `acks-${kill}`);
    await appendAndDie(program, { dir, acks, first: recorded + 1 });
    recorded = checkLog(dir, lastAcknowledged(acks));
  }
  const log = mustOpen(dir);
  assert.is(log.segment, killsPerLog + 1);
  assert.is(log.append({ kind: "text", text: killedText(recorded + 1) }), recorded + 1);
  log.close();
  return checkLog(dir, recorded + 1);
}

test(`${kills} processes are killed: no acknowledged event is lost, doubled or changed, and the next goes on where one was killed`, async () => {
  const program = await bundled();
  let left = Math.ceil(kills / killsPerLog);
  const sizes: number[] = [];
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      sizes.push(await killedLog(program));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  assert.is(sizes.length, Math.ceil(kills / killsPerLog));
  assert.ok(Math.max(...sizes) > 1024, "no batch was sealed");
});

test.run();
