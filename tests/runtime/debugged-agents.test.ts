/** A person's word on an agent as a whole: what is typed, what is undone, and that a replay and a resume need nobody. */
import { PassThrough } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runDir } from "../../runtime/4-trace/run-folder.ts";
import { openDebugger } from "../../runtime/commands/debugger.ts";
import { openPrompter } from "../../runtime/commands/terminal.ts";
import type { Debug } from "../../runtime/debug.ts";
import { readJournal } from "../../runtime/journal/journal.ts";
import { keysOf, read } from "../../runtime/session/memory.ts";
import { restore } from "../../runtime/session/restore.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { contentOf, countingWorld, fails, goOn, inFolder, leave, record, replay, rowsIn, type Says } from "../support/recorded-runs.ts";

const test = suite("the debugger on agents");
const never = new AbortController().signal;
const [traceId, again] = ["a".repeat(32), "b".repeat(32)];

const project = {
  ...agent("main", "pattern: fsm\ninitial: write\nstates:\n  write: edit\n  edit: ~"),
  ...agent("write", "pattern: react\ncall: {uses: [notes]}"),
  ...agent("edit", "pattern: react"),
  ...skill("notes", ["tama_mem_append"]),
};
const plan = planOf(project);
const written = {
  path: "main@1/loop[1]/states/write@1",
  agent: "write",
  settled: { kind: "ok", key: "done", value: "a draft", failed: false },
} as const;

function terminal(lines: readonly string[]) {
  const input = new PassThrough();
  const shown: string[] = [];
  const prompter = openPrompter({ input, write: (text) => void shown.push(text) });
  input.write(lines.map((line) => `${line}\n`).join(""));
  const debug = openDebugger({ prompter, breaks: ["write"], quit: () => shown.push("(quit)"), edit: null });
  return { debug, shown, input, close: prompter.close };
}

/** Says `words` of the agents that end, the first of the first; accepts all that come after. */
function person(words: readonly ("accept" | "retry")[], seen: string[] = []): Debug {
  const left = [...words];
  const ended: Debug["ended"] = async ({ path }) => {
    seen.push(path);
    return left.shift() ?? "accept";
  };
  return { before: async () => null, after: async () => {}, looksAt: () => true, ended };
}

function decisionsIn(stateDir: string, id = traceId) {
  const rows = rowsIn(stateDir, id).filter(({ kind }) => kind === "decision");
  return rows.map(({ path, detail }) => [path, detail]);
}

function noted(stateDir: string): unknown {
  const session = restore(stateDir, traceId);
  if (session.kind === "failed") throw new Error(session.error.message);
  const { memory } = session.value;
  return Object.fromEntries(keysOf(memory).map((key) => [key, read(memory, key)]));
}

test("key and value are shown; Enter accepts, r tries again, v shows it whole, f looks no more", async () => {
  const { debug, shown, close } = terminal(["v", "r", "", "f"]);
  const long = { ...written, settled: { ...written.settled, value: "x".repeat(900) } };
  assert.is(await debug.ended(long, never), "retry");
  assert.match(shown[0] ?? "", `━━━ ended ${written.path} ━━━\nkey: done\nvalue: xxx`);
  assert.match(shown[0] ?? "", /…\n\nEnter accepts it; r undoes/);
  assert.match(shown[1] ?? "", "x".repeat(900));
  assert.is(await debug.ended(written, never), "accept");
  assert.is(await debug.ended(written, never), null);
  assert.is(await debug.ended(written, never), null);
  assert.is(shown.length, 4, "the last one was not shown");
  close();
});

test("--break names the agents that are looked at; a failure tells why; a closed terminal is nobody", async () => {
  const { debug, shown, input, close } = terminal([]);
  assert.equal([debug.looksAt("write"), debug.looksAt("edit")], [true, false]);
  input.end();
  const settled = { kind: "failed", failure: { code: "model", message: "it is down", path: "p" } } as const;
  assert.is(await debug.ended({ ...written, settled }, never), null);
  assert.match(shown[0] ?? "", "failed (model): it is down");
  close();
});

test("what is sent back is undone and tried again as another attempt; its rows tell so, and a replay does the same with nobody there", () =>
  inFolder(async (stateDir) => {
    const world = countingWorld(plan, stateDir);
    const seen: string[] = [];
    const first = await record(plan, { stateDir, traceId, world }, { debug: person(["retry"], seen) });
    const at = (attempt: number) => `main@1/loop[1]/states/write@${attempt}`;
    assert.equal(seen, [at(1), at(2), "main@1/loop[2]/states/edit@1", "main@1"]);
    assert.equal(decisionsIn(stateDir)[0], [at(1), '{"decision":"retry"}']);
    assert.equal(decisionsIn(stateDir)[1], [at(2), '{"decision":"accept"}']);
    const rows = rowsIn(stateDir, traceId);
    assert.equal(rows.find(({ kind }) => kind === "rollback")?.detail, '{"reason":"rejected"}');
    const [before, after] = [1, 2].map((attempt) => rows.find(({ kind, path }) => kind === "span_started" && path === at(attempt)));
    assert.equal([after?.node_id, after?.prev_span_id], [before?.node_id, before?.span_id]);
    assert.equal(noted(stateDir), { log: [expectWord(rows, `${at(2)}/react:1`)] });
    const second = await replay(plan, { stateDir, traceId, as: again });
    assert.equal(second, first);
    assert.equal(contentOf(rowsIn(stateDir, again)), contentOf(rows));
  }));

test("killed after the word was said, a run goes on from it with nobody there; before, nobody looks", () =>
  inFolder(async (stateDir) => {
    const first = await record(plan, { stateDir, traceId, world: countingWorld(plan, stateDir) }, { debug: person(["retry"]) });
    const rows = rowsIn(stateDir, traceId);
    const said = rows.findIndex(({ kind }) => kind === "decision");
    for (let length = 3; length < rows.length; length += 1) {
      const id = length.toString(16).padStart(32, "0");
      leave(stateDir, id, rows.slice(0, length));
      const world = countingWorld(plan, stateDir);
      const resumed = await goOn(plan, { stateDir, traceId: id, world });
      assert.is(resumed.kind === "ended" && resumed.status, "ok");
      const isTriedAgain = readJournal(runDir(stateDir, id), id).tasks.has("main@1/loop[1]/states/write@2/react:1");
      assert.is(isTriedAgain, length > said, `killed after ${length} rows`);
      if (length > said) assert.not.ok(world.done.some((path) => path.includes("write@1")));
      if (world.done.length === 0) assert.equal(resumed, first);
    }
  }));

test("quitting there leaves a run that asks again when it is resumed with a person, and goes on without one; either is replayed", () =>
  inFolder(async (stateDir) => {
    for (const [id, words] of Object.entries({ [traceId]: ["retry" as const], ["c".repeat(32)]: null })) {
      const stop = new AbortController();
      const ended: Debug["ended"] = async () => {
        stop.abort();
        return null;
      };
      const quits = { ...person([]), ended };
      const world = countingWorld(plan, stateDir);
      const first = await record(plan, { stateDir, traceId: id, world }, { debug: quits, signal: stop.signal });
      assert.is(first.kind === "ended" && first.status, "interrupted");
      const seen: string[] = [];
      const more = countingWorld(plan, stateDir);
      const resumed = await goOn(plan, { stateDir, traceId: id, world: more }, words ? { debug: person(words, seen) } : {});
      assert.is(resumed.kind === "ended" && resumed.status, "ok");
      assert.is(seen[0], words ? written.path : undefined);
      assert.is(
        more.done.some((path) => path.includes("write@2")),
        words !== null,
      );
      assert.not.ok(
        more.done.some((path) => path.includes("write@1")),
        "what was answered is kept",
      );
      const as = id.replaceAll(/./g, "d").slice(1) + id[0];
      assert.equal(await replay(plan, { stateDir, traceId: id, as }), resumed);
    }
  }));

test("an agent that failed may be tried again, the run's own too; that failure stays with the record", () =>
  inFolder(async (stateDir) => {
    const says: Says = ({ path }) => (/write@1|^main@2.*edit@1/.test(path) ? fails("model") : null);
    const world = countingWorld(plan, stateDir, says);
    // write@1 fails and goes up; main@1 is sent back; in main@2 write@1 is tried again, and edit@1
    const debug = person(["accept", "retry", "retry", "accept", "retry"]);
    const first = await record(plan, { stateDir, traceId, world }, { debug });
    assert.is(first.kind === "ended" && first.status, "ok");
    assert.equal(
      decisionsIn(stateDir).map(([path]) => path),
      [
        "main@1/loop[1]/states/write@1",
        "main@1",
        "main@2/loop[1]/states/write@1",
        "main@2/loop[1]/states/write@2",
        "main@2/loop[2]/states/edit@1",
        "main@2/loop[2]/states/edit@2",
        "main@2",
      ],
    );
    assert.equal(await replay(plan, { stateDir, traceId, as: again }), first);
    leave(
      stateDir,
      "c".repeat(32),
      rowsIn(stateDir, traceId).filter(({ kind }) => kind !== "run_ended"),
    );
    const idle = countingWorld(plan, stateDir, says);
    assert.equal(await goOn(plan, { stateDir, traceId: "c".repeat(32), world: idle }), first);
    assert.equal(idle.done, []);
  }));

test("with a person from the second process on, agents that the first went on from are not asked about", () =>
  inFolder(async (stateDir) => {
    const says: Says = ({ path }) => (path.includes("edit@1") ? fails("model") : null);
    await record(plan, { stateDir, traceId, world: countingWorld(plan, stateDir, says) });
    const seen: string[] = [];
    const world = countingWorld(plan, stateDir);
    const resumed = await goOn(plan, { stateDir, traceId, world }, { debug: person(["retry"], seen) });
    assert.is(resumed.kind === "ended" && resumed.status, "ok");
    assert.equal(seen, ["main@1/loop[2]/states/edit@1", "main@1/loop[2]/states/edit@2", "main@1"]);
    assert.equal(noted(stateDir), { log: [expectWord(rowsIn(stateDir, traceId), "main@1/loop[1]/states/write@1/react:1")] });
  }));

/** The word that the request at `path` was answered with, as it noted it. */
function expectWord(rows: ReturnType<typeof rowsIn>, path: string): unknown {
  const set = rows.find((row) => row.kind === "state_set" && row.path?.startsWith(path));
  const value = rows.find((row) => row.kind === "text" && row.hash === set?.value_hash)?.text;
  return JSON.parse(value ?? "[]").at(-1);
}

test.run();
