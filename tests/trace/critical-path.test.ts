/** The critical path of runs by chance, against a walk that does what the view says. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openStore } from "../../runtime/5-store/store.ts";
import { newFolder, recordRun, removeFolders } from "./made-run.ts";

const test = suite("critical path");
test.after(removeFolders);

const runs = 60;
const base = 1_700_000_000_000_000;

interface Work {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly parts: readonly Work[];
}

/** A piece of work within a time, with up to twelve parts that lie in it, overlap or not, and may take none. */
function workOf(path: string, [from, to]: readonly [number, number], depth: number): fc.Arbitrary<Work> {
  const time = fc.tuple(fc.integer({ min: from, max: to }), fc.integer({ min: 0, max: Math.floor((to - from) / 3) }));
  return fc
    .array(time, { maxLength: depth === 0 ? 0 : 12 })
    .chain((times) =>
      fc.tuple(...times.map(([start, us], index) => workOf(`${path}/${index}`, [start, Math.min(to, start + us)], depth - 1))),
    )
    .map((parts) => ({ path, from, to, parts }));
}

function record(stateDir: string, traceId: string, root: Work): void {
  const recorder = recordRun(stateDir, traceId, { startUs: base });
  recorder.event({ kind: "run_started", path: root.path });
  const tell = ({ path, from, to, parts }: Work, around: { readonly parent?: string }): void => {
    recorder.event({ kind: "span_started", path, name: "agent:any:react", span_kind: "agent", time_us: base + from, ...around });
    for (const part of parts) tell(part, { parent: path });
    recorder.event({ kind: "span_ended", path, status: "ok", time_us: base + to });
  };
  tell(root, {});
  recorder.event({ kind: "run_ended", path: root.path, status: "ok" });
  recorder.close();
}

/** The paths that the end of a piece of work waited for: the part that ended last, the one that ended last before that began, and so on. */
function waitedFor({ path, parts }: Work): readonly string[] {
  const lastFirst = parts.filter(({ from, to }) => to > from).toReversed();
  lastFirst.sort((a, b) => b.to - a.to || b.from - a.from);
  const found = [path];
  let begin = Number.POSITIVE_INFINITY;
  for (const part of lastFirst) {
    if (part.to > begin) continue;
    begin = part.from;
    found.push(...waitedFor(part));
  }
  return found;
}

test(`of ${runs} runs it is what their ends waited for, and its parts add up to the whole`, async () => {
  const stateDir = newFolder();
  const roots = fc.sample(workOf("main@1", [0, 200], 3), { numRuns: runs, seed: 7 });
  const ids = roots.map((_, index) => index.toString(16).padStart(32, "0"));
  for (const [index, root] of roots.entries()) record(stateDir, ids[index] ?? "", root);
  const store = await openStore({ stateDir, waitMs: 0 });
  const found = await store.query(
    "SELECT trace_id, list(path ORDER BY path), round(sum(self_ms) * 1000) FROM critical_path GROUP BY trace_id ORDER BY trace_id",
  );
  store.close();
  assert.equal(
    found.kind === "ok" && found.rows,
    roots.map((root, index) => [ids[index], [...waitedFor(root)].sort(), 200]),
  );
  assert.ok(
    roots.some((root) => waitedFor(root).length > 20),
    "runs of some size",
  );
});

test.run();
