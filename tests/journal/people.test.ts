/** Runs that wait for people: what goes on meanwhile, who answers and when, and what a kill, a resume and a replay make of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literal } from "../../compiler/ir/expr.ts";
import { toText } from "../../compiler/ir/json.ts";
import type { Body, MapOp, Op, Repeat, Wait } from "../../compiler/ir/ops.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { text } from "../../compiler/ir/types.ts";
import type { TaskResult } from "../../runtime/3-task/task.ts";
import type { TraceEvent } from "../../runtime/4-trace/columns.ts";
import { type Asker, nobody } from "../../runtime/asker.ts";
import { runDir } from "../../runtime/exec.ts";
import type { Executor } from "../../runtime/executors/executor.ts";
import { readJournal } from "../../runtime/journal/journal.ts";
import { answer } from "../../runtime/people/answer.ts";
import { cancel } from "../../runtime/people/cancel.ts";
import { lettersIn, postCancel } from "../../runtime/people/mailbox.ts";
import { namesOf, openQuestions, standingOf } from "../../runtime/people/open-questions.ts";
import { base, bodyOf, callOp, code, madePlan, valueOfOp } from "../support/made-plan.ts";
import { contentOf, goOn, inFolder, leave, record, replay, rowsIn, type World } from "../support/recorded-runs.ts";
import { filesUnder } from "../support/tree.ts";

const test = suite("waiting for people");
const [run, other] = ["a".repeat(32), "b".repeat(32)];
const hourUs = 3_600_000_000;

const wait = (id: string, more: Partial<Wait> = {}): Wait => ({
  kind: "wait",
  ...base(id),
  channel: literal(id),
  question: literal(`what of ${id}?`),
  answer: text,
  deadline: null,
  ...more,
});
const each = (id: string, items: readonly string[], ops: readonly Op[]): MapOp => ({
  kind: "map",
  ...base(id),
  over: { kind: "list", items: items.map(literal) },
  body: bodyOf(ops),
  max: 10,
  concurrency: null,
  onFailure: "propagate",
});
const twice = (id: string, ops: readonly Op[]): Repeat => ({
  kind: "repeat",
  ...base(id),
  state: literal(""),
  times: null,
  max: 2,
  body: bodyOf(ops),
  until: literal(false),
  next: literal(""),
  onExhausted: "last",
  exhausted: literal(""),
});

const planWith = (main: Body, more: Readonly<Record<string, Body>> = {}) => madePlan({ main, ...more }, { w: {} });

/** Two waits side by side, each followed by work; a map of waits; waits in a call and in a repeat. */
const everywhere = planWith(
  bodyOf(
    [
      wait("a"),
      wait("b"),
      code("after-a", "w", valueOfOp("a")),
      code("beside", "w", literal("x")),
      each("m", ["one", "two", "three"], [wait("item", { question: { kind: "item", op: "m" } }), code("done", "w", valueOfOp("item"))]),
      callOp("sub", "inner", valueOfOp("b")),
      twice("r", [wait("round"), code("noted", "w", valueOfOp("round"))]),
    ],
    ["after-a", "beside", "m", "sub", "r"],
  ),
  { inner: bodyOf([wait("deep"), code("heard", "w", valueOfOp("deep"))]) },
);

/** A worker that says where it is and what it was given; nobody is there to ask. */
function working(more: Partial<World> = {}): World {
  const done: string[] = [];
  const execute: Executor["run"] = async (task) => {
    done.push(task.path);
    return task.kind === "code" ? ok(`<${task.path} ${toText(task.input)}>`) : Promise.reject(new Error(`${task.kind} at ${task.path}`));
  };
  return { executor: { run: execute, close: async () => {} }, asker: nobody, done, ...more };
}

const ok = (value: string): TaskResult => ({ kind: "ok", answer: { kind: "code", key: "done", value }, ...times });
const times = { startUs: 1, endUs: 2, thread: 0, attempts: [] };
const says: Asker = async ({ path }) => ({ kind: "answer", value: `yes ${path}` });
const journalIn = (stateDir: string, traceId = run) => readJournal(runDir(stateDir, traceId), traceId);
const openIn = (stateDir: string, traceId = run) => openQuestions(journalIn(stateDir, traceId));
const tell = (stateDir: string, channel: string, value: string, nowUs = Date.now() * 1000) =>
  answer({ stateDir, traceId: run, channel, value, nowUs });
const codeOf = (result: ReturnType<typeof answer>) => (result.kind === "failed" ? result.diagnostic.code : "ok");
const statusOf = (result: Awaited<ReturnType<typeof record>> | Awaited<ReturnType<typeof goOn>>) =>
  result.kind === "ended" ? result.status : result.kind;

test("Q3: what does not depend on an answer goes on, nothing is cancelled, and the run is left as waiting", () =>
  inFolder(async (stateDir) => {
    const world = working();
    const ended = await record(everywhere, { stateDir, traceId: run, world });
    assert.is(statusOf(ended), "waiting");
    assert.is(ended.kind === "ended" && ended.settled.kind === "failed" && ended.settled.failure.code, "waiting");
    assert.equal(world.done, ["main@1/beside"]);
    assert.equal(
      rowsIn(stateDir, run).filter(({ kind, status }) => kind === "wait_answer" || kind === "decision" || status === "cancelled"),
      [],
    );
    assert.equal(
      openIn(stateDir).map(({ channel, path, question }) => [channel, path, question]),
      [
        ["a", "main@1/a", "what of a?"],
        ["b", "main@1/b", "what of b?"],
        ["item", "main@1/m[1]/item", "one"],
        ["item", "main@1/m[2]/item", "two"],
        ["item", "main@1/m[3]/item", "three"],
        ["round", "main@1/r[1]/round", "what of round?"],
      ],
    );
    assert.equal([...namesOf(openIn(stateDir)).values()], ["a", "b", "main@1/m[1]/item", "main@1/m[2]/item", "main@1/m[3]/item", "round"]);
  }));

test("answers in any order, over any number of resumes, come to what a person at the terminal comes to", async () => {
  const atOnce = await inFolder(async (stateDir) => ({
    ended: await record(everywhere, { stateDir, traceId: run, world: working({ asker: says }) }),
    rows: contentOf(rowsIn(stateDir, run)),
  }));
  assert.is(statusOf(atOnce.ended), "ok");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { minLength: 20, maxLength: 20 }), fc.nat({ max: 3 }), (order, portion) =>
      inFolder(async (stateDir) => {
        const world = working();
        let ended: Awaited<ReturnType<typeof goOn>> = await record(everywhere, { stateDir, traceId: run, world });
        const picks = order[Symbol.iterator]();
        while (statusOf(ended) === "waiting") {
          const open = [...openIn(stateDir)];
          for (let count = 0; count <= portion && open.length > 0; count += 1) {
            const [question] = open.splice((picks.next().value ?? 0) % open.length, 1);
            assert.is(codeOf(tell(stateDir, question?.path ?? "", `yes ${question?.path}`)), "ok");
          }
          ended = await goOn(everywhere, { stateDir, traceId: run, world });
        }
        assert.equal(ended, atOnce.ended);
        assert.is(new Set(world.done).size, world.done.length, "no work is done twice");
        assert.equal(whole(stateDir), atOnce.rows);
      }),
    ),
    { numRuns: 25 },
  );
});

/** What a run tells, without where it was left waiting and taken up again. */
function whole(stateDir: string, traceId = run): readonly string[] {
  const rows = rowsIn(stateDir, traceId);
  return contentOf(rows.filter(({ kind, status, segment }) => status !== "waiting" && (kind !== "run_started" || segment === 1)));
}

test("Q2: a run that is killed anywhere, with its answers in the inbox, takes each once", () =>
  inFolder(async (stateDir) => {
    const ended = await record(everywhere, { stateDir, traceId: run, world: working({ asker: says }) });
    const rows = rowsIn(stateDir, run);
    const begun = rows.findIndex(({ kind }) => kind === "run_started") + 1;
    for (let kept = begun; kept < rows.length; kept += 3) {
      const traceId = kept.toString(16).padStart(32, "0");
      leave(
        stateDir,
        traceId,
        rows.slice(0, kept).map((row) => ({ ...row, trace_id: traceId })),
      );
      let resumed: Awaited<ReturnType<typeof goOn>> | null = null;
      for (let rounds = 0; rounds < 4 && (resumed === null || statusOf(resumed) === "waiting"); rounds += 1) {
        for (const { path } of openIn(stateDir, traceId))
          answer({ stateDir, traceId, channel: path, value: `yes ${path}`, nowUs: 2 * hourUs });
        resumed = await goOn(everywhere, { stateDir, traceId, world: working() });
      }
      assert.equal(resumed, ended, `killed after ${kept} rows`);
      assert.equal(whole(stateDir, traceId), contentOf(rows));
    }
  }));

test("a replay gives answers back and asks nobody; one of a run that waits waits", () =>
  inFolder(async (stateDir) => {
    const waiting = await record(everywhere, { stateDir, traceId: run, world: working() });
    const left = await replay(everywhere, { stateDir, traceId: run, as: other }, { asker: says });
    assert.equal(left, waiting);
    assert.equal(contentOf(rowsIn(stateDir, other)), contentOf(rowsIn(stateDir, run)));
    assert.equal(openIn(stateDir, other), [], "a replay's questions are no questions");
    const ended = await goOn(everywhere, { stateDir, traceId: run, world: working({ asker: says }) });
    const third = "c".repeat(32);
    const repeated = await replay(everywhere, { stateDir, traceId: run, as: third });
    assert.equal(repeated, ended);
    assert.equal(contentOf(rowsIn(stateDir, third)), whole(stateDir));
  }));

const typed = planWith(
  bodyOf(
    [wait("n", { answer: { kind: "int" } }), wait("a"), each("m", ["x", "y"], [wait("again", { channel: literal("a") })])],
    ["n", "a"],
  ),
);

test("an answer that does not fit, or fits no question, is refused and not written", () =>
  inFolder(async (stateDir) => {
    await record(typed, { stateDir, traceId: run, world: working() });
    assert.is(codeOf(tell(stateDir, "n", "many")), "people/wrong-answer");
    assert.is(codeOf(tell(stateDir, "n", "3.5")), "people/wrong-answer");
    assert.is(codeOf(tell(stateDir, "z", "1")), "people/no-such-channel");
    assert.is(codeOf(tell(stateDir, "a", "1")), "people/several-channels");
    assert.equal(lettersIn(runDir(stateDir, run)), []);
    assert.is(codeOf(tell(stateDir, "n", "3")), "ok");
    assert.is(codeOf(tell(stateDir, "n", "4")), "people/answered");
    assert.is(codeOf(tell(stateDir, "main@1/a", "3")), "ok");
    for (const item of [1, 2]) assert.is(codeOf(tell(stateDir, `main@1/m[${item}]/again`, "so")), "ok");
    const ended = await goOn(typed, { stateDir, traceId: run, world: working() });
    assert.is(ended.kind === "ended" && ended.settled.kind === "ok" && ended.settled.value, "3 3");
    assert.is(codeOf(tell(stateDir, "n", "5")), "people/answered");
  }));

const timed = planWith(bodyOf([wait("a", { deadline: { afterMs: 7_200_000, default: literal("as before") } })]));
const endOf = (result: Awaited<ReturnType<typeof goOn>>) =>
  result.kind === "ended" && result.settled.kind === "ok" ? result.settled.value : null;

test("Q4: a deadline counts from the record of the question, is looked at by whoever opens the run, and is replayed", () =>
  inFolder(async (stateDir) => {
    const at = (hours: number) => ({ nowUs: () => 100 * hourUs + hours * hourUs });
    const world = working();
    await record(timed, { stateDir, traceId: run, world }, at(0));
    assert.is(statusOf(await goOn(timed, { stateDir, traceId: run, world }, at(1))), "waiting");
    const [question] = openIn(stateDir);
    assert.ok(question);
    assert.is(question.deadline?.atUs, 102 * hourUs);
    assert.is(standingOf(runDir(stateDir, run), question, 101.9 * hourUs), "open");
    assert.is(standingOf(runDir(stateDir, run), question, 102 * hourUs), "default");
    assert.is(codeOf(tell(stateDir, "a", "late", 102 * hourUs)), "people/too-late");
    const ended = await goOn(timed, { stateDir, traceId: run, world: working({ asker: says }) }, at(2));
    assert.is(endOf(ended), "as before");
    assert.equal(
      rowsIn(stateDir, run)
        .filter(({ kind }) => kind === "decision")
        .map(({ path, detail }) => [path, detail]),
      [["main@1/a", '{"decision":"deadline"}']],
    );
    assert.equal(await replay(timed, { stateDir, traceId: run, as: other }, at(0)), ended);
    assert.equal(contentOf(rowsIn(stateDir, other)), whole(stateDir));
  }));

test("an answer that was given in time counts, however late the run goes on", () =>
  inFolder(async (stateDir) => {
    await record(timed, { stateDir, traceId: run, world: working() }, { nowUs: () => hourUs });
    assert.is(codeOf(tell(stateDir, "a", "in time", 2 * hourUs)), "ok");
    assert.is(endOf(await goOn(timed, { stateDir, traceId: run, world: working() }, { nowUs: () => 50 * hourUs })), "in time");
  }));

/** A run with work that ends only when a row tells of an answer, so that the process lives until then. */
function busyUntilAnswered(): { readonly world: World; readonly onEvent: (event: TraceEvent) => void } {
  let release = () => {};
  const answered = new Promise<void>((resolve) => {
    release = resolve;
  });
  const execute: Executor["run"] = async (_task, signal) => {
    await Promise.race([answered, new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))]);
    return signal.aborted ? { kind: "failed", code: "cancelled", message: "stopped", details: null, ...times } : ok("busy");
  };
  return {
    world: working({ executor: { run: execute, close: async () => {} } }),
    onEvent: ({ kind }) => (kind === "wait_answer" ? release() : undefined),
  };
}

const busy = (more: Partial<Wait> = {}): Plan => planWith(bodyOf([wait("a", more), code("work", "w", literal(""))], ["a", "work"]));

test("a run at work takes up an answer that another process gives", () =>
  inFolder(async (stateDir) => {
    const { world, onEvent } = busyUntilAnswered();
    const asked = (event: TraceEvent) => {
      onEvent(event);
      if (event.kind === "wait_asked") setImmediate(() => assert.is(codeOf(tell(stateDir, "a", "from outside")), "ok"));
    };
    const ended = await record(busy(), { stateDir, traceId: run, world }, { onEvent: asked });
    assert.is(endOf(ended), "from outside busy");
  }));

test("of a run that keeps no texts neither an answer nor a default stays on the disk, and none is taken once it is left", () =>
  inFolder(async (stateDir) => {
    const { world, onEvent } = busyUntilAnswered();
    const plan = busy({ deadline: { afterMs: 7_200_000, default: literal("SECRET-default") } });
    const hidden: Plan = { ...plan, trace: { texts: "hash" } };
    const asked = (event: TraceEvent) => {
      onEvent(event);
      if (event.kind === "wait_asked") setImmediate(() => assert.is(codeOf(tell(stateDir, "a", "SECRET-answer")), "ok"));
    };
    assert.is(endOf(await record(hidden, { stateDir, traceId: run, world }, { onEvent: asked })), "SECRET-answer busy");
    assert.is(statusOf(await record(hidden, { stateDir, traceId: other, world: working() })), "waiting");
    assert.is(codeOf(answer({ stateDir, traceId: other, channel: "a", value: "SECRET", nowUs: 0 })), "run/hashes-only");
    assert.equal(openIn(stateDir, other), []);
    const bytes = filesUnder(stateDir, "").map((path) => readFileSync(join(stateDir, path), "latin1"));
    assert.match(bytes.join(), "wait_asked");
    assert.not.match(bytes.join(), "SECRET");
  }));

test("Q2: what comes first answers, and the question at the terminal is withdrawn", () =>
  inFolder(async (stateDir) => {
    const { world, onEvent } = busyUntilAnswered();
    const withdrawn: string[] = [];
    const asker: Asker = ({ path }, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          withdrawn.push(path);
          resolve({ kind: "cancelled" });
        });
      });
    const plan = busy({ deadline: { afterMs: 100, default: literal("nothing came") } });
    assert.is(endOf(await record(plan, { stateDir, traceId: run, world: { ...world, asker } }, { onEvent })), "nothing came busy");
    assert.equal(withdrawn, ["main@1/a"]);
  }));

test("cancel stops a run at work, which asks again when it is resumed", () =>
  inFolder(async (stateDir) => {
    const { world } = busyUntilAnswered();
    const onEvent = ({ kind }: TraceEvent) => {
      if (kind === "wait_asked") setImmediate(() => assert.is(cancel(stateDir, run, () => 1).kind, "asked"));
    };
    assert.is(statusOf(await record(busy(), { stateDir, traceId: run, world }, { onEvent })), "interrupted");
    assert.equal(openIn(stateDir), []);
    assert.is(statusOf(await goOn(busy(), { stateDir, traceId: run, world: working() })), "waiting");
    assert.equal(
      openIn(stateDir).map(({ channel }) => channel),
      ["a"],
    );
    assert.is(codeOf(tell(stateDir, "a", "now")), "ok");
    assert.is(endOf(await goOn(busy(), { stateDir, traceId: run, world: working() })), "now <main@1/work >");
  }));

test("cancel withdraws the questions of a run that waits, and refuses one that has ended", () =>
  inFolder(async (stateDir) => {
    await record(typed, { stateDir, traceId: run, world: working() });
    assert.is(cancel(stateDir, run, () => Date.now() * 1000).kind, "stopped");
    assert.equal(openIn(stateDir), []);
    assert.is(codeOf(tell(stateDir, "n", "3")), "people/no-such-channel");
    assert.is(journalIn(stateDir).ended?.status, "interrupted");
    assert.is(
      statusOf(await goOn(typed, { stateDir, traceId: run, world: working({ asker: async () => ({ kind: "answer", value: 1 }) }) })),
      "ok",
    );
    const again = cancel(stateDir, run, () => 1);
    assert.is(again.kind === "failed" && again.diagnostic.code, "people/not-cancelled");
  }));

test("a request to stop that was meant for a process before this one stops nothing", () =>
  inFolder(async (stateDir) => {
    const { world, onEvent } = busyUntilAnswered();
    const posted = (event: TraceEvent) => {
      onEvent(event);
      if (event.kind !== "wait_asked") return;
      setImmediate(() => {
        postCancel(runDir(stateDir, run), { pid: process.pid, start: "long ago" });
        tell(stateDir, "a", "still here");
      });
    };
    assert.is(endOf(await record(busy(), { stateDir, traceId: run, world }, { onEvent: posted })), "still here busy");
  }));

test("each attempt asks for itself", () =>
  inFolder(async (stateDir) => {
    const plan = planWith(bodyOf([callOp("sub", "inner", literal(""), { attempts: 2 })]), {
      inner: bodyOf([wait("a"), code("judge", "w", valueOfOp("a"))]),
    });
    const execute: Executor["run"] = async (task) =>
      task.path.includes("sub@1") ? { kind: "failed", code: "code", message: "no", details: null, ...times } : ok("fine");
    const world = working({ executor: { run: execute, close: async () => {} } });
    await record(plan, { stateDir, traceId: run, world });
    assert.is(codeOf(tell(stateDir, "a", "first")), "ok");
    assert.is(statusOf(await goOn(plan, { stateDir, traceId: run, world })), "waiting");
    assert.equal(
      openIn(stateDir).map(({ path }) => path),
      ["main@1/sub@2/a"],
    );
    assert.is(codeOf(tell(stateDir, "a", "second")), "ok");
    assert.is(endOf(await goOn(plan, { stateDir, traceId: run, world })), "fine");
  }));

test.run();
