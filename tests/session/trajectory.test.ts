/** The trajectory of a session: everything that happened, numbered, in order, for good. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createDispatcher } from "../../runtime/session/dispatch.ts";
import { decodeEntry, type Entry, entryTypes } from "../../runtime/session/entry.ts";
import { take } from "../../runtime/session/errors.ts";
import { defineWorker } from "../../stdlib/worker.ts";
import { workers } from "../../stdlib/workers/index.ts";
import { assertSameTrajectory, errorOf, reload, typesOf, withSession } from "../support/sessions.ts";

const test = suite("session trajectory");

test(
  "a new session says what it is",
  withSession(
    (session) => {
      const [first, ...others] = session.trajectory();
      assert.equal(others, []);
      assert.equal(first, {
        seq_num: 1,
        timestamp: "2026-01-01T00:00:00.000001Z",
        agent_id: "system",
        entry_type: "session_created",
        content: { session_id: session.id, max_artifact_size: 2048, schema_version: 1, workspace_path: "/somewhere" },
      });
    },
    { maxArtifactBytes: 2048, workspace: "/somewhere" },
  ),
);

test(
  "entries are numbered from 1 without a gap, and their times never run back",
  withSession((session) => {
    for (let count = 1; count <= 20; count += 1) take(session.set(`key ${count % 3}`, count));
    take(session.note("half way", { at: 20 }));
    take(session.userInput("go on"));
    const entries = session.trajectory();
    assert.equal(
      entries.map(({ seq_num }) => seq_num),
      entries.map((_, index) => index + 1),
    );
    const times = entries.map(({ timestamp }) => timestamp);
    assert.equal(times, [...times].sort());
    assert.equal(
      entries.slice(-2).map(({ entry_type, agent_id, content }) => [entry_type, agent_id, content]),
      [
        ["system_note", "system", { note: "half way", at: 20 }],
        ["user_input", "user", { text: "go on" }],
      ],
    );
  }),
);

test(
  "what is said is a text, and what belongs to it JSON",
  withSession((session) => {
    for (const words of ["", " ", 3, null] as string[]) {
      assert.is(errorOf(session.userInput(words)).code, "validation_error");
      assert.is(errorOf(session.note(words)).code, "validation_error");
    }
    assert.equal(errorOf(session.note("x", { a: Number.NaN })).details, { at: "/a" });
    take(session.note("the note", { note: "another" }));
    assert.equal(
      session.trajectory().map(({ content }) => content["note"]),
      [undefined, "the note"],
    );
  }),
);

test(
  "a limit gives the last ones, oldest first; none or less gives nothing",
  withSession((session) => {
    for (const value of [1, 2, 3]) take(session.set("a", value));
    const numbers = (limit?: number) => session.trajectory(limit).map(({ seq_num }) => seq_num);
    assert.equal(numbers(), [1, 2, 3, 4]);
    assert.equal(numbers(2), [3, 4]);
    assert.equal(numbers(99), [1, 2, 3, 4]);
    assert.equal(numbers(0), []);
    assert.equal(numbers(-1), []);
  }),
);

test(
  "an entry cannot be changed, and neither can what it holds",
  withSession((session) => {
    take(session.set("a", { list: [1] }));
    const entries = session.trajectory() as Entry[];
    assert.throws(() => entries.pop(), TypeError);
    const [last] = session.trajectory(1);
    const content = last?.content as { new_value: { list: number[] } };
    assert.throws(() => content.new_value.list.push(2), TypeError);
    assert.throws(() => Object.assign(last ?? {}, { agent_id: "me" }), TypeError);
  }),
);

test(
  "what is loaded is what was there, and one entry more",
  withSession((session, stateDir) => {
    take(session.set("a", { deep: [null, "ü", 1.5] }, { by: "writer" }));
    take(session.delete("a"));
    take(session.writeArtifact("doc", Buffer.from("text")));
    take(session.note("done"));
    const before = session.trajectory();
    const loaded = reload(session, stateDir);
    const after = loaded.trajectory();
    assert.equal(after.slice(0, before.length), before);
    assert.equal(typesOf(loaded).slice(before.length), ["session_saved", "session_loaded"]);
    loaded.close();
  }),
);

test(
  "the database tells the same, entry by entry, of every type that a session has",
  withSession(async (session, stateDir) => {
    take(session.userInput("go"));
    take(session.set("a", { deep: [null, "ü", 1.5] }, { by: "writer" }));
    take(session.set("a", "other"));
    take(session.delete("a"));
    for (const text of ["one", "other"]) take(session.writeArtifact("doc", Buffer.from(text)));
    take(session.deleteArtifact("doc", { by: "cleaner" }));
    take(session.note("half way", { at: null }));
    const dispatcher = take(createDispatcher(session, [{ id: "texts", workers: Object.values(workers) }]));
    await dispatcher.dispatchSequence([{ capability: "reverse" }, { capability: "fly" }], "abc");
    const failing = defineWorker({ capability: "fail", run: () => 3 });
    take(dispatcher.register({ id: "failing", workers: [failing] }));
    assert.is((await dispatcher.dispatch({ capability: "fail", params: "" })).kind, "failed");
    const loaded = reload(session, stateDir);
    take(loaded.close());
    assert.equal([...new Set(typesOf(loaded))].sort(), entryTypes.filter((type) => type !== "plan_created").sort());
    await assertSameTrajectory(stateDir, session.id);
  }),
);

test(
  "an entry survives JSON",
  withSession((session) => {
    take(session.set("a", [1, { b: null }]));
    for (const entry of session.trajectory()) assert.equal(take(decodeEntry(JSON.parse(JSON.stringify(entry)))), entry);
  }),
);

test("what is no entry is refused with the reason", () => {
  const entry = { seq_num: 1, timestamp: "2026-01-01T00:00:00Z", agent_id: "a", entry_type: "system_note", content: {} };
  const bad: readonly (readonly [change: object, message: string])[] = [
    [{ seq_num: 0 }, "seq_num must be a whole number from 1, not 0"],
    [{ seq_num: "1" }, "seq_num must be a whole number from 1, not 1"],
    [{ timestamp: "2026-01-01T00:00:00" }, "timestamp must be ISO 8601 with a time zone"],
    [{ timestamp: "2026-13-01T00:00:00Z" }, "timestamp must be ISO 8601 with a time zone"],
    [{ agent_id: " " }, "agent_id must be a text that is not empty"],
    [{ entry_type: "other" }, `entry_type must be one of: ${entryTypes.join(", ")}`],
    [{ content: [] }, "content must be an object"],
    [{ content: { a: Number.NaN } }, "content must be JSON, and holds NaN at /a"],
  ];
  assert.is(take(decodeEntry(entry)).seq_num, 1);
  assert.is(errorOf(decodeEntry(null)).message, "an entry must be an object");
  for (const [change, message] of bad) assert.equal(errorOf(decodeEntry({ ...entry, ...change })).message, message);
});

test.run();
