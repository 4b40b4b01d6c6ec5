/** Tools with effects in runs that are cut short, gone on with, and repeated: what they did is counted where they did it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json, JsonObject } from "../../compiler/ir/json.ts";
import type { EventKind } from "../../runtime/4-trace/columns.ts";
import type { Settlement } from "../../runtime/journal/resume.ts";
import { draftOf } from "../../stdlib/tools/drafts.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import {
  contentOf,
  countingWorld,
  goOn,
  inFolder,
  leave,
  nothingWorks,
  record,
  replay,
  rowsIn,
  type Says,
} from "../support/recorded-runs.ts";
import { granted } from "../support/tool-calls.ts";

const test = suite("effects of tools: kept, repeated, or asked about");
const tools = ["tama_bash", "tama_http_get", "tama_http_post", "tama_files_write"];
const plan = planOf({ ...agent("main", "pattern: react\ncall: {uses: [all]}"), ...skill("all", tools) });
const [whole, cut, again] = ["a".repeat(32), "b".repeat(32), "c".repeat(32)];
const toolPath = "main@1/react:2.1";
const everything = { exec: true, net: { all: false, names: ["127.0.0.1"] } };

/** A model that unlocks the tools, calls one, and finishes with what it answered. */
const calling =
  (name: string, args: JsonObject): Says =>
  (task) => {
    if (task.kind !== "model") return null;
    const last = task.messages.at(-1)?.parts[0]?.text ?? "";
    const calls = [
      [{ name: "read_skill", args: '{"name":"all"}' }],
      [{ name, args: JSON.stringify(args) }],
      [{ name: "finish", args: JSON.stringify({ key: "done", value: last }) }],
    ][Number(task.path.split(":").at(-1)) - 1];
    const answer = { kind: "model", text: "", calls: calls ?? [], finish: "stop", model: "m", usage: null } as const;
    return { kind: "ok", answer, startUs: 1, endUs: 2, thread: 0, attempts: [] };
  };

interface Place {
  readonly stateDir: string;
  readonly url: string;
  readonly hits: () => number;
}

/** Each tool with an effect, a call of it, how often it happened, and what it answers. */
const effects: readonly {
  readonly tool: string;
  readonly args: (place: Place) => JsonObject;
  readonly count: (place: Place) => number;
  readonly answer: string;
}[] = [
  {
    tool: "tama_bash",
    args: () => ({ command: "echo x >> effects; echo done" }),
    count: ({ stateDir }) =>
      existsSync(join(stateDir, "effects")) ? readFileSync(join(stateDir, "effects"), "utf8").split("\n").length - 1 : 0,
    answer: "done\n",
  },
  { tool: "tama_http_post", args: ({ url }) => ({ url, body: "{}" }), count: ({ hits }) => hits(), answer: "hit" },
];

for (const { tool, args, count, answer } of effects) {
  for (const [settlement, times, value] of [
    ["done", 1, "[this call was carried out; what it answered was lost when the run was interrupted]"],
    ["redo", 2, answer],
  ] as const) {
    test(`${tool}: cut off after its effect, the run asks what became of it; ${settlement} leaves it happened ${times === 1 ? "once" : "twice"}`, () =>
      inPlace(async (place) => {
        await recorded(place, tool, args(place));
        assert.is(count(place), 1);
        cutAtIntent(place);
        const world = countingWorld(plan, place.stateDir, calling(tool, args(place)));
        const stopped = await goOn(
          plan,
          { stateDir: place.stateDir, traceId: cut, world },
          { grants: granted(place.stateDir, everything) },
        );
        assert.equal(stopped, { kind: "uncertain", calls: [{ path: toolPath, tool }] });
        assert.equal([count(place), world.done], [1, []]);
        assert.is(await settled(place, tool, args(place), settlement), value);
        assert.is(count(place), times);
      }));
  }
}

const writing = { path: "out/x", content: "new" };

for (const [what, found, expected] of [
  ["the file is as it was before: it is written", "old", "new"],
  ["the file holds what was to be written: it was", "new", "new"],
] as const)
  test(`tama_files_write: cut off, the run goes on by itself where ${what}`, () =>
    inPlace(async (place) => {
      const file = await writtenOver(place, "old");
      cutAt(place, "file_saved");
      writeFileSync(file, found);
      assert.is(await settled(place, "tama_files_write", writing), "written");
      assert.is(readFileSync(file, "utf8"), expected);
    }));

test("tama_files_write: cut off, the drafts that it or its undoing left beside the file go, and no other", () =>
  inPlace(async (place) => {
    const file = await writtenOver(place, "old");
    cutAt(place, "file_saved");
    const drafts = [draftOf(file, "new"), draftOf(file, "old"), draftOf(file, "another run's"), draftOf(`${file}y`, "new")];
    for (const draft of drafts) writeFileSync(draft, "half");
    await settled(place, "tama_files_write", writing);
    assert.equal(
      drafts.map((draft) => existsSync(draft)),
      [false, false, true, true],
    );
    assert.equal(readdirSync(dirname(file)).length, 3);
  }));

test("tama_files_write: cut off before what it replaces was saved, it had not begun, and is done", () =>
  inPlace(async (place) => {
    const file = await writtenOver(place, "old");
    cutAt(place, "intent");
    writeFileSync(file, "somebody else's");
    assert.is(await settled(place, "tama_files_write", writing), "written");
    assert.is(readFileSync(file, "utf8"), "new");
  }));

test("tama_files_write: cut off, the run asks what became of it where somebody else has written the file", () =>
  inPlace(async (place) => {
    const file = await writtenOver(place, "old");
    cutAt(place, "file_saved");
    writeFileSync(file, "somebody else's");
    const stopped = await goOn(
      plan,
      { stateDir: place.stateDir, traceId: cut, world: nothingWorks },
      { grants: granted(place.stateDir, everything) },
    );
    assert.equal(stopped, { kind: "uncertain", calls: [{ path: toolPath, tool: "tama_files_write" }] });
    await settled(place, "tama_files_write", writing, "done");
    assert.is(readFileSync(file, "utf8"), "somebody else's");
    cutAt(place, "file_saved");
    assert.is(await settled(place, "tama_files_write", writing, "redo"), "written");
    assert.is(readFileSync(file, "utf8"), "new");
  }));

test("tama_http_get has no effect to ask about: cut off while it was under way, it is made again", () =>
  inPlace(async (place) => {
    await recorded(place, "tama_http_get", { url: place.url });
    const rows = rowsIn(place.stateDir, whole);
    assert.is(rows.filter(({ kind }) => kind === "intent").length, 0);
    leave(
      place.stateDir,
      cut,
      rows.slice(
        0,
        rows.findIndex(({ path }) => path === toolPath),
      ),
    );
    assert.is(await settled(place, "tama_http_get", { url: place.url }), "hit");
    assert.is(place.hits(), 2);
  }));

test("a replay needs no grant, does nothing, and says the same, of calls that were refused too", () =>
  inPlace(async (place) => {
    for (const allowance of [everything, {}]) {
      rmSync(join(place.stateDir, "runs"), { recursive: true, force: true });
      await recorded(place, "tama_bash", { command: "echo x >> effects" }, allowance);
      const before = rowsIn(place.stateDir, whole);
      const repeated = await replay(plan, { stateDir: place.stateDir, traceId: whole, as: again });
      assert.is(repeated.kind === "ended" && repeated.status, "ok");
      assert.equal(contentOf(rowsIn(place.stateDir, again)), contentOf(before));
      assert.is(before.filter(({ kind }) => kind === "tool_rejected").length, "exec" in allowance ? 0 : 1);
    }
    assert.is(readFileSync(join(place.stateDir, "effects"), "utf8"), "x\n");
  }));

test("a resumed run goes by its own grants: what was refused stays so, what comes is judged anew", () =>
  inPlace(async (place) => {
    const args = { command: "echo x >> effects; echo done" };
    await recorded(place, "tama_bash", args, {});
    const rows = rowsIn(place.stateDir, whole);
    const refusal = "[error: tama_bash is not granted; a run started with --allow-exec grants it]";
    leave(place.stateDir, cut, rows.slice(0, rows.findIndex(({ kind }) => kind === "tool_rejected") + 1));
    assert.is(await settled(place, "tama_bash", args), refusal);
    assert.not.ok(existsSync(join(place.stateDir, "effects")));
    leave(
      place.stateDir,
      again,
      rows.slice(
        0,
        rows.findIndex(({ kind }) => kind === "intent"),
      ),
    );
    const world = countingWorld(plan, place.stateDir, calling("tama_bash", args));
    await goOn(plan, { stateDir: place.stateDir, traceId: again, world });
    assert.not.ok(existsSync(join(place.stateDir, "effects")));
  }));

async function recorded({ stateDir }: Place, tool: string, args: JsonObject, allowance: object = everything): Promise<void> {
  const world = countingWorld(plan, stateDir, calling(tool, args));
  await record(plan, { stateDir, traceId: whole, world }, { grants: granted(stateDir, allowance) });
}

/** A recorded run that wrote over a file. */
async function writtenOver(place: Place, old: string): Promise<string> {
  const file = join(place.stateDir, writing.path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, old);
  await recorded(place, "tama_files_write", writing);
  assert.is(readFileSync(file, "utf8"), writing.content);
  return file;
}

/** The log as it is when the process dies while the tool is at work. */
function cutAtIntent(place: Place): void {
  cutAt(place, "intent");
}

/** The log as it is when the process dies after its first row of a kind. */
function cutAt({ stateDir }: Place, last: EventKind): void {
  const rows = rowsIn(stateDir, whole);
  rmSync(join(stateDir, "runs", cut), { recursive: true, force: true });
  leave(stateDir, cut, rows.slice(0, rows.findIndex(({ kind }) => kind === last) + 1));
}

/** Goes on, and tells what the model finished with. */
async function settled({ stateDir }: Place, tool: string, args: JsonObject, settlement?: Settlement): Promise<Json> {
  const world = countingWorld(plan, stateDir, calling(tool, args));
  const settle = new Map(settlement ? [[toolPath, settlement]] : []);
  const resumed = await goOn(plan, { stateDir, traceId: cut, world }, { grants: granted(stateDir, everything), settle });
  if (resumed.kind !== "ended" || resumed.settled.kind !== "ok") throw new Error(JSON.stringify(resumed));
  return resumed.settled.value;
}

/** A folder, and a server on loopback that counts how often it was asked. */
async function inPlace(use: (place: Place) => Promise<void>): Promise<void> {
  let hits = 0;
  const server = createServer((_, response) => {
    hits += 1;
    response.end("hit");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a server on a port has such an address
  try {
    await inFolder((stateDir) => use({ stateDir, url: `http://127.0.0.1:${port}/`, hits: () => hits }));
  } finally {
    server.close();
  }
}

test.run();
