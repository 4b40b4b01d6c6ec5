/** Laws of undoing: what agents wrote that failed, or were sent back, was never there, wherever the process is killed, and a replay touches nothing. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Executor } from "../../runtime/executors/executor.ts";
import { artifactsOf } from "../../runtime/session/artifacts.ts";
import { blobsDir, fileBlobs } from "../../runtime/session/blobs.ts";
import { keysOf, read } from "../../runtime/session/memory.ts";
import { restore } from "../../runtime/session/restore.ts";
import { contentOf, countingWorld, goOn, inFolder, leave, record, replay, rowsIn, type World } from "../support/recorded-runs.ts";
import { granted } from "../support/tool-calls.ts";
import {
  type Contents,
  expected,
  failing,
  filesIn,
  laidOut,
  personWho,
  planFor,
  saying,
  sendingBack,
  type Tree,
  trees,
} from "../support/undone-worlds.ts";

const test = suite("laws of undoing");
const [whole, again] = ["a".repeat(32), "b".repeat(32)];
const runs = { numRuns: 40, includeErrorInReport: true };
const allowance = { write: { all: true, names: [] } };

test("what failed agents wrote, and those that a person sent back, was never there: in files, folders, state and artifacts, through retries, catches and crowds", () =>
  fc.assert(
    fc.asyncProperty(trees, fc.integer(), (tree, seed) =>
      inFolder(async (dir) => {
        const ran = await run(tree, seed, dir);
        const { isOk, contents } = expected(tree, failing(seed), sendingBack(seed));
        assert.is(ran.kind === "ended" && ran.status, isOk ? "ok" : "error");
        assert.equal(filesIn(join(dir, "project")), sorted(contents.files));
        if (isOk) assert.equal(memoryOf(dir), { state: sorted(contents.state), artifacts: sorted(contents.artifacts) });
      }),
    ),
    runs,
  ));

test("a run that is killed anywhere, while it undoes too, and resumed leaves the files that it would have left", () =>
  fc.assert(
    fc.asyncProperty(trees, fc.integer(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (tree, seed, part) =>
      inFolder(async (dir) => {
        const moments = { count: 0, at: Number.POSITIVE_INFINITY, image: join(dir, "image") };
        await run(tree, seed, join(dir, "first"), moments);
        await run(tree, seed, join(dir, "second"), { ...moments, count: 0, at: Math.floor(part * moments.count) + 1 });
        const { stateDir, projectDir, world, grants, debug } = placeOf(tree, seed, moments.image);
        if (!killed(stateDir)) return;
        const resumed = await goOn(planFor(tree), { stateDir, traceId: whole, world }, { grants, debug });
        const { isOk, contents } = expected(tree, failing(seed), sendingBack(seed));
        assert.is(resumed.kind === "ended" && resumed.status, isOk ? "ok" : "error");
        assert.equal(filesIn(projectDir), sorted(contents.files));
      }),
    ),
    runs,
  ));

test("a replay tells the same, and touches no file", () =>
  fc.assert(
    fc.asyncProperty(trees, fc.integer(), (tree, seed) =>
      inFolder(async (dir) => {
        await run(tree, seed, dir);
        const { stateDir, projectDir, grants } = placeOf(tree, seed, dir);
        rmSync(projectDir, { recursive: true });
        mkdirSync(projectDir);
        await replay(planFor(tree), { stateDir, traceId: whole, as: again }, { grants });
        assert.equal(filesIn(projectDir), {});
        assert.equal(contentOf(rowsIn(stateDir, again)), contentOf(rowsIn(stateDir, whole)));
      }),
    ),
    { ...runs, numRuns: 20 },
  ));

/** Where a run happens, and what it is told. */
function placeOf(tree: Tree, seed: number, dir: string) {
  const [stateDir, projectDir] = [join(dir, "state"), join(dir, "project")];
  mkdirSync(projectDir, { recursive: true });
  const world = countingWorld(planFor(tree), projectDir, saying(tree, failing(seed)));
  return { stateDir, projectDir, world, grants: granted(projectDir, allowance), debug: personWho(sendingBack(seed)) };
}

/** Moments of a run are counted; at one of them all that is on the disk is copied, as a killed process would leave it. */
interface Moments {
  count: number;
  readonly at: number;
  readonly image: string;
}

async function run(tree: Tree, seed: number, dir: string, moments: Moments = { count: 0, at: Number.POSITIVE_INFINITY, image: "" }) {
  const { stateDir, projectDir, world, grants, debug } = placeOf(tree, seed, dir);
  laidOut(projectDir);
  const moment = () => {
    moments.count += 1;
    if (moments.count === moments.at) copied(dir, moments.image);
  };
  const nowUs = () => {
    moment();
    return Date.now() * 1000;
  };
  return record(
    planFor(tree),
    { stateDir, traceId: whole, world: { ...world, executor: watched(world, moment) } },
    { grants, debug, nowUs },
  );
}

/** Tools write on other threads meanwhile: a draft that takes its file's name under the copying hand ends the copy, which begins anew. */
function copied(dir: string, image: string): void {
  for (;;) {
    try {
      return cpSync(dir, image, { recursive: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      rmSync(image, { recursive: true, force: true });
    }
  }
}

/** Right before a task is done, and right after, before anybody hears of it, are moments too. */
function watched({ executor }: World, moment: () => void): Executor {
  return {
    ...executor,
    run: async (task, signal) => {
      moment();
      const result = await executor.run(task, signal);
      moment();
      return result;
    },
  };
}

/** Makes of an image what is left when its process is dead; false where the run had not begun, or was over before its moment came. */
function killed(stateDir: string): boolean {
  const dir = join(stateDir, "runs", whole);
  if (!existsSync(dir)) return false;
  const rows = rowsIn(stateDir, whole);
  for (const name of readdirSync(dir).filter((each) => /^\d+\./.test(each))) rmSync(join(dir, name));
  leave(stateDir, whole, rows);
  return rows.some(({ kind }) => kind === "run_started");
}

function memoryOf(dir: string): Omit<Contents, "files"> {
  const stateDir = join(dir, "state");
  const session = restore(stateDir, whole);
  if (session.kind === "failed") throw new Error(session.error.message);
  const { memory } = session.value;
  const blobs = fileBlobs(blobsDir(session.value.dir));
  const text = (digest: string) => Buffer.from(blobs.read(digest) ?? []).toString();
  return {
    state: Object.fromEntries(keysOf(memory).map((key) => [key, read(memory, key) ?? null])),
    artifacts: Object.fromEntries(artifactsOf(memory).map(({ name, digest }) => [name, text(digest)])),
  };
}

function sorted<T>(values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

test.run();
