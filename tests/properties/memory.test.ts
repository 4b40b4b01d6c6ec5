/** Laws of shared memory. M1 to M4 are the invariants of `runtime/session/memory.ts`. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../compiler/ir/json.ts";
import { type Artifact, artifactOf, artifactsOf, writeArtifact } from "../../runtime/session/artifacts.ts";
import {
  createMemory,
  entryOf,
  fork,
  keysOf,
  type Memory,
  merge,
  read,
  type StateWrite,
  type Write,
  write,
} from "../../runtime/session/memory.ts";

const test = suite("laws of memory");
const keys = ["a", "b", "c"];
const key = fc.constantFrom(...keys);
const writes = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("set" as const), key, value: fc.oneof(fc.integer(), fc.constant([]), fc.constant(null)) }),
    fc.record({ kind: fc.constant("append" as const), key, item: fc.integer() }),
    fc.record({ kind: fc.constant("delete" as const), key }),
    fc.record({ kind: fc.constant("store" as const), key, digest: fc.constantFrom("one", "two"), size: fc.nat() }),
    fc.record({ kind: fc.constant("discard" as const), key }),
  ),
  { maxLength: 8 },
);
const branches = fc.array(writes, { maxLength: 4 });

test("M3: merging branches is writing what they wrote, branch after branch, into the base", () => {
  fc.assert(
    fc.property(writes, branches, (first, told) => {
      const [base, plain] = [filled(first), filled(first)];
      merge(base, forked(base, told));
      filled(told.flat(), plain);
      assert.equal(stateOf(base), stateOf(plain));
      assert.is(base.version, plain.version);
    }),
  );
});

test("M2: branches that write in any interleaving leave the same state", () => {
  fc.assert(
    fc.property(writes, branches, fc.infiniteStream(fc.nat()), (first, told, choices) => {
      const [base, other] = [filled(first), filled(first)];
      merge(base, forked(base, told));
      const views = told.map((_, index) => fork(other, `branch-${index}`));
      const left = told.map((changes) => [...changes]);
      while (left.some(({ length }) => length > 0)) {
        const open = left.flatMap(({ length }, index) => (length > 0 ? [index] : []));
        const index = open[Number(choices.next().value) % open.length] ?? 0;
        const [view, change] = [views[index], left[index]?.shift()];
        if (view && change) filled([change], view);
      }
      merge(other, views);
      assert.equal(stateOf(other), stateOf(base));
      assert.equal(other.writes, base.writes);
    }),
  );
});

test("M1, M2: a branch sees the base as it was and its own writes, whatever its siblings do", () => {
  fc.assert(
    fc.property(writes, writes, writes, (first, mine, theirs) => {
      const base = filled(first);
      const [view, sibling] = [fork(base, "mine"), fork(base, "theirs")];
      filled(theirs, sibling);
      filled(mine, view);
      assert.equal(stateOf(view), stateOf(filled([...first, ...mine])));
      assert.equal(stateOf(base), stateOf(filled(first)));
    }),
  );
});

test("M1: a branch that follows others sees their writes, and adds its own only", () => {
  fc.assert(
    fc.property(writes, writes, writes, (first, before, after) => {
      const base = filled(first);
      const one = filled(before, fork(base, "one"));
      const two = filled(after, fork(base, "two", [one]));
      assert.equal(stateOf(two), stateOf(filled([...first, ...before, ...after])));
      merge(base, [one, two]);
      assert.equal(stateOf(base), stateOf(filled([...first, ...before, ...after])));
    }),
  );
});

test("M3: a conflict is a key that more than one branch set or deleted; appends never conflict", () => {
  fc.assert(
    fc.property(branches, (told) => {
      const { conflicts, artifactConflicts } = merge(createMemory(), forked(createMemory(), told));
      const expected = (...kinds: readonly Write["kind"][]) =>
        keys.flatMap((name) => {
          const wrote = (change: Write) => change.key === name && kinds.includes(change.kind);
          const overlays = told.flatMap((changes, index) => (changes.some(wrote) ? [`branch-${index}`] : []));
          return overlays.length > 1 ? [{ key: name, overlays }] : [];
        });
      assert.equal([...conflicts].sort(byKey), expected("set", "delete"));
      assert.equal([...artifactConflicts].sort(byKey), expected("store", "discard"));
    }),
  );
});

test("appends of parallel branches add up: none is lost", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer())), (told) => {
      const base = createMemory();
      merge(
        base,
        forked(
          base,
          told.map((items) => items.map((item): Write => ({ kind: "append", key: "list", item }))),
        ),
      );
      assert.equal(read(base, "list") ?? [], told.flat());
    }),
  );
});

test("M4: in a view each write has the next version, above those that it found", () => {
  fc.assert(
    fc.property(writes, writes, writes, (first, before, after) => {
      const base = filled(first);
      const one = filled(before, fork(base, "one"));
      const two = fork(base, "two", [one]);
      const found = keys.map((name) => entryOf(two, name).version);
      const versions = stateWrites(after).map((change) => write(two, change).version);
      assert.equal(
        versions,
        versions.map((_, index) => base.version + stateWrites(before).length + index + 1),
      );
      assert.ok(versions.every((version) => found.every((known) => version > known)));
    }),
  );
});

test("an entry's version is that of its last write; 0 stands for no value", () => {
  fc.assert(
    fc.property(writes, (changes) => {
      const memory = createMemory();
      const last = new Map<string, number>();
      for (const change of stateWrites(changes)) last.set(change.key, write(memory, change).version);
      for (const name of keys) assert.is(entryOf(memory, name).version, read(memory, name) === undefined ? 0 : last.get(name));
    }),
  );
});

test("every version of an artifact stays readable, and versions count up by one per name", () => {
  fc.assert(
    fc.property(writes, writes, (first, then) => {
      const view = filled(then, fork(filled(first), "view"));
      for (const name of keys) {
        const wrote = [...first, ...then].filter(({ kind, key }) => key === name && (kind === "store" || kind === "discard"));
        for (const [index, change] of wrote.entries()) {
          const expected = change.kind === "store" ? change.digest : undefined;
          assert.is(artifactOf(view, name, index + 1)?.digest, expected);
        }
        assert.is(artifactOf(view, name, wrote.length + 1), null);
        assert.is(artifactOf(view, name)?.version, wrote.at(-1)?.kind === "store" ? wrote.length : undefined);
      }
    }),
  );
});

test("a write tells the version, the old and the new value; versions count up by one", () => {
  fc.assert(
    fc.property(writes, (changes) => {
      const memory = createMemory();
      for (const [index, change] of stateWrites(changes).entries()) {
        const old = read(memory, change.key);
        const written = write(memory, change);
        assert.equal(written, { key: change.key, version: index + 1, value: read(memory, change.key), old });
      }
    }),
  );
});

test("a deleted key has no value and is not listed, in a branch too", () => {
  const base = filled([{ kind: "set", key: "a", value: 1 }]);
  const view = filled([{ kind: "delete", key: "a" }], fork(base, "view"));
  assert.equal([read(view, "a"), keysOf(view), read(base, "a")], [undefined, [], 1]);
  assert.equal(keysOf(base), ["a"]);
});

function filled(changes: readonly Write[], memory: Memory = createMemory()): Memory {
  for (const change of changes) {
    if (change.kind === "store" || change.kind === "discard") writeArtifact(memory, change);
    else write(memory, change);
  }
  return memory;
}

function stateWrites(changes: readonly Write[]): readonly StateWrite[] {
  return changes.filter((change): change is StateWrite => change.kind !== "store" && change.kind !== "discard");
}

function forked(base: Memory, told: readonly (readonly Write[])[]): readonly Memory[] {
  return told.map((changes, index) => filled(changes, fork(base, `branch-${index}`)));
}

function stateOf(memory: Memory): readonly unknown[] {
  const state = keysOf(memory).map((name): readonly [string, Json | undefined] => [name, read(memory, name)]);
  return [...state, ...artifactsOf(memory).map(versionsOf)];
}

function versionsOf(artifact: Artifact): readonly unknown[] {
  const { name, version, digest, before } = artifact;
  return [name, version, digest, ...(before ? versionsOf(before) : [])];
}

function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

test.run();
