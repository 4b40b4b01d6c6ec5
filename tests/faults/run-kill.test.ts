/**
 * Runs are killed for good, again and again, over every pattern: before, within and after their writes to the log, between a
 * tool's effect and its acknowledgement, and at random times. Their models, questions and tools hit a server that counts and never
 * says the same twice. `TAMA_KILLS=all node --import tsx tests/faults/run-kill.test.ts` kills each run at each of its writes, which takes long.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { isObject, parseJson } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { runDir } from "../../runtime/4-trace/run-folder.ts";
import { readJournal } from "../../runtime/journal/journal.ts";
import { resultOf } from "../../runtime/journal/result.ts";
import type { Settlement } from "../../runtime/journal/resume.ts";
import { type CountingServer, type Hit, startCountingServer } from "../support/counting-server.ts";
import { generator } from "../support/random-plan.ts";
import { plans } from "../support/recorded-plans.ts";
import { contentOf, countingWorld, inFolder, record, replay, rowsIn } from "../support/recorded-runs.ts";
import type { KillAtWrite, Order } from "./killed-order.ts";

/** When a process is killed: at a write at the latest, or before that at a hit of a tool, which then has taken effect, or after so many milliseconds. */
interface Kill {
  readonly at: KillAtWrite;
  readonly effect: number | null;
  readonly ms: number | null;
}

interface Program {
  readonly file: string;
  readonly folder: string;
}
const test = suite<{ program: Program }>("killed runs");
const isWhole = process.env["TAMA_KILLS"] === "all";
const [traceId, copyId] = ["a".repeat(32), "b".repeat(32)];
let asked = 0;

test.before(async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "tama-kills-"));
  const file = join(folder, "killed-run.mjs");
  const entry = fileURLToPath(new URL("killed-run.ts", import.meta.url));
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
  await build({ entryPoints: [entry], outfile: file, bundle: true, platform: "node", format: "esm", banner, logLevel: "error" });
  context.program = { file, folder };
});
test.after(({ program }) => rmSync(program.folder, { recursive: true, force: true }));

for (const [name, plan] of plans(["tama_http_get", "tama_http_post"])) {
  test(`${name}: killed again and again, it ends with the answers that were recorded, and nothing that was recorded is done again`, async ({
    program,
  }) => {
    const random = generator(name.length * 1_009 + name.charCodeAt(0));
    const { kills, uncertain } = await survives(program, plan, (process) => someKill(process, random));
    assert.ok(kills >= 2, "hardly anything was killed");
    asked += uncertain;
  });

  if (isWhole) {
    test(`${name}: killed at each of its writes`, async ({ program }) => {
      for (const when of ["before", "within", "after"] as const) {
        let isKilled = true;
        for (let write = 1; isKilled; write += 1) {
          const { kills } = await survives(program, plan, (process) =>
            process === 0 ? { at: { write, when }, effect: null, ms: null } : null,
          );
          isKilled = kills > 0;
        }
      }
    });
  }
}

test("some of them did not know whether a call had taken effect, and asked", () => {
  assert.ok(asked > 0);
});

test.run();

/** A kill of each kind in turn, early enough that much is left to do; none once that has gone on for long. */
function someKill(process: number, random: (below: number) => number): Kill | null {
  if (process >= 10) return null;
  const when = (["before", "after", "within"] as const)[random(3)] ?? "after";
  const kinds = ["write", "effect", "time"] as const;
  const kind = kinds[process % kinds.length];
  const at = { write: (kind === "write" ? 2 : 5) + random(4), when };
  return { at, effect: kind === "effect" ? 1 + random(2) : null, ms: kind === "time" ? random(40) : null };
}

/** What the log holds of a task: the word that it was told, null where it needed none or a person settled it. */
type Recorded = ReadonlyMap<string, string | null>;

/** Runs a plan with processes that are killed, until one ends as it would have, and holds what came of it to the law. Gives how many were killed, and how many asked a person. */
async function survives(
  program: Program,
  plan: Plan,
  killOf: (process: number) => Kill | null,
): Promise<{ readonly kills: number; readonly uncertain: number }> {
  const status = await usualEnd(plan);
  const server = await startCountingServer();
  const stateDir = mkdtempSync(join(program.folder, "state-"));
  const file = join(stateDir, "plan.json");
  writeFileSync(file, planJson(plan));
  let [kills, uncertain, inFlight, begins] = [0, 0, 0, true];
  let before: Recorded = new Map();
  let settle: Order["settle"] = [];
  try {
    for (let count = 0; ; count += 1) {
      assert.ok(count < 200, "the run does not get on");
      const start = server.hits.length;
      const kill = killOf(count);
      const order = { begins, plan: file, stateDir, traceId, server: server.url, settle, kill: kill?.at ?? null };
      const ended = await run(program.file, { order, kill, server });
      const after = begins && !hasBegun(stateDir) ? new Map<string, null>() : recordedIn(stateDir, server.hits);
      const unheard = held({ before, after, hits: server.hits.slice(start) });
      inFlight += unheard;
      before = after;
      settle = [];
      if (ended === null) {
        kills += 1;
        begins = !hasBegun(stateDir);
        if (begins) rmSync(runDir(stateDir, traceId), { recursive: true, force: true });
        continue;
      }
      begins = false;
      assert.is(unheard, 0, "a process that was not killed lost an answer");
      if (ended["kind"] === "uncertain") {
        uncertain += 1;
        settle = settled(stateDir, { calls: ended["calls"], hits: server.hits, isTrusting: count % 2 === 0 });
        continue;
      }
      assert.is(ended["status"], status, JSON.stringify(ended));
      assert.is(server.hits.length, [...after.values()].filter((word) => word !== null).length + inFlight, "hits");
      ends(stateDir, after);
      await server.close();
      assert.equal(JSON.parse(JSON.stringify(await replay(plan, { stateDir, traceId, as: copyId }))), ended);
      assert.equal(toldIn(stateDir, copyId), toldIn(stateDir, traceId));
      return { kills, uncertain };
    }
  } finally {
    await server.close().catch(() => {});
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** How a run of the plan ends that nobody kills. */
function usualEnd(plan: Plan): Promise<string> {
  return inFolder(async (stateDir) => {
    const ended = await record(plan, { stateDir, traceId, world: countingWorld(plan, stateDir) });
    return ended.kind === "ended" ? ended.status : ended.kind;
  });
}

/** What a replay must tell alike, but for starts, and texts of which a torn write left no more. */
function toldIn(stateDir: string, run: string): readonly string[] {
  return contentOf(rowsIn(stateDir, run).filter(({ kind }) => !["run_started", "run_ended", "text", "message"].includes(kind ?? "")));
}

/** One process. Null: it was killed. */
function run(
  program: string,
  { order, kill, server }: { readonly order: Order; readonly kill: Kill | null; readonly server: CountingServer },
): Promise<Readonly<Record<string, unknown>> | null> {
  const child = spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ["ignore", "pipe", "inherit"] });
  let effects = 0;
  server.onHit = ({ label }) => {
    if (/^(get|post) /.test(label)) effects += 1;
    if (effects === kill?.effect) child.kill("SIGKILL");
  };
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (said === "" && kill?.ms != null) setTimeout(() => child.kill("SIGKILL"), kill.ms);
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.once("close", async (code, signal) => {
      await server.quiet();
      const last = parseJson(said.trim().split("\n").at(-1) ?? "");
      if (signal === "SIGKILL") resolve(null);
      else if (code === 0 && isObject(last)) resolve(last);
      else reject(new Error(`the process ended with ${code ?? signal}`));
    });
  });
}

function hasBegun(stateDir: string): boolean {
  return readJournal(runDir(stateDir, traceId), traceId).started !== null;
}

/** What a process did: nothing that was recorded before it, nothing twice. Gives how much of it nobody heard of. */
function held({ before, after, hits }: { readonly before: Recorded; readonly after: Recorded; readonly hits: readonly Hit[] }): number {
  for (const [label, word] of before) assert.is(after.get(label), word, `what ${label} was told`);
  for (const { label } of hits) assert.not(before.has(label), `${label} was recorded, and done again`);
  assert.is(new Set(hits.map(({ label }) => label)).size, hits.length, "one process did something twice");
  return hits.filter(({ label, word }) => after.get(label) !== word).length;
}

/** Tasks that ended well, by the names that their hits have. */
function recordedIn(stateDir: string, hits: readonly Hit[]): Recorded {
  const journal = readJournal(runDir(stateDir, traceId), traceId);
  const recorded = new Map<string, string | null>();
  for (const task of journal.tasks.values()) {
    if (task.row.status !== "ok") continue;
    const said = JSON.stringify(resultOf(journal, task, 0));
    const told = hits.filter(({ label, word }) => (task.kind === "tool" ? said.includes(word) : label === task.path));
    const heard = task.kind === "code" ? told.slice(-1) : told.filter(({ word }) => said.includes(word));
    assert.ok(heard.length <= 1, `${task.path} was told ${heard.length} words`);
    const label = heard[0]?.label ?? task.path;
    assert.not(recorded.has(label), `${label} is recorded twice`);
    recorded.set(label, heard[0]?.word ?? null);
  }
  return recorded;
}

/** What a person says of calls that may have happened, who has asked the server. One who trusts nobody has all done again. */
function settled(
  stateDir: string,
  { calls, hits, isTrusting }: { readonly calls: unknown; readonly hits: readonly Hit[]; readonly isTrusting: boolean },
): readonly (readonly [string, Settlement])[] {
  const journal = readJournal(runDir(stateDir, traceId), traceId);
  const paths = Array.isArray(calls) ? calls.flatMap((call) => (isObject(call) ? [String(call["path"])] : [])) : [];
  return paths.map((path) => {
    const [, turn = "", ordinal = ""] = /^(.*)\.(\d+)$/.exec(path) ?? [];
    const asked = journal.tasks.get(turn);
    const result = asked && resultOf(journal, asked, 0);
    const call = result?.kind === "ok" && result.answer.kind === "model" ? result.answer.calls[Number(ordinal) - 1] : undefined;
    assert.is(call?.name, "tama_http_post");
    const happened = hits.some(({ label }) => call?.args.includes(encodeURIComponent(label)));
    return [path, isTrusting && happened ? "done" : "redo"];
  });
}

/** At the end each word in the run's value and memory is one that its log holds, each answer was told once, and each write made once. */
function ends(stateDir: string, after: Recorded): void {
  const rows = rowsIn(stateDir, traceId);
  const texts = new Map(rows.flatMap(({ kind, hash, text }) => (kind === "text" ? [[hash, text] as const] : [])));
  const told = rows.filter(({ kind }) => kind === "run_ended" || kind === "state_set").map(({ value_hash }) => texts.get(value_hash) ?? "");
  const words = new Set(told.flatMap((text) => text.match(/<\d+>/g) ?? []));
  const known = new Set(after.values());
  assert.ok(words.size > 0 || rows.at(-1)?.status !== "ok");
  for (const word of words) assert.ok(known.has(word), `${word} was never recorded`);
  for (const kind of ["llm_call", "tool_call", "state_set"]) {
    const paths = rows.filter((row) => row.kind === kind && row.status !== "failed" && row.status !== "cancelled").map(({ path }) => path);
    assert.is(new Set(paths).size, paths.length, `a ${kind} is told twice`);
  }
}
