import { appendFileSync, copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cellsOf } from "../../runtime/4-trace/cells.ts";
import { type ColumnName, columnNames, columns } from "../../runtime/4-trace/columns.ts";
import { openLog } from "../../runtime/4-trace/log.ts";
import { thisProcess } from "../../runtime/4-trace/process-identity.ts";
import { readBatches, readRun, refusal } from "../../runtime/4-trace/read.ts";
import { logFormat } from "../../runtime/4-trace/schema.ts";
import { arrowFile, ownerOf, walFile } from "../../runtime/4-trace/segments.ts";
import { checked } from "../../runtime/4-trace/wal.ts";
import { eventOf, idOf, mustOpen, newFolder, removeFolders, rewriteLines } from "./made-run.ts";

const test = suite("log");
test.after(removeFolders);

/** Appends events `from` to `to`; gives the cells that must come back. */
function append(dir: string, from: number, to: number, end: "close" | "flush" | "crash"): readonly (readonly unknown[])[] {
  const log = mustOpen(dir);
  const expected = [];
  for (let index = from; index <= to; index += 1) {
    const seq = log.append(eventOf(index));
    expected.push(cellsOf(eventOf(index), { seq, segment: log.segment, trace_id: idOf("a") }));
  }
  if (end === "close") log.close();
  if (end === "flush") log.flush();
  if (end === "crash") disown(dir, log.segment);
  return expected;
}

/** Makes a segment look as if its process had been killed. */
function disown(dir: string, segment: number): void {
  rewriteLines(walFile(dir, segment), (line) => line.replace(`"start":"${thisProcess().start}"`, '"start":"long ago"'));
}

const read = (dir: string) => [...readRun(dir)].map((row) => columnNames.map((name) => row[name]));

for (const end of ["close", "flush", "crash"] as const) {
  test(`what was appended comes back after ${end}`, () => {
    const dir = newFolder();
    const expected = append(dir, 1, 2500, end);
    assert.equal(read(dir), expected);
  });
}

test("an empty log reads as no rows", () => {
  const dir = newFolder();
  mustOpen(dir).close();
  assert.equal(read(dir), []);
});

test("W2: rows of one piece of work are acknowledged together, also where it breaks off", () => {
  const dir = newFolder();
  const log = mustOpen(dir);
  const lines = () => readFileSync(walFile(dir, log.segment), "utf8").match(/^\[/gm)?.length ?? 0;
  log.together(() => {
    assert.equal([log.append(eventOf(1)), log.append(eventOf(2))], [1, 2]);
    assert.is(lines(), 0);
  });
  assert.is(lines(), 2);
  const broken = () => {
    log.append(eventOf(3));
    throw new Error("enough");
  };
  assert.throws(() => log.together(broken), /enough/);
  assert.is(lines(), 3);
  assert.is(log.append(eventOf(4)), 4);
  log.together(() => {});
  log.close();
  assert.equal(
    read(dir).map(([seq]) => seq),
    [1, 2, 3, 4],
  );
});

test("W4: numbers run on across segments", () => {
  const dir = newFolder();
  const expected = [
    ...append(dir, 1, 30, "crash"),
    ...append(dir, 31, 1100, "close"),
    ...append(dir, 1101, 1105, "crash"),
    ...append(dir, 1106, 1110, "close"),
  ];
  assert.equal(read(dir), expected);
  const rows = [...readRun(dir)];
  assert.equal(
    rows.map((row) => row.seq),
    Array.from({ length: 1110 }, (_, index) => index + 1),
  );
  assert.equal([...new Set(rows.map((row) => row.segment))], [1, 2, 3, 4]);
});

test("W3: rows that were sealed but not yet cut from the lines count once", () => {
  const dir = newFolder();
  const log = mustOpen(dir);
  for (let index = 1; index <= 100; index += 1) log.append(eventOf(index));
  copyFileSync(walFile(dir, 1), join(dir, "lines"));
  log.flush();
  log.close();
  copyFileSync(join(dir, "lines"), walFile(dir, 1));
  assert.equal(
    [...readRun(dir)].map((row) => row.seq),
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

test("a torn line loses itself alone, wherever it is torn", () => {
  const dir = newFolder();
  const expected = append(dir, 1, 5, "crash");
  const bytes = readFileSync(walFile(dir, 1));
  const start = bytes.lastIndexOf("\n[") + 1;
  for (let size = start; size < bytes.length; size += 1) {
    writeFileSync(walFile(dir, 1), bytes.subarray(0, size));
    assert.equal(read(dir), expected.slice(0, 4), `cut at ${size}`);
  }
});

test("a flipped bit in the lines ends them before the write that it is in, and is never another record", () => {
  const dir = newFolder();
  const expected = append(dir, 1, 12, "crash");
  const whole = readFileSync(walFile(dir, 1));
  for (let at = 0; at < whole.length; at += 7) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
    writeFileSync(walFile(dir, 1), bytes);
    const found = refusal(dir) ? [] : read(dir);
    assert.equal(found, expected.slice(0, found.length), `damaged at ${at}`);
  }
});

test("nothing goes on from lines that were written whole and are not as they were written, nor from rows between which others miss", () => {
  const dir = newFolder();
  append(dir, 1, 12, "crash");
  const whole = readFileSync(walFile(dir, 1));
  const problem = () => {
    const opened = openLog(dir, idOf("a"));
    if (opened.kind === "open") opened.log.close();
    return opened.kind === "open" ? opened.log.segment : opened.diagnostic.code;
  };
  for (let at = 0; at < whole.length; at += 23) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(walFile(dir, 1), bytes);
    assert.match(String(problem()), /^trace\/(damaged|newer)-log$/, `damaged at ${at}`);
  }
  writeFileSync(walFile(dir, 1), whole);
  assert.is(problem(), 2);
  append(dir, 13, 20, "close");
  writeFileSync(walFile(dir, 1), "");
  assert.is(problem(), "trace/damaged-log");
});

test("a torn batch loses itself alone, wherever it is torn", () => {
  const dir = newFolder();
  const expected = append(dir, 1, 40, "close").slice(0, 40);
  append(dir, 41, 45, "flush");
  const log = arrowFile(dir, 2);
  const whole = readFileSync(log);
  disown(dir, 2);
  for (let size = whole.length - 1; size > 0; size -= size > whole.length - 64 ? 1 : 97) {
    truncateSync(log, size);
    assert.equal(read(dir), expected, `cut at ${size}`);
  }
});

test("a flipped bit in a stream ends it before the batch that it is in, and is never another record; nothing goes on from it", () => {
  const dir = newFolder();
  const expected = append(dir, 1, 40, "close");
  const file = arrowFile(dir, 1);
  const whole = readFileSync(file);
  const end = whole.length - 8; // of the last batch
  for (let at = 8 + whole.readInt32LE(4); at < end; at += 211) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
    writeFileSync(file, bytes);
    const found = read(dir);
    assert.equal(found, expected.slice(0, found.length), `damaged at ${at}`);
    const opened = openLog(dir, idOf("a"));
    assert.is(opened.kind === "failed" && opened.diagnostic.code, "trace/damaged-log", `damaged at ${at}`);
  }
  writeFileSync(file, whole.subarray(0, end));
  assert.equal(read(dir), expected);
  assert.is(openLog(dir, idOf("a")).kind, "failed", "it was closed, and has no end");
});

test("a stream of the format without checksums is read as it is", () => {
  const dir = newFolder();
  const expected = append(dir, 1, 40, "close");
  const whole = readFileSync(arrowFile(dir, 1));
  const version = [1, 0, 0, 0, String(logFormat.version).charCodeAt(0), 0];
  whole[whole.indexOf(Buffer.from(version)) + 4] = "2".charCodeAt(0);
  writeFileSync(arrowFile(dir, 1), whole);
  assert.equal(read(dir), expected);
  mustOpen(dir).close();
});

test("a process that was killed while it closed its log leaves one that can be gone on with", () => {
  const dir = newFolder();
  append(dir, 1, 10, "flush");
  disown(dir, 1);
  const whole = readFileSync(arrowFile(dir, 1));
  const end = Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]);
  for (let part = 0; part <= end.length; part += 1) {
    writeFileSync(arrowFile(dir, 1), Buffer.concat([whole, end.subarray(0, part)]));
    const log = mustOpen(dir);
    assert.is(log.append(eventOf(11)), 11, `${part} bytes of its end`);
    rmSync(walFile(dir, log.segment));
  }
});

test("a torn batch's rows are still in the lines, and the next process goes on after them", () => {
  const dir = newFolder();
  const first = mustOpen(dir);
  for (let index = 1; index <= 10; index += 1) first.append(eventOf(index));
  copyFileSync(walFile(dir, 1), join(dir, "lines"));
  first.flush();
  copyFileSync(join(dir, "lines"), walFile(dir, 1));
  truncateSync(arrowFile(dir, 1), statSync(arrowFile(dir, 1)).size - 9);
  disown(dir, 1);
  const second = mustOpen(dir);
  assert.is(second.append(eventOf(11)), 11);
  second.close();
  assert.equal(
    [...readRun(dir)].map((row) => [row.seq, row.iteration]),
    Array.from({ length: 11 }, (_, index) => [index + 1, index + 1]),
  );
});

test("W1: a run that is being written cannot be opened, and says by whom", () => {
  const dir = newFolder();
  const log = mustOpen(dir);
  const refused = openLog(dir, idOf("a"));
  assert.is(refused.kind === "failed" && refused.diagnostic.code, "trace/locked");
  assert.match(refused.kind === "failed" ? refused.diagnostic.message : "", String(process.pid));
  log.close();
  assert.is(ownerOf(dir), null);
  mustOpen(dir).close();
});

test("W1: a dead owner's lock is taken over, even if another process has its number now", () => {
  const dir = newFolder();
  mustOpen(dir);
  disown(dir, 1);
  const log = mustOpen(dir);
  assert.is(log.segment, 2);
  log.close();
});

test("a log of a newer format is refused, and left alone", () => {
  const dir = newFolder();
  append(dir, 1, 3, "crash");
  rewriteLines(walFile(dir, 1), (line) => line.replace(`"tama.log":${logFormat.version}`, `"tama.log":${logFormat.version + 1}`));
  const opened = openLog(dir, idOf("a"));
  assert.is(opened.kind === "failed" && opened.diagnostic.code, "trace/newer-log");
});

test("columns are found by name, also of the first format: a log of other columns gives those that both know", () => {
  const dir = newFolder();
  const header = { "tama.log": 1, owner: { pid: 1, start: "long ago" }, columns: ["kind", "unheard_of", "seq", "path"] };
  writeFileSync(walFile(dir, 1), `${JSON.stringify(header)}\n[0,"text",1,1,2,1,3,"p"]\n[0,"text",1,2,2,2,3,7]\n`);
  assert.equal(
    [...readRun(dir)].map(({ seq, kind, path, text }) => ({ seq, kind, path, text })),
    [
      { seq: 1, kind: "text", path: "p", text: null },
      { seq: 2, kind: "text", path: null, text: null },
    ],
  );
});

test("a folder that cannot be made is told", () => {
  const file = join(newFolder(), "file");
  writeFileSync(file, "");
  const opened = openLog(join(file, "runs"), idOf("a"));
  assert.is(opened.kind === "failed" && opened.diagnostic.code, "trace/unwritable");
});

test("the stream is Arrow as others read it, with types and meanings", () => {
  const dir = newFolder();
  append(dir, 1, 1500, "close");
  const table = tableFromIPC(readFileSync(arrowFile(dir, 1)));
  assert.is(table.numRows, 1500);
  assert.equal(
    table.schema.fields.map((field) => field.name),
    [...columnNames],
  );
  assert.equal(
    table.schema.fields.map((field) => String(field.type).toLowerCase()),
    columnNames.map((name) => columns[name].type),
  );
  for (const { name, metadata } of table.schema.fields) {
    const declared = Object.entries(columns[name as ColumnName]).filter(([fact]) => fact !== "type");
    assert.equal(Object.fromEntries(metadata), Object.fromEntries(declared), name);
  }
  const row = table.get(1499)?.toJSON();
  assert.is(row?.["text"], "é🙂 1500");
  assert.is(row?.["temperature"], 375);
  assert.is(row?.["detail"], null);
});

test("big rows are sealed before they pile up", () => {
  const dir = newFolder();
  const log = mustOpen(dir);
  const text = "x".repeat(3 << 20);
  for (let index = 0; index < 4; index += 1) log.append({ kind: "text", text });
  assert.ok(statSync(walFile(dir, 1)).size < text.length * 2);
  log.close();
  assert.equal(
    [...readRun(dir)].map((row) => row.text?.length),
    [text.length, text.length, text.length, text.length],
  );
});

test("a reader beside a writer gets each row once, whenever it looks", () => {
  const dir = newFolder();
  const log = mustOpen(dir);
  for (let index = 1; index <= 2100; index += 1) {
    log.append(eventOf(index));
    if (index % 170 === 0 || index === 1024 || index === 1025)
      assert.equal(
        [...readRun(dir)].map((row) => row.seq),
        Array.from({ length: index }, (_, at) => at + 1),
      );
  }
  log.close();
});

test("a batch that is being written is no damage, one that nobody goes on writing is", () => {
  const dir = newFolder();
  const log = mustOpen(dir);
  log.append(eventOf(1));
  log.flush();
  const whole = readFileSync(arrowFile(dir, 1));
  appendFileSync(arrowFile(dir, 1), whole.subarray(8 + whole.readInt32LE(4), -9));
  const wholeness = () => {
    const slices = readBatches(dir);
    let next = slices.next();
    while (!next.done) next = slices.next();
    return next.value;
  };
  assert.is(wholeness(), "whole");
  disown(dir, 1);
  assert.is(wholeness(), "damaged");
});

test("a live run with a hole is read up to the hole, a dead one beyond it", () => {
  const dir = newFolder();
  const log = mustOpen(dir);
  log.append(eventOf(1));
  log.flush();
  log.append(eventOf(2));
  rewriteLines(walFile(dir, 1), (line) => line.replace(/^\[0,2,/, "[0,5,"));
  assert.equal(
    [...readRun(dir)].map((row) => row.seq),
    [1],
  );
  disown(dir, 1);
  assert.equal(
    [...readRun(dir)].map((row) => row.seq),
    [1, 5],
  );
});

test("lines end where they stop counting up: the rest was written over what was read", () => {
  const dir = newFolder();
  append(dir, 1, 2, "crash");
  const [first = ""] = readFileSync(walFile(dir, 1), "utf8").match(/^\[0,1,.*\n/m) ?? [];
  appendFileSync(walFile(dir, 1), checked(first.replace("[0,1,", "[0,7,")));
  assert.equal(
    [...readRun(dir)].map((row) => row.seq),
    [1, 2],
  );
});

test.run();
