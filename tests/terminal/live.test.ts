import { suite } from "uvu";
import * as assert from "uvu/assert";
import { width } from "../../runtime/commands/columns-text.ts";
import { frameOf } from "../../runtime/commands/live/frame.ts";
import { createSteps } from "../../runtime/commands/live/steps.ts";
import { openScreen, type Screen } from "../../runtime/commands/screen.ts";
import { ask, handClock, play } from "../support/live-scene.ts";
import { agent, planOf } from "../support/plan-of.ts";
import { runPlan } from "../support/run-plan.ts";
import { askTask, simModel } from "../support/tasks.ts";

const test = suite("the live tree");
const size = { columns: 80, rows: 24, nowUs: 0, color: false };

test("no line is wider than the terminal and no frame is higher, however much runs", () => {
  for (const workers of [1, 7, 13, 1000])
    for (const [columns, rows] of [
      [80, 24],
      [61, 12],
      [30, 5],
    ] as const) {
      const { steps, nowUs } = play({ workers, ended: Math.floor(workers / 2), failed: [1, 2], underWay: Math.ceil(workers / 4) });
      const lines = frameOf(steps, { columns, rows, nowUs: nowUs(), color: true });
      assert.ok(lines.length < rows, `${lines.length} lines on ${rows} rows`);
      for (const line of lines) assert.ok(width(line) <= columns, line);
    }
});

test("D1: amounts of an agent are the sums over what is under it", () => {
  const { steps } = play({ workers: 3, ended: 2, failed: [2], underWay: 1 });
  const root = steps.root();
  assert.is(root?.modelCalls, 3);
  assert.is(root?.input, 3000, "the request that failed took nothing");
  assert.is(root?.usd?.toFixed(4), "0.0008");
  assert.is(steps.underWay(), 1);
});

test("D2: of an agent that ended well no steps are kept", () => {
  const { steps } = play({ workers: 3, ended: 2, failed: [2], underWay: 1 });
  const workers = [...(steps.root()?.children.values() ?? [])].filter(({ label }) => label.startsWith("worker"));
  assert.equal(
    workers.map(({ status, children }) => [status, children.size]),
    [
      ["ok", 0],
      ["failed", 1],
      ["running", 1],
    ],
  );
});

test("D3: agents whose beginning another process told stand in the tree all the same", () => {
  const clock = handClock();
  const steps = createSteps(clock.nowUs);
  ask(steps, "main@1/loop[2]/states/review@1/react:3", () => clock.at(500));
  const [first = "", second = ""] = frameOf(steps, { ...size, nowUs: clock.nowUs() });
  assert.match(first, "main");
  assert.match(second, "  ⠴ review");
});

test("rounds of a loop are counted without a bar, for nobody knows how many there will be", () => {
  const clock = handClock();
  const steps = createSteps(clock.nowUs);
  steps.note({ kind: "span_started", path: "main@1", name: "agent:main:fsm" });
  for (let round = 1; round <= 40; round += 1) {
    const path = `main@1/loop[${round}]/states/work@1`;
    steps.note({ kind: "span_started", path, name: "agent:work:oneshot" });
    ask(steps, `${path}/oneshot:1`, () => clock.at(round * 100));
    steps.note({ kind: "span_ended", path, status: "ok", key: "again" });
  }
  const lines = frameOf(steps, { ...size, nowUs: clock.nowUs() });
  assert.ok(lines.includes("  work: 40 done"), lines.join("\n"));
  assert.match(lines.join("\n"), "✓ work[40] (oneshot): again");
});

test("few agents stand in the order in which they began, and of a failure what its server said", () => {
  const steps = createSteps(() => 0);
  steps.note({ kind: "span_started", path: "main@1", name: "agent:main:fsm" });
  for (const [at, name] of [
    ["loop[1]/states/write@1", "write"],
    ["loop[1]/states/write@2", "write"],
    ["loop[2]/states/check@1", "check"],
    ["loop[3]/states/write@1", "write"],
  ]) {
    steps.note({ kind: "span_started", path: `main@1/${at}`, name: `agent:${name}:react` });
    const message = "cannot reach the model server at http://localhost:8080/v1: the connection was refused";
    steps.note({
      kind: "span_ended",
      path: `main@1/${at}`,
      ...(at?.endsWith("write@1") ? { status: "failed", message } : { status: "ok", key: "done" }),
    });
  }
  assert.equal(frameOf(steps, { ...size, columns: 59 }).slice(1, -1), [
    "  ✗ write[1] (react): no answer: the connection was refused",
    "  ✓ write[1], attempt 2 (react): done",
    "  ✓ check[2] (react): done",
    "  ✗ write[3] (react): no answer: the connection was refused",
  ]);
});

test("of an answer that comes the last words are shown, until it is there or is begun again", () => {
  const steps = createSteps(() => 0);
  const task = askTask(simModel, { path: "main@1/oneshot:1" });
  const line = () => frameOf(steps, size).join("\n");
  steps.begin(task);
  steps.hear(task, { kind: "begin" });
  steps.hear(task, { kind: "text", text: "Once upon\na time" });
  assert.match(line(), "sim: Once upon a time");
  steps.hear(task, { kind: "begin" });
  assert.not.match(line(), "Once");
  steps.hear(task, { kind: "call", name: "finish" });
  steps.hear(task, { kind: "args", text: '{"key":"done"' });
  assert.match(line(), 'sim: finish {"key":"done"');
  steps.end(task);
  assert.not.match(line(), "finish");
});

test("what a real run tells comes out as its tree, with nothing left under way", async () => {
  const plan = planOf({
    ...agent("main", "pattern: critic"),
    "agents/main/draft.md": "D",
    "agents/main/critique.md": "C",
    "agents/main/refine.md": "R",
  });
  const clock = handClock();
  const steps = createSteps(clock.nowUs);
  await runPlan(plan, {}, { model: "sim", onEvent: steps.note });
  const lines = frameOf(steps, size);
  assert.match(lines[0] ?? "", /^✓ main \(critic\): done/);
  assert.equal(
    lines.slice(1, -1).map((line) => /[✓✗] (\w+)/.exec(line)?.[1]),
    ["draft", "critique", "refine"],
  );
  assert.match(lines.at(-1) ?? "", "3 model calls");
});

test("what is written stands above what is drawn, and what is drawn replaces itself", () => {
  const terminal = emulated();
  const screen = openScreen(terminal);
  screen.show(["one", "two"]);
  screen.write("a remark\n");
  assert.equal(terminal.lines(), ["a remark", "one", "two", ""]);
  screen.show(["three"]);
  assert.equal(terminal.lines(), ["a remark", "three", ""]);
  screen.leave();
  screen.write("the end\n");
  assert.equal(terminal.lines(), ["a remark", "three", "the end", ""]);
});

test("A2: while a person types nothing is drawn, and then it is back", () => {
  const terminal = emulated();
  const screen = openScreen(terminal);
  screen.show(["one"]);
  const [first, second] = [screen.hold(), screen.hold()];
  screen.write("name? ");
  screen.show(["one", "two"]);
  assert.equal(terminal.lines(), ["name? "]);
  terminal.write("me\n");
  first();
  assert.equal(terminal.lines(), ["name? me", ""]);
  second();
  assert.equal(terminal.lines(), ["name? me", "one", "two", ""]);
});

test("A3: in a terminal that was made narrower the rows of broken lines are replaced, too", () => {
  const { terminal, screen } = withPicture();
  terminal.resize(40);
  terminal.columns = 40;
  assert.equal(terminal.lines(), ["a remark", "x".repeat(40), "x".repeat(30), "two", ""]);
  settle(screen);
  assert.equal(terminal.lines(), ["a remark", "one", "two", ""]);
});

test("A4: of pictures that are drawn before the new width is told nothing stays", () => {
  const { terminal, screen } = withPicture();
  terminal.resize(40);
  for (const letter of "yz") screen.show([letter.repeat(70), "two"]);
  terminal.columns = 40;
  settle(screen);
  assert.equal(terminal.lines(), ["a remark", "one", "two", ""]);
});

test("A5: nor of a width that is told when it is another one already; the last picture is drawn in any case", () => {
  const { terminal, screen } = withPicture();
  terminal.columns = 60;
  terminal.resize(40);
  for (const letter of "yz") screen.show([letter.repeat(60), "two"]);
  terminal.columns = 40;
  screen.show(["one", "two"]);
  screen.leave();
  assert.equal(terminal.lines(), ["a remark", "one", "two", ""]);
});

test("what is written while the width changes is there at once", () => {
  const { terminal, screen } = withPicture();
  terminal.resize(40);
  terminal.columns = 40;
  screen.show(["one", "two"]);
  screen.write("another\n");
  assert.equal(terminal.lines(), ["a remark", "another", ""]);
  settle(screen);
  assert.equal(terminal.lines(), ["a remark", "another", "one", "two", ""]);
});

function withPicture() {
  const terminal = emulated();
  const screen = openScreen(terminal);
  screen.write("a remark\n");
  screen.show(["x".repeat(70), "two"]);
  return { terminal, screen };
}

/** Draws until the width is believed. */
function settle(screen: Screen): void {
  for (let time = 0; time < 6; time += 1) screen.show(["one", "two"]);
}

/** As much of a terminal as a screen uses: up, to the line's start, erase to the line's end, erase below, break lines or not. */
function emulated() {
  let [lines, row, column, actual, breaks]: [string[], number, number, number, boolean] = [[""], 0, 0, 80, true];
  const put = (char: string) => {
    if (column === actual) [row, column] = breaks ? [row + 1, 0] : [row, column - 1];
    const line = lines[row] ?? "";
    lines[row] = line.slice(0, column).padEnd(column) + char + line.slice(column + 1);
    column += 1;
  };
  const obey = (token: string) => {
    if (token === "\n") [row, column] = [row + 1, 0];
    else if (token === "\r") column = 0;
    else if (token.startsWith("\u001b[?7")) breaks = token.endsWith("h");
    else if (token === "\u001b[K") lines[row] = (lines[row] ?? "").slice(0, column);
    else if (token === "\u001b[J") lines = [...lines.slice(0, row), (lines[row] ?? "").slice(0, column)];
    else if (token.startsWith("\u001b[")) row -= Number.parseInt(token.slice(2), 10);
    else put(token);
    while (lines.length <= row) lines.push("");
  };
  const write = (text: string) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is how commands to a terminal begin
    for (const token of text.match(/\u001b\[\??\d*[A-Za-z]|[\s\S]/gu) ?? []) obey(token);
  };
  /** Lines of the terminal are broken as it is made narrower; the cursor stays below the last. What it says of its width is another matter. */
  const resize = (width: number) => {
    actual = width;
    lines = lines.flatMap((line) => line.match(new RegExp(`.{1,${width}}`, "g")) ?? [""]);
    row = lines.length - 1;
  };
  return { write, columns: 80, rows: 24, lines: () => lines, resize };
}

test.run();
