/** Snapshots: what an agent is shown of a session, deep and read-only. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { take } from "../../runtime/session/errors.ts";
import { withSession } from "../support/sessions.ts";

const test = suite("session snapshots");

test(
  "a snapshot holds state, version, artifacts and the last ten entries",
  withSession((session) => {
    for (let count = 1; count <= 15; count += 1) take(session.set("count", count));
    take(session.writeArtifact("doc", Buffer.from("text")));
    const snapshot = session.snapshot("writer");
    assert.equal(
      { ...snapshot, trajectory: snapshot.trajectory.map(({ seq_num }) => seq_num), snapshot_time: "" },
      {
        session_id: session.id,
        agent: "writer",
        state: { count: 15 },
        state_version: 15,
        trajectory: [8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
        artifacts: [{ name: "doc", size: 4, version: 1 }],
        snapshot_time: "",
        trajectory_total_length: 17,
      },
    );
    assert.match(snapshot.snapshot_time, /^2026-01-01T00:00:00\.\d{6}Z$/);
  }),
);

test(
  "the depth says how many entries, from none to all",
  withSession((session) => {
    for (let count = 1; count <= 4; count += 1) take(session.set("count", count));
    const lengths = [0, -2, 0.5, Number.NaN, 1, 3, 100].map((depth) => session.snapshot("a", depth).trajectory.length);
    assert.equal(lengths, [0, 0, 0, 0, 1, 3, 5]);
  }),
);

test(
  "a snapshot stays as it is while the session goes on",
  withSession((session) => {
    take(session.set("a", { list: [1] }));
    const snapshot = session.snapshot("writer");
    take(session.set("a", { list: [2] }));
    take(session.writeArtifact("doc", Buffer.from("x")));
    assert.equal(
      [snapshot.state, snapshot.state_version, snapshot.artifacts, snapshot.trajectory.length],
      [{ a: { list: [1] } }, 1, [], 2],
    );
  }),
);

test(
  "nothing in it can be changed, however deep, entries least of all",
  withSession((session) => {
    take(session.set("a", { list: [{ deep: true }] }));
    take(session.writeArtifact("doc", Buffer.from("x")));
    assert.equal(thawed(session.snapshot("writer"), "snapshot"), []);
  }),
);

test(
  "taking one leaves no trace",
  withSession((session) => {
    session.snapshot("writer");
    assert.is(session.trajectory().length, 1);
  }),
);

test.run();

/** The places of a value that could be written to. */
function thawed(value: unknown, at: string): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).flatMap(([name, field]) => thawed(field, `${at}.${name}`));
  return Object.isFrozen(value) ? inner : [at, ...inner];
}
