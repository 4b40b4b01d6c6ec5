/** What a run keeps is the same however many threads do its work, and however many calls are under way at once. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { threadExecutor } from "../../runtime/executors/threads.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { outcomeOf, type Ran, runPlan } from "../support/run-plan.ts";

const test = suite("state at any number of threads");
const clerks = ["ann", "bob", "cat", "dan"];
const tools = ["mem_set", "mem_append", "mem_get", "mem_delete", "artifact_write", "artifact_read", "artifact_list"];

/** Four agents at once, twice, then one that reads everything that they left. */
const plan = planOf({
  ...agent("main", "pattern: fsm\ninitial: all\nstates:\n  all: again\n  again: look\n  look: ~"),
  ...agent("all", `pattern: parallel\nworkers: [${clerks.join(", ")}]`),
  ...agent("again", `pattern: parallel\nworkers: [${clerks.toReversed().join(", ")}]`),
  ...Object.assign({}, ...[...clerks, "look"].map((name) => agent(name, "pattern: react\ncall: {uses: [notes]}"))),
  ...skill(
    "notes",
    tools.map((name) => `tama_${name}`),
  ),
});

const calls = (...list: readonly (readonly [name: string, args: object])[]) =>
  JSON.stringify({ calls: list.map(([name, args]) => ({ name: `tama_${name}`, args })) });
const ends = '{finish: {value: ""}}';
const turns = clerks.map((name, index) => {
  const first = calls(
    ["mem_set", { key: "who", value: name }],
    ["mem_append", { key: "log", item: `"${name}"` }],
    ["mem_set", { key: `once ${index % 2}`, value: name, expect_version: 0 }],
    ["artifact_write", { name: "doc", content: `by ${name}` }],
  );
  const second = calls(
    ["mem_get", { key: "who", with_version: true }],
    ["mem_delete", { key: index === 2 ? "who" : "none" }],
    ["artifact_read", { name: "doc" }],
    ["mem_append", { key: "log", item: "2" }],
  );
  return `  ${name}:\n    - ${first}\n    - ${second}\n    - ${ends}`;
});
const keys = ["who", "log", "once 0", "once 1"];
const look = calls(
  ...keys.map((key) => ["mem_get", { key, with_version: true }] as const),
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((version) => ["artifact_read", { name: "doc", version }] as const),
);
const scenario = `agents:\n${turns.join("\n")}\n  look:\n    - ${look}\n    - ${ends}\n`;

/** What was written where, and what every reading answered, by path: all that timing could change. */
function contentOf(ran: Ran): readonly string[] {
  const telling = new Set(["state_set", "state_deleted", "state_merged", "artifact_written", "tool_call"]);
  const rows = ran.rows.filter(({ kind }) => telling.has(kind ?? ""));
  return rows
    .map(({ kind, path, key, version, overlay, value_hash, detail }) =>
      JSON.stringify([kind, path, key, version, overlay, ran.text(value_hash), detail]),
    )
    .sort();
}

test("1, 2 and 8 threads, and one call at a time, leave the same state, versions and artifacts", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tama-threads-"));
  const file = join(folder, "scenario.yaml");
  writeFileSync(file, scenario);
  try {
    const run = (threads: number, concurrency: number) =>
      runPlan(
        plan,
        {},
        {
          model: `scripted:${file}`,
          concurrency,
          executor: (data) => threadExecutor({ ...data, ioThreads: threads, cpuThreads: 1, warm: [] }),
        },
      );
    const alone = await run(1, 1);
    outcomeOf(alone.settled);
    const expected = contentOf(alone);
    assert.ok(expected.length > 60);
    for (const threads of [1, 2, 8]) assert.equal(contentOf(await run(threads, 64)), expected, `${threads} threads`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
