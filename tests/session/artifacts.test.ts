/** The artifacts of a session: bytes under a name, each version of them. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { take } from "../../runtime/session/errors.ts";
import { codeOf, errorOf, reload, typesOf, withSession } from "../support/sessions.ts";

const test = suite("session artifacts");
const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const text = (content: Uint8Array) => Buffer.from(content).toString();

test(
  "what was written is read back, and listed by name",
  withSession((session) => {
    assert.is(take(session.writeArtifact("z.bin", new Uint8Array([0, 255, 128]))), 1);
    take(session.writeArtifact("a.txt", bytes("hello"), { by: "writer" }));
    take(session.writeArtifact("empty", new Uint8Array()));
    assert.equal([...take(session.readArtifact("z.bin"))], [0, 255, 128]);
    assert.is(take(session.readArtifact("empty")).length, 0);
    assert.equal(session.artifacts(), [
      { name: "a.txt", size: 5, version: 1 },
      { name: "empty", size: 0, version: 1 },
      { name: "z.bin", size: 3, version: 1 },
    ]);
  }),
);

test(
  "a replaced version stays readable, and the trajectory tells both sizes",
  withSession((session) => {
    take(session.writeArtifact("doc", bytes("first"), { by: "writer" }));
    assert.is(take(session.writeArtifact("doc", bytes("second"))), 2);
    assert.is(text(take(session.readArtifact("doc"))), "second");
    assert.is(text(take(session.readArtifact("doc", 1))), "first");
    assert.equal(
      session.trajectory(2).map(({ agent_id, content }) => [agent_id, content]),
      [
        ["writer", { name: "doc", version: 1, size: 5, is_update: false, old_size: null }],
        ["user", { name: "doc", version: 2, size: 6, is_update: true, old_size: 5 }],
      ],
    );
  }),
);

test(
  "a deleted one is not listed, its versions stay, and a new one counts on",
  withSession((session) => {
    take(session.writeArtifact("doc", bytes("first")));
    assert.is(take(session.deleteArtifact("doc", { by: "cleaner" })), 2);
    assert.equal(session.artifacts(), []);
    assert.is(codeOf(session.readArtifact("doc")), "artifact_not_found");
    assert.is(text(take(session.readArtifact("doc", 1))), "first");
    assert.is(take(session.writeArtifact("doc", bytes("new"))), 3);
    assert.equal(typesOf(session), ["session_created", "artifact_written", "artifact_deleted", "artifact_written"]);
    assert.is(session.trajectory()[2]?.agent_id, "cleaner");
  }),
);

test(
  "what is not there is not found",
  withSession((session) => {
    assert.equal(errorOf(session.readArtifact("x")), {
      code: "artifact_not_found",
      message: "artifact not found: x",
      details: { name: "x" },
    });
    take(session.writeArtifact("x", bytes("1")));
    assert.is(errorOf(session.readArtifact("x", 2)).message, "artifact not found: x, version 2");
    assert.is(codeOf(session.deleteArtifact("y")), "artifact_not_found");
  }),
);

test(
  "names are texts that are not blank, without control characters",
  withSession((session) => {
    for (const name of ["", " \t", "a\nb", "a\u0000", 3, null])
      assert.is(codeOf(session.writeArtifact(name as string, bytes("x"))), "artifact_invalid_name");
    assert.is(take(session.writeArtifact("../etc/passwd", bytes("a name is no path"))), 1);
    assert.equal(readdirSync(join(session.dir, "artifacts")).length, 1);
  }),
);

test(
  "the content must be bytes",
  withSession((session) => {
    for (const content of ["text", [1, 2], null, { length: 1 }])
      assert.is(codeOf(session.writeArtifact("a", content as unknown as Uint8Array)), "validation_error");
    assert.equal(session.artifacts(), []);
  }),
);

test(
  "who writes or deletes has a name that is not blank",
  withSession((session) => {
    take(session.writeArtifact("a", bytes("x")));
    for (const by of ["", " ", 3] as string[]) {
      assert.is(codeOf(session.writeArtifact("a", bytes("y"), { by })), "validation_error");
      assert.is(codeOf(session.deleteArtifact("a", { by })), "validation_error");
    }
    assert.equal(session.artifacts(), [{ name: "a", size: 1, version: 1 }]);
  }),
);

test(
  "one byte more than allowed is too large",
  withSession(
    (session) => {
      assert.is(take(session.writeArtifact("a", new Uint8Array(1000))), 1);
      assert.equal(errorOf(session.writeArtifact("a", new Uint8Array(1001))), {
        code: "artifact_too_large",
        message: "the artifact has 1001 bytes, more than the 1000 that are allowed",
        details: { size: 1001, max: 1000 },
      });
      assert.is(session.artifacts()[0]?.version, 1);
    },
    { maxArtifactBytes: 1000 },
  ),
);

test(
  "without a limit of its own a session allows 100 MiB",
  withSession((session) => assert.is(session.maxArtifactBytes, 104_857_600)),
);

test(
  "the same bytes under many names are kept once",
  withSession((session) => {
    for (const name of ["a", "b", "c"]) take(session.writeArtifact(name, bytes("same")));
    assert.is(readdirSync(join(session.dir, "artifacts")).length, 1);
  }),
);

test(
  "a caller's bytes may change afterwards",
  withSession((session) => {
    const mine = bytes("abc");
    take(session.writeArtifact("a", mine));
    mine.fill(0);
    take(session.readArtifact("a")).fill(1);
    assert.is(text(take(session.readArtifact("a"))), "abc");
  }),
);

test(
  "bytes that are gone or damaged are never given out",
  withSession((session) => {
    take(session.writeArtifact("a", bytes("one")));
    const [file = ""] = readdirSync(join(session.dir, "artifacts"));
    writeFileSync(join(session.dir, "artifacts", file), "other");
    assert.is(codeOf(session.readArtifact("a")), "session_corrupted");
    rmSync(join(session.dir, "artifacts", file));
    assert.is(codeOf(session.readArtifact("a")), "session_corrupted");
  }),
);

test(
  "any bytes come back as they were, after loading too",
  withSession((session, stateDir) => {
    const contents = fc.sample(fc.uint8Array(), { numRuns: 20, seed: 1 });
    for (const [index, content] of contents.entries()) take(session.writeArtifact(`name ${index % 5}`, content));
    const loaded = reload(session, stateDir);
    for (const [index, content] of contents.entries())
      assert.equal([...take(loaded.readArtifact(`name ${index % 5}`, Math.floor(index / 5) + 1))], [...content]);
    loaded.close();
  }),
);

test.run();
