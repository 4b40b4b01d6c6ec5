/** Cache: by content, across the runs of a project; only what an edit reaches is asked again. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runDir } from "../../runtime/4-trace/run-folder.ts";
import { cacheEntries } from "../../runtime/journal/cache.ts";
import { difference } from "../../runtime/journal/difference.ts";
import { why } from "../../runtime/journal/why.ts";
import { agent, planOf, skill, worker } from "../support/plan-of.ts";
import { contentOf, countingWorld, fails, goOn, inFolder, leave, record, rowsIn, type Says } from "../support/recorded-runs.ts";

const test = suite("cache");
const id = (number: number) => String(number).repeat(32);

const steps = (changed: Readonly<Record<string, string>> = {}) => {
  const files = {
    ...agent("main", "pattern: fsm\ninitial: all\nstates:\n  all: last\n  last: ~"),
    ...agent("all", "pattern: parallel\nworkers: [ann, bob, count]"),
    ...agent("ann", "pattern: critic"),
    "agents/ann/draft.md": "Draft.\n",
    "agents/ann/critique.md": "Critique.\n",
    "agents/ann/refine.md": "Refine.\n",
    ...agent("bob", "pattern: oneshot", "I am bob."),
    ...agent("count", "pattern: code"),
    "agents/count/worker.ts": "",
    ...agent("last", "pattern: oneshot", "I am last."),
  };
  return planOf({ ...files, ...changed }, worker("count", { bundle: "export default { run: (text) => text.length + ' letters' };" }));
};

/** The same model says the same again: then what follows from an edit is what was said otherwise. */
async function runTwice(first: ReturnType<typeof steps>, second: ReturnType<typeof steps>, says?: Says): Promise<readonly string[]> {
  return inFolder(async (stateDir) => {
    await record(first, { stateDir, traceId: id(1), world: countingWorld(first, stateDir, says) }, { cache: "use" });
    const world = countingWorld(second, stateDir, says);
    const result = await record(second, { stateDir, traceId: id(2), world }, { cache: "use" });
    assert.is(result.kind === "ended" && result.status, "ok");
    return world.done.map((path) => path.split("/").at(-1) ?? "");
  });
}

test("a run of the same plan does nothing", async () => {
  assert.equal(await runTwice(steps(), steps()), []);
});

for (const [what, change, asked] of [
  ["the last agent", agent("last", "pattern: oneshot", "I am the last."), ["oneshot:1"]],
  ["a critique", { "agents/ann/critique.md": "Be strict.\n" }, ["critique:1", "refine:1", "oneshot:1"]],
  ["a draft", { "agents/ann/draft.md": "Write.\n" }, ["draft:1", "critique:1", "refine:1", "oneshot:1"]],
  ["a branch", agent("bob", "pattern: oneshot", "I am Robert."), ["oneshot:1", "oneshot:1"]],
  ["a comment", commented(agent("bob", "pattern: oneshot", "I am bob.")), []],
  ["a description", described(agent("bob", "pattern: oneshot", "I am bob.")), []],
] as const) {
  test(`after an edit of ${what} only what depends on it is asked again`, async () => {
    assert.equal(await runTwice(steps(), steps(change)), asked);
  });
}

test("rows tell where an answer was taken from, and it is the recorded one", () =>
  inFolder(async (stateDir) => {
    for (const run of [id(1), id(2)])
      await record(steps(), { stateDir, traceId: run, world: countingWorld(steps(), stateDir) }, { cache: "use" });
    assert.equal(contentOf(rowsIn(stateDir, id(2))), contentOf(rowsIn(stateDir, id(1))));
    const calls = rowsIn(stateDir, id(2)).filter(({ kind }) => kind === "llm_call" || kind === "code_call");
    assert.is(calls.length, 6);
    assert.ok(calls.every(({ source, source_run }) => source === "cache" && source_run === id(1)));
  }));

test("logs that have not changed are not read again; what changed, or is damaged, is", () =>
  inFolder(async (stateDir) => {
    const plan = steps();
    await record(plan, { stateDir, traceId: id(1), world: countingWorld(plan, stateDir) });
    const found = cacheEntries(stateDir, null);
    assert.is(found.size, 6);
    const log = join(runDir(stateDir, id(1)), "0001.arrow");
    const bytes = readFileSync(log);
    writeFileSync(log, Buffer.alloc(bytes.length));
    assert.equal(cacheEntries(stateDir, null), found, "the log was read");
    writeFileSync(join(runDir(stateDir, id(1)), "tasks.json"), '{"format":1,"stamp":');
    assert.is(cacheEntries(stateDir, null).size, 0, "the log was not read");
    writeFileSync(log, Buffer.concat([bytes, Buffer.alloc(1)]));
    assert.equal(cacheEntries(stateDir, null), found, "the log has changed");
  }));

test("a run that is going on is looked at anew each time, and so is one that goes on", () =>
  inFolder(async (stateDir) => {
    const plan = steps();
    const looks: number[] = [];
    const says: Says = () => {
      looks.push(cacheEntries(stateDir, null).size);
      return null;
    };
    await record(plan, { stateDir, traceId: id(1), world: countingWorld(plan, stateDir, says) });
    assert.equal([looks.at(0), looks.at(-1)], [0, 5]);
    assert.is(cacheEntries(stateDir, null).size, 6);
    const rows = rowsIn(stateDir, id(1)).map((row) => ({ ...row, trace_id: id(2) }));
    const kept = rows.slice(0, rows.findIndex(({ kind }) => kind === "llm_call") + 1);
    leave(stateDir, id(2), kept);
    assert.is(cacheEntries(stateDir, id(1)).size, kept.filter(({ kind }) => kind === "llm_call" || kind === "code_call").length);
    await goOn(plan, { stateDir, traceId: id(2), world: countingWorld(plan, stateDir) });
    assert.is(cacheEntries(stateDir, id(1)).size, 6);
  }));

test("without --cache everything is done again", () =>
  inFolder(async (stateDir) => {
    await record(steps(), { stateDir, traceId: id(1), world: countingWorld(steps(), stateDir) });
    const world = countingWorld(steps(), stateDir);
    await record(steps(), { stateDir, traceId: id(2), world });
    assert.is(world.done.length, 6);
  }));

test("the samples of a best-of-n stay distinct, and so do the attempts of a retry", () =>
  inFolder(async (stateDir) => {
    const plan = planOf({
      ...agent("main", "pattern: fsm\ninitial: best\nstates:\n  best: odd\n  odd: ~"),
      ...agent("best", "pattern: best-of-n\nn: 3"),
      "agents/best/judge.md": "Judge.\n",
      ...agent("odd", "pattern: oneshot\nretry: {attempts: 2}"),
    });
    const says: Says = ({ path }) => (path.includes("odd@1") ? fails("model") : null);
    await record(plan, { stateDir, traceId: id(1), world: countingWorld(plan, stateDir, says) }, { cache: "use" });
    const calls = rowsIn(stateDir, id(1)).filter(({ kind }) => kind === "llm_call");
    assert.is(new Set(calls.map(({ content_key }) => content_key)).size, calls.length);
    const values = calls.filter(({ path }) => /variant:2$/.test(path ?? "")).map(({ value_hash }) => value_hash);
    assert.equal([values.length, new Set(values).size], [3, 3]);
    const world = countingWorld(plan, stateDir, says);
    await record(plan, { stateDir, traceId: id(2), world }, { cache: "use" });
    assert.equal(
      world.done.map((path) => path.split("/").slice(-2).join("/")),
      ["odd@1/oneshot:1"],
    );
  }));

test("tools always run", () =>
  inFolder(async (stateDir) => {
    const plan = planOf({ ...agent("main", "pattern: react\ncall: {uses: [files]}"), ...skill("files", ["tama_files_read"]) });
    const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] } as const;
    const calls = [
      { name: "read_skill", args: '{"name":"files"}' },
      { name: "tama_files_read", args: '{"path":"x"}' },
    ];
    const says: Says = (task) => {
      if (task.kind === "tool") return { kind: "ok", answer: { kind: "tool", text: "content" }, ...times };
      if (!task.path.endsWith(":1")) return null;
      return { kind: "ok", answer: { kind: "model", text: "", calls, finish: "stop", model: "m", usage: null }, ...times };
    };
    await record(plan, { stateDir, traceId: id(1), world: countingWorld(plan, stateDir, says) }, { cache: "use" });
    const world = countingWorld(plan, stateDir, says);
    await record(plan, { stateDir, traceId: id(2), world }, { cache: "use" });
    assert.equal(world.done, ["main@1/react:1.2"]);
  }));

test("why tells the first part in which a request differs from the nearest one, or where its answer is from", () =>
  inFolder(async (stateDir) => {
    const edited = steps({ "agents/ann/critique.md": "Be strict.\n" });
    await record(steps(), { stateDir, traceId: id(1), world: countingWorld(steps(), stateDir) }, { cache: "use" });
    await record(edited, { stateDir, traceId: id(2), world: countingWorld(edited, stateDir) }, { cache: "use" });
    await record(steps(), { stateDir, traceId: id(3), world: countingWorld(steps(), stateDir) });
    const at = "main@1/loop[1]/states/all@1/workers/ann@1";
    const asked = why(stateDir, id(2), `${at}/critique`);
    assert.is(asked?.nearest?.path, `${at}/critique:1`);
    assert.equal(asked?.difference, { field: "messages[1] (system)", recorded: "system: Critique.", now: "system: Be strict." });
    assert.is(why(stateDir, id(2), `${at}/draft:1`)?.source, id(1));
    assert.equal(why(stateDir, id(3), `${at}/draft:1`)?.same, { run: id(2), path: `${at}/draft:1` });
    assert.is(why(stateDir, id(3), "main@1/nowhere"), null);
  }));

test("requests of which one has more parts differ in the first that the other lacks", () => {
  const [short, long] = [
    new Map([["a", "1"]]),
    new Map([
      ["a", "1"],
      ["b", "2"],
    ]),
  ];
  assert.equal(difference(short, long), { field: "b", recorded: "nothing", now: "2" });
  assert.equal(difference(long, short), { field: "b", recorded: "2", now: "nothing" });
  assert.is(difference(long, long), null);
});

test.run();

function commented(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return changed(files, (text) => text.replace("version:", "# a comment\nversion:"));
}

function described(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return changed(files, (text) => text.replace(/description: .*/, "description: something else"));
}

function changed(files: Readonly<Record<string, string>>, change: (text: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, change(text)]));
}
