/** How an act's conversation is kept within its model's window. C1 to C4 are the invariants of `runtime/2-schedule/compaction.ts`. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literal } from "../../compiler/ir/expr.ts";
import { parseJson } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import type { Message, ModelTask, Task } from "../../runtime/3-task/task.ts";
import { type Came, type Driven, drive, says } from "../support/drive.ts";
import { act, bodyOf, madePlan } from "../support/made-plan.ts";

const test = suite("compaction");
const task = "find out what the letters say";
const start = { name: "start", args: {} };
const read = (path: string) => ({ name: "tama_files_read", args: { path } });
const finish = { name: "finish", args: { key: "done", value: "v" } };

/** A loop of many turns whose model takes so many tokens at once. */
function windowed(contextTokens: number | null, compactions = 2): Plan {
  const op = act("react", literal(task), { tools: ["tama_files_read"], maxTurns: 40, repairs: { schema: 1, empty: 1, compactions } });
  const made = madePlan({ main: bodyOf([op]) });
  const model = made.models["m"];
  if (!model) throw new Error("made plans have the model m");
  return { ...made, models: { m: { ...model, contextTokens } } };
}

/** A run that reads a letter in each turn, and then finishes. `letter` is what each of them says; `summary` what a summary says. */
function reading(plan: Plan, letters: number, letter: string, summary = "all of them say hello"): Driven {
  let turn = 0;
  const answer = (asked: Task): Came => {
    if (asked.kind !== "model") return { kind: "tool", text: `${letter} (${asked.path})` };
    if (asked.purpose === "summary") return says(summary);
    turn += 1;
    if (turn === 1) return says([start, read("letter 1")]);
    return turn <= letters ? says([read(`letter ${turn}`)]) : says([finish]);
  };
  return drive({ plan, answer });
}

const requests = ({ tasks }: Driven) => tasks.filter((asked): asked is ModelTask => asked.kind === "model");
const textOf = ({ parts }: Message) => parts.map(({ text }) => text).join("");
const sizeOf = ({ messages }: ModelTask) => messages.reduce((sum, message) => sum + textOf(message).length, 0);

function compactions({ records }: Driven): readonly string[] {
  return records.flatMap(({ event }) => {
    if (event.kind !== "context_compaction") return [];
    const { method, archived_messages, new_summary_len } = parseJson(event.detail ?? "") as Record<string, unknown>; // made by compaction.ts
    return [`${method} ${archived_messages} ${new_summary_len} after turn ${event.iteration}`];
  });
}

test("a model whose window is not known is told everything", () => {
  const driven = reading(windowed(null), 20, "x".repeat(4_000));
  assert.equal(compactions(driven), []);
  assert.is(requests(driven).at(-1)?.messages.length, 2 + 1 + 2 + 19 * 2);
});

test("C3: old results are left out first, and nobody is asked for a summary while that is enough", () => {
  const driven = reading(windowed(4_000), 8, "x".repeat(2_000));
  assert.ok(compactions(driven).length > 0);
  assert.ok(compactions(driven).every((line) => line.startsWith("results")));
  assert.ok(requests(driven).every(({ purpose }) => purpose === "answer"));
  assert.ok(requests(driven).every((asked) => sizeOf(asked) / 4 < 3_000));
  const last = requests(driven).at(-1)?.messages ?? [];
  assert.ok(last.some((message) => /^\[\d+ characters were left out here to save space\]$/.test(textOf(message))));
});

test("C3: where that is too little a model is asked for a summary, at a turn of its own, as often as the plan allows", () => {
  const told = "y".repeat(150);
  for (const allowed of [0, 1, 2]) {
    const driven = reading(windowed(1_000, allowed), 38, told);
    const asked = requests(driven).filter(({ purpose }) => purpose === "summary");
    assert.is(asked.length, allowed);
    assert.is(compactions(driven).filter((line) => line.startsWith("summary")).length, allowed);
    assert.equal(
      requests(driven).map(({ path }) => path),
      requests(driven).map((_, index) => `main@1/react:${index + 1}`),
    );
    assert.is(driven.settled.kind, "ok");
  }
});

test("a request for a summary tells the task and what was done, and offers no tools", () => {
  const driven = reading(windowed(1_000), 38, "y".repeat(150));
  const asked = requests(driven).find(({ purpose }) => purpose === "summary");
  const said = asked ? asked.messages.map(textOf).join("\n") : "";
  assert.ok(said.includes(task));
  assert.ok(said.includes('tama_files_read({"path":"letter 2"})'));
  assert.not(said.includes('letter 1"'), "the exchange that started the work stays, so it needs no summary");
  assert.equal(asked?.tools, []);
});

test("a summary that is empty, or no shorter than what it tells, changes nothing, and the work goes on", () => {
  for (const summary of ["", "z".repeat(100_000)]) {
    const driven = reading(windowed(1_000), 38, "y".repeat(150), summary);
    assert.is(driven.settled.kind, "ok");
    assert.not(compactions(driven).some((line) => line.startsWith("summary")));
    assert.is(requests(driven).filter(({ purpose }) => purpose === "summary").length, 2);
  }
});

test("a later summary takes the place of the one before", () => {
  const driven = reading(windowed(1_000), 38, "y".repeat(150));
  const last = requests(driven).at(-1)?.messages ?? [];
  assert.is(last.filter((message) => message.role === "user").length, 2);
});

test("what answers count of tokens is believed", () => {
  const answer =
    (counted: number) =>
    (asked: Task): Came => {
      if (asked.kind !== "model") return { kind: "tool", text: "x".repeat(1_000) };
      const turn = Number(asked.path.split(":").at(-1));
      const came = says(turn < 7 ? [read(`letter ${turn}`)] : [finish]);
      return { ...came, usage: { input: Math.ceil(sizeOf(asked) * counted), cached: 0, output: 1, reasoning: 0 } } as Came; // says() gives a model's answer
    };
  const cheap = drive({ plan: windowed(4_000), answer: answer(1 / 16) });
  const dear = drive({ plan: windowed(4_000), answer: answer(1) });
  assert.equal(compactions(cheap), []);
  assert.ok(compactions(dear).length > 0);
});

test("what the model no longer sees it may read again", () => {
  const driven = drive({
    plan: windowed(2_000),
    answer: (asked) => {
      if (asked.kind !== "model") return { kind: "tool", text: "x".repeat(1_500) };
      const turn = Number(asked.path.split(":").at(-1));
      return turn < 12 ? says([read("the letter"), read(`letter ${turn}`)]) : says([finish]);
    },
  });
  assert.ok(compactions(driven).length > 0);
  const turnsOf = (kind: string) => driven.records.flatMap(({ event }) => (event.kind === kind ? [event.iteration ?? 0] : []));
  const guarded = turnsOf("loop_intervention");
  assert.ok(guarded.length > 0);
  for (const turn of turnsOf("context_compaction")) assert.not(guarded.includes(turn + 1));
});

/** Loops whose model does this and that, by a seed: starts early, late or never, calls several tools, answers badly. */
const loops = fc.record({
  contextTokens: fc.integer({ min: 50, max: 3_000 }),
  turns: fc.array(
    fc.oneof(
      fc.constant([start]),
      fc.array(
        fc.nat(9).map((letter) => read(`letter ${letter}`)),
        { minLength: 1, maxLength: 4 },
      ),
      fc.constant([{ name: "finish", args: "no object" }]),
      fc.constant(""),
    ),
    { maxLength: 25 },
  ),
  size: fc.integer({ min: 0, max: 2_000 }),
  summary: fc.string({ maxLength: 300 }),
  compactions: fc.nat(3),
});

test("C1, C2: whatever a loop does, every request holds prompt, task and whole exchanges, and summaries stay within their bound", () => {
  fc.assert(
    fc.property(loops, ({ contextTokens, turns, size, summary, compactions: allowed }) => {
      let turn = 0;
      const answer = (asked: Task): Came => {
        if (asked.kind !== "model") return { kind: "tool", text: "x".repeat(size) };
        if (asked.purpose === "summary") return says(summary);
        turn += 1;
        return says(turns[turn - 1] ?? [finish]);
      };
      const driven = drive({ plan: windowed(contextTokens, allowed), answer });
      const asked = requests(driven);
      assert.ok(asked.filter(({ purpose }) => purpose === "summary").length <= allowed);
      const started = asked.findIndex(({ messages }) => messages.some((message) => isStart(message)));
      for (const [index, { purpose, messages }] of asked.entries()) {
        if (purpose === "summary") continue;
        assert.equal(messages.slice(0, 2).map(textOf), ["I am react.", "Begin."]);
        if (started !== -1 && index >= started) assert.ok(messages.some((message) => message.role === "tool" && textOf(message) === task));
        assertPaired(messages);
      }
    }),
    { numRuns: 400 },
  );
});

function isStart(message: Message): boolean {
  return message.role === "assistant" && message.calls.some(({ name }) => name === "start");
}

/** Each call is followed by its result before the model speaks again, and no result stands without its call. */
function assertPaired(messages: readonly Message[]): void {
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === "tool") {
      assert.is(open.shift(), message.call);
      continue;
    }
    assert.equal(open, [], "a call without a result");
    if (message.role === "assistant") open = message.calls.map(({ id }) => id);
  }
  assert.equal(open, [], "a call without a result");
}

test.run();
