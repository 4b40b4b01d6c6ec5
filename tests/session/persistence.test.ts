/** Sessions on disk: what a call changed is there when it returns, and what is damaged is told, never guessed. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openRunLog } from "../../runtime/4-trace/run-folder.ts";
import { take } from "../../runtime/session/errors.ts";
import { createSession, loadSession, readSession } from "../../runtime/session/session.ts";
import { call } from "../support/model-server.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { runPlan } from "../support/run-plan.ts";
import { assertSameTrajectory, codeOf, errorOf, reload, ticks, typesOf, withSession } from "../support/sessions.ts";

const test = suite("session persistence");
const id = "0123456789abcdef".repeat(2);

test(
  "a session that is loaded is the one that was closed",
  withSession((session, stateDir) => {
    take(session.set("a", { n: 1 }));
    take(session.set("b", [1, 2]));
    take(session.delete("b"));
    take(session.writeArtifact("doc", Buffer.from("one")));
    take(session.writeArtifact("doc", Buffer.from("two")));
    const loaded = reload(session, stateDir);
    assert.equal([loaded.id, loaded.state(), loaded.version()], [session.id, { a: { n: 1 } }, 3]);
    assert.equal(loaded.entry("a"), { value: { n: 1 }, version: 1 });
    assert.equal(loaded.artifacts(), [{ name: "doc", size: 3, version: 2 }]);
    assert.is(take(loaded.set("a", 2, { expectVersion: 1 })), 4);
    const again = reload(loaded, stateDir);
    assert.is(again.get("a"), 2);
    assert.is(again.version(), 4);
    again.close();
  }),
);

test(
  "nothing is lost where nobody saved: what was written before a crash is there",
  withSession((session, stateDir) => {
    take(session.set("a", 1));
    take(session.note("and then the power went"));
    const copy = mkdtempSync(join(tmpdir(), "tama-crash-"));
    cpSync(stateDir, copy, { recursive: true });
    const read = take(readSession(session.id, { stateDir: copy }));
    assert.is(read.get("a"), 1);
    assert.equal(typesOf(read), ["session_created", "state_set", "system_note"]);
    rmSync(copy, { recursive: true });
  }),
);

test(
  "saving says so; closing saves what came since, and no more",
  withSession((session, stateDir) => {
    take(session.set("a", 1));
    take(session.save());
    assert.equal(session.trajectory(1)[0]?.content, { artifacts: 0, entries: 3, state_version: 1 });
    take(session.close());
    take(session.close());
    assert.equal(typesOf(take(readSession(session.id, { stateDir }))), ["session_created", "state_set", "session_saved"]);
  }),
);

test(
  "saving rewrites nothing: what was saved stays as it is, and what comes later is added to it",
  withSession((session) => {
    const sealed = () => readFileSync(join(session.dir, readdirSync(session.dir).find((name) => name.endsWith(".arrow")) ?? ""));
    take(session.set("a", "x".repeat(1000)));
    take(session.save());
    const before = sealed();
    for (let count = 0; count < 5; count += 1) take(session.set("b", count));
    take(session.save());
    const after = sealed();
    assert.ok(before.equals(after.subarray(0, before.length)));
    assert.ok(after.length > before.length);
    assert.is(after.indexOf("x".repeat(1000)), after.lastIndexOf("x".repeat(1000)));
  }),
);

test(
  "a closed session takes nothing more",
  withSession((session) => {
    take(session.close());
    const calls = [
      session.set("a", 1),
      session.note("x"),
      session.save(),
      session.userInput("x"),
      session.writeArtifact("a", Buffer.from("x")),
    ];
    assert.equal(
      calls.map(codeOf),
      calls.map(() => "session_invalid_state"),
    );
    assert.is(session.get("a"), undefined);
  }),
);

test(
  "one writer at a time; anybody may read",
  withSession((session, stateDir) => {
    take(session.set("a", 1));
    const error = errorOf(loadSession(session.id, { stateDir }));
    assert.is(error.code, "persist_load_failed");
    assert.match(error.message, String(process.pid));
    assert.is(take(readSession(session.id, { stateDir })).get("a"), 1);
    assert.is(codeOf(createSession({ stateDir, id: session.id })), "session_invalid_state");
  }),
);

test(
  "a session that is not there is told apart from a folder that is not there",
  withSession((_session, stateDir) => {
    assert.is(codeOf(loadSession(id, { stateDir })), "session_not_found");
    assert.is(codeOf(loadSession("../..", { stateDir })), "session_not_found");
    assert.is(codeOf(loadSession(id, { stateDir: join(stateDir, "nowhere") })), "persist_file_not_found");
  }),
);

test("an id that is none is refused, and so is a largest artifact that is no number of bytes", () => {
  for (const maxArtifactBytes of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.is(codeOf(createSession({ stateDir: "/nowhere", maxArtifactBytes })), "validation_error");
  for (const bad of ["x", "../../etc", id.toUpperCase()])
    assert.is(codeOf(createSession({ stateDir: "/nowhere", id: bad })), "validation_error");
});

test(
  "a log without a beginning, with a gap, or of nothing is corrupted, never half read",
  withSession((_session, stateDir) => {
    const made = (name: string, rows: readonly object[]) => {
      const opened = openRunLog(stateDir, name);
      if (opened.kind === "failed") throw new Error(opened.diagnostic.message);
      for (const row of rows) opened.log.append(row);
      opened.log.close();
      return errorOf(loadSession(name, { stateDir }));
    };
    const start = { kind: "session_created", path: "session", time_us: 1, detail: '{"schema_version":1}' };
    const lost = { kind: "state_set", path: "session", time_us: 2, key: "a", version: 1, value_hash: "sha256:gone" };
    const errors = [made("a".repeat(32), []), made("b".repeat(32), [lost]), made("c".repeat(32), [start, lost])];
    assert.equal(
      errors.map(({ code }) => code),
      ["session_corrupted", "session_corrupted", "session_corrupted"],
    );
    assert.match(errors[0]?.message ?? "", "tells of no session");
    assert.is(errors[1]?.message, "the log begins with state_set, not with a session or a run");
    assert.is(errors[2]?.message, "the value of 'a' is not in the log");
    mkdirSync(join(stateDir, "runs", "d".repeat(32)));
    assert.is(codeOf(loadSession("d".repeat(32), { stateDir })), "session_corrupted");
  }),
);

test(
  "files that are no log are told as such, whatever they hold",
  withSession((session, stateDir) => {
    take(session.set("a", 1));
    take(session.close());
    const [arrow = ""] = readdirSync(session.dir).filter((name) => name.endsWith(".arrow"));
    for (const content of ["", "not arrow", Buffer.alloc(4096, 255)]) {
      writeFileSync(join(session.dir, arrow), content);
      assert.is(codeOf(loadSession(session.id, { stateDir })), "session_corrupted");
    }
    rmSync(join(session.dir, arrow));
    mkdirSync(join(session.dir, arrow));
    assert.is(codeOf(loadSession(session.id, { stateDir })), "persist_load_failed");
  }),
);

test(
  "what a newer tama wrote is refused by its version",
  withSession((_session, stateDir) => {
    const opened = openRunLog(stateDir, id);
    if (opened.kind === "failed") throw new Error(opened.diagnostic.message);
    opened.log.append({ kind: "session_created", path: "session", time_us: 1, detail: '{"schema_version":2}' });
    opened.log.close();
    const error = errorOf(loadSession(id, { stateDir }));
    assert.equal([error.code, error.message], ["persist_schema_mismatch", "schema version mismatch: the session has 2, expected 1"]);
    const newer = join(stateDir, "runs", "e".repeat(32));
    mkdirSync(newer);
    writeFileSync(join(newer, "0001.wal"), '{"tama.log":99,"owner":{"pid":1,"start":"x"},"columns":[]}\n');
    assert.is(codeOf(readSession("e".repeat(32), { stateDir })), "persist_schema_mismatch");
  }),
);

test(
  "what cannot be written fails the call, and leaves the session as it was",
  withSession((session, stateDir) => {
    writeFileSync(join(session.dir, "artifacts"), "a file where the folder should be");
    assert.is(codeOf(session.writeArtifact("a", Buffer.from("x"))), "persist_save_failed");
    assert.equal(session.artifacts(), []);
    assert.is(take(session.set("a", 1)), 1);
    assert.is(codeOf(createSession({ stateDir: join(session.dir, "artifacts") })), "persist_save_failed");
    assert.ok(stateDir);
  }),
);

test("a run is a session: its log gives state, artifacts and a trajectory, branches joined as they were", async () => {
  const names = ["mem_set", "mem_append", "mem_delete", "artifact_write"].map((name) => `tama_${name}`);
  const plan = planOf({
    ...agent("main", "pattern: fsm\ninitial: ann\nstates:\n  ann: all\n  all: ~"),
    ...agent("all", "pattern: parallel\nworkers: [bob, cat]"),
    ...Object.assign({}, ...["ann", "bob", "cat"].map((name) => agent(name, "pattern: react\ncall: {uses: [notes]}", `I am ${name}.`))),
    ...skill("notes", names),
  });
  const turn = (...calls: readonly (readonly [string, object])[]) => [
    [...call("read_skill", { name: "notes" }), ...calls.flatMap(([name, args]) => call(`tama_${name}`, args))],
    call("finish", { key: "done", value: "" }),
  ];
  const parts = {
    "I am ann.": turn(
      ["mem_set", { key: "a", value: "ann" }],
      ["mem_append", { key: "list", item: "1" }],
      ["mem_set", { key: "gone", value: "x" }],
    ),
    "I am bob.": turn(
      ["mem_append", { key: "list", item: "2" }],
      ["mem_set", { key: "a", value: "bob" }],
      ["artifact_write", { name: "doc", content: "b" }],
    ),
    "I am cat.": turn(
      ["mem_append", { key: "list", item: "3" }],
      ["mem_delete", { key: "gone" }],
      ["artifact_write", { name: "doc", content: "cat" }],
    ),
  };
  let checked: Promise<void> | null = null;
  const onEnded = (dir: string) => {
    const stateDir = mkdtempSync(join(tmpdir(), "tama-run-copy-"));
    cpSync(join(dir, "..", ".."), stateDir, { recursive: true });
    const session = take(loadSession("5ca1ab1e".repeat(4), { stateDir, nowUs: ticks() }));
    assert.equal(session.state(), { a: "bob", list: [1, 2, 3] });
    assert.equal(session.artifacts(), [{ name: "doc", size: 3, version: 2 }]);
    assert.is(Buffer.from(take(session.readArtifact("doc", 1))).toString(), "b");
    const entries = session.trajectory();
    assert.equal(
      [entries[0]?.entry_type, entries.at(-2)?.entry_type, entries.at(-1)?.entry_type],
      ["session_created", "session_saved", "session_loaded"],
    );
    const set = entries.find(({ entry_type }) => entry_type === "state_set");
    assert.equal([set?.agent_id, set?.content], ["ann", { key: "a", old_value: null, new_value: "ann", state_version: 1 }]);
    const agents = entries.flatMap(({ entry_type, agent_id }) => (entry_type === "agent_completed" ? [agent_id] : []));
    assert.equal(agents.toSorted(), ["all", "ann", "bob", "cat", "main"]);
    assert.is(take(session.set("a", "later", { expectVersion: session.entry("a").version })), session.version());
    take(session.close());
    assert.is(take(readSession(session.id, { stateDir })).get("a"), "later");
    checked = assertSameTrajectory(stateDir, session.id).finally(() => rmSync(stateDir, { recursive: true }));
  };
  await runPlan(plan, parts, { onEnded });
  assert.ok(checked);
  await checked;
});

test.run();
