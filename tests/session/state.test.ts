/** The state of a session: JSON by key, with versions to compare with. */
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { equal, type Json } from "../../compiler/ir/json.ts";
import { take } from "../../runtime/session/errors.ts";
import { codeOf, errorOf, reload, withSession } from "../support/sessions.ts";

const test = suite("session state");

test(
  "a key that was never set has no value, or what the caller falls back on",
  withSession((session) => {
    assert.is(session.get("name"), undefined);
    assert.is(session.get("name", "none"), "none");
    assert.equal(session.entry("name"), { value: undefined, version: 0 });
    assert.equal(session.state(), {});
    assert.is(session.version(), 0);
  }),
);

test(
  "each write gives the state the next version",
  withSession((session) => {
    assert.is(take(session.set("a", 1)), 1);
    assert.is(take(session.set("b", 2)), 2);
    assert.is(take(session.set("a", 1)), 3);
    assert.equal(session.entry("a"), { value: 1, version: 3 });
    assert.equal(session.entry("b"), { value: 2, version: 2 });
    assert.is(session.version(), 3);
  }),
);

test(
  "null is a value, and the empty text too",
  withSession((session) => {
    take(session.set("a", null));
    take(session.set("b", ""));
    assert.is(session.get("a", "fallback"), null);
    assert.is(session.get("b", "fallback"), "");
    assert.equal(session.state(), { a: null, b: "" });
  }),
);

test(
  "a write tells key, old and new value, version and author",
  withSession((session) => {
    take(session.set("a", { n: 1 }));
    take(session.set("a", { n: 2 }, { by: "writer" }));
    const [first, second] = session.trajectory(2);
    assert.equal(first?.content, { key: "a", old_value: null, new_value: { n: 1 }, state_version: 1 });
    assert.equal(second?.content, { key: "a", old_value: { n: 1 }, new_value: { n: 2 }, state_version: 2 });
    assert.equal([first?.agent_id, second?.agent_id], ["user", "writer"]);
  }),
);

test(
  "a key must be a text that is not blank, and so must an author",
  withSession((session) => {
    for (const key of ["", "  ", 3, null, undefined])
      assert.equal(errorOf(session.set(key as string, 1)), {
        code: "validation_error",
        message: "a key must be a text that is not empty",
        details: null,
      });
    assert.is(codeOf(session.set("a", 1, { by: " " })), "validation_error");
    assert.is(codeOf(session.delete("")), "validation_error");
    assert.is(session.version(), 0);
  }),
);

test(
  "what JSON cannot hold is refused, and the place told: numbers that are none, dates, functions, cycles, holes",
  withSession((session) => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    const bad: readonly (readonly [value: unknown, at: string])[] = [
      [Number.NaN, ""],
      [{ a: [1, Number.POSITIVE_INFINITY] }, "/a/1"],
      [undefined, ""],
      [{ a: undefined }, "/a"],
      [new Date(), ""],
      [() => 1, ""],
      [10n, ""],
      [new Map(), ""],
      [cycle, "/self"],
    ];
    for (const [value, at] of bad) {
      const error = errorOf(session.set("a", value));
      assert.equal([error.code, error.details], ["validation_error", { at }]);
    }
    assert.equal(session.state(), {});
    assert.is(session.trajectory().length, 1);
  }),
);

test(
  "neither what went in nor what came out is tied to the session",
  withSession((session) => {
    const list = [1, 2];
    take(session.set("a", { list }));
    list.push(3);
    assert.equal(session.get("a"), { list: [1, 2] });
    const out = session.get("a") as { list: number[] };
    assert.throws(() => out.list.push(4), TypeError);
    const all = session.state() as Record<string, Json>;
    assert.throws(() => {
      all["b"] = 1;
    }, TypeError);
    assert.equal(session.get("a"), { list: [1, 2] });
  }),
);

test(
  "compare-and-set: only the version that is there passes, 0 where there is none",
  withSession((session) => {
    assert.is(take(session.set("a", 1, { expectVersion: 0 })), 1);
    assert.equal(errorOf(session.set("a", 2, { expectVersion: 0 })), {
      code: "state_conflict",
      message: "'a' is in version 1, not 0",
      details: { key: "a", version: 1 },
    });
    assert.is(take(session.set("a", 2, { expectVersion: 1 })), 2);
    assert.is(codeOf(session.delete("a", { expectVersion: 1 })), "state_conflict");
    assert.is(take(session.delete("a", { expectVersion: 2 })), true);
    assert.is(take(session.set("a", 3, { expectVersion: 0 })), 4);
  }),
);

test(
  "a deleted key is gone; to delete nothing changes nothing",
  withSession((session) => {
    take(session.set("a", 1));
    assert.is(take(session.delete("a", { by: "cleaner" })), true);
    assert.is(take(session.delete("a")), false);
    assert.equal([session.get("a"), session.state(), session.version()], [undefined, {}, 2]);
    const [last] = session.trajectory(1);
    assert.equal(
      [last?.entry_type, last?.agent_id, last?.content],
      ["state_deleted", "cleaner", { key: "a", old_value: 1, state_version: 2 }],
    );
  }),
);

test("any JSON comes back as it was, after loading too", () =>
  fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), (values) =>
      withSession((session, stateDir) => {
        const set = Object.entries(values).filter(([key, value]) => session.set(key, value).kind === "ok");
        const loaded = reload(session, stateDir);
        for (const [key, value] of set) assert.ok(equal(loaded.get(key) ?? null, value as Json), key);
        assert.is(Object.keys(loaded.state()).length, set.length);
        loaded.close();
      })(),
    ),
    { numRuns: 25 },
  ));

test.run();
