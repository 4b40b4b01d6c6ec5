import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { digestBytes } from "../../compiler/ir/digest.ts";
import { headDigest } from "../../runtime/3-task/message-chain.ts";
import { type Message, textParts } from "../../runtime/3-task/task.ts";
import { readRun } from "../../runtime/4-trace/read.ts";
import { spanId } from "../../runtime/4-trace/recorder.ts";
import { idOf, newFolder, recordRun, removeFolders } from "./made-run.ts";

const test = suite("recorder");
test.after(removeFolders);
const id = idOf("b");
const user = (text: string): Message => ({ role: "user", parts: textParts(text) });
const system = (text: string): Message => ({ role: "system", parts: textParts(text) });

/** The rows that `use` records. */
function recorded(use: (recorder: ReturnType<typeof recordRun>) => void, texts: "full" | "hash" = "full") {
  const state = newFolder();
  const recorder = recordRun(state, id, { texts });
  use(recorder);
  recorder.close();
  return [...readRun(join(state, "runs", id))];
}

test("paths become span ids, and an attempt does not change a node", () => {
  const [first, second] = recorded((recorder) => {
    recorder.event({ kind: "span_started", path: "a@1/b@1", parent: "a@1", prev: "a@1" });
    recorder.event({ kind: "span_started", path: "a@1/b@2", time_us: 5 });
  });
  assert.is(first?.span_id, spanId(id, "a@1/b@1"));
  assert.is(first?.parent_span_id, spanId(id, "a@1"));
  assert.is(first?.prev_span_id, first?.parent_span_id);
  assert.is(first?.node_id, second?.node_id);
  assert.is.not(first?.span_id, second?.span_id);
  assert.is(second?.parent_span_id, null);
  assert.is(second?.time_us, 5);
  assert.ok(Number(first?.time_us) > 1_600_000_000_000_000);
});

test("a text is stored once, by its digest", () => {
  const rows = recorded((recorder) => {
    assert.is(recorder.text("hello"), digestBytes("hello"));
    assert.is(recorder.text("hello"), digestBytes("hello"));
    recorder.text("");
  });
  assert.equal(
    rows.map(({ kind, hash, text }) => [kind, hash, text]),
    [
      ["text", digestBytes("hello"), "hello"],
      ["text", digestBytes(""), ""],
    ],
  );
});

test("a request's messages are, as rows, the chain that its key is made of", () => {
  const messages = [system("rules"), user("one"), user("two")];
  const heads: (string | null)[] = [];
  const rows = recorded((recorder) => heads.push(recorder.messages(messages.slice(0, 2)), recorder.messages(messages)));
  assert.equal(heads, [headDigest(messages.slice(0, 2)), headDigest(messages)]);
  assert.equal(
    rows.filter(({ kind }) => kind === "message").map(({ hash }) => hash),
    [1, 2, 3].map((length) => headDigest(messages.slice(0, length))),
  );
});

test("with texts as hashes no text, message or argument is in the log", () => {
  const rows = recorded((recorder) => {
    recorder.text("secret");
    recorder.messages([system("secret rules"), { role: "assistant", parts: [], calls: [{ id: "t1.1", name: "f", args: "secret" }] }]);
  }, "hash");
  assert.is(rows.length, 6);
  assert.not.match(JSON.stringify(rows), "secret");
});

test("a loop's messages are written once: each turn adds only its own", () => {
  const list: Message[] = [system("rules"), user("Begin.")];
  const heads: unknown[] = [];
  const rows = recorded((recorder) => {
    for (let turn = 1; turn <= 50; turn += 1) {
      heads.push(recorder.messages(list));
      list.push({ role: "assistant", parts: textParts(`answer ${turn}`), calls: [] });
    }
  }).filter((row) => row.kind === "message");
  assert.is(rows.length, 51);
  assert.equal(
    rows.slice(1).map((row) => row.hash),
    heads,
  );
  assert.equal(
    rows.map((row) => row.parent_hash),
    [null, ...rows.slice(0, -1).map((row) => row.hash)],
  );
  assert.equal([...new Set(rows.map((row) => row.system_hash))], [digestBytes("rules")]);
});

test("a message that stands in two requests links to what comes before it in each", () => {
  const begin = user("Begin.");
  const heads: (string | null)[] = [];
  const rows = recorded((recorder) => {
    heads[0] = recorder.messages([system("one"), begin]);
    heads[1] = recorder.messages([system("two"), begin]);
    heads[2] = recorder.messages([system("one"), user("Begin.")]);
  }).filter((row) => row.kind === "message");
  assert.is.not(heads[0], heads[1]);
  assert.is(heads[0], heads[2]);
  assert.is(rows.length, 4);
});

test("role, content and calls all tell messages apart", () => {
  const heads = new Set<unknown>();
  recorded((recorder) => {
    heads.add(recorder.messages([system("x")]));
    heads.add(recorder.messages([user("x")]));
    heads.add(recorder.messages([{ role: "assistant", parts: textParts("x"), calls: [] }]));
    heads.add(recorder.messages([{ role: "assistant", parts: textParts("x"), calls: [{ id: "t1.1", name: "f", args: "{}" }] }]));
    heads.add(recorder.messages([{ role: "tool", call: "t1.1", parts: textParts("x") }]));
    heads.add(recorder.messages([{ role: "tool", call: "t1.2", parts: textParts("x") }]));
    heads.add(recorder.messages([]));
  });
  assert.is(heads.size, 7);
});

test.run();
