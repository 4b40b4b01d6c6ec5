/** Looking at requests and answers: what is typed, what the model is then asked, and what the record holds of it. */
import { PassThrough } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runDir } from "../../runtime/4-trace/run-folder.ts";
import { type DebuggerOptions, openDebugger } from "../../runtime/commands/debugger.ts";
import { openPrompter } from "../../runtime/commands/terminal.ts";
import type { Debug } from "../../runtime/debug.ts";
import { readJournal } from "../../runtime/journal/journal.ts";
import { agent, planOf } from "../support/plan-of.ts";
import { contentOf, countingWorld, goOn, inFolder, record, replay, rowsIn } from "../support/recorded-runs.ts";
import { askTask, simModel } from "../support/tasks.ts";

const test = suite("the debugger");
const never = new AbortController().signal;
const task = askTask(simModel);

function terminal(lines: readonly string[], more: Partial<DebuggerOptions> = {}) {
  const input = new PassThrough();
  const shown: string[] = [];
  const prompter = openPrompter({ input, write: (text) => void shown.push(text) });
  input.write(lines.map((line) => `${line}\n`).join(""));
  let hasQuit = false;
  const quit = () => {
    hasQuit = true;
  };
  const debug = openDebugger({ prompter, breaks: [], quit, edit: null, ...more });
  return { debug, shown, hasQuit: () => hasQuit, close: prompter.close };
}

test("shows system prompt and last message, and Enter makes the request", async () => {
  const { debug, shown, close } = terminal([""]);
  assert.is(await debug.before(task, never), null);
  assert.match(
    shown[0] ?? "",
    "━━━ before poet@1/oneshot:1 (sim) ━━━\n[system]\nYou are a poet.\n[user]\nWrite of roses.\nAnd of thorns.\n",
  );
  close();
});

test("a text is typed line by line, up to one with a dot, and keeps how it is indented", async () => {
  const { debug, close } = terminal(["e", "Write:", "", "  in verse", "."]);
  assert.equal(await debug.before(task, never), { system: null, last: "Write:\n\n  in verse" });
  close();
});

test("an editor is given the text that stands; where it fails nothing is changed", async () => {
  const given: string[] = [];
  const edit = (text: string) => {
    given.push(text);
    return given.length === 1 ? null : `${text} Be brief.`;
  };
  const { debug, shown, close } = terminal(["s", "s"], { edit });
  assert.equal(await debug.before(task, never), { system: "You are a poet. Be brief.", last: null });
  assert.match(shown.join(""), "nothing is changed");
  close();
});

test("stops at the agents and steps that are named, and nowhere after f", async () => {
  const { debug, shown, close } = terminal(["f"], { breaks: ["poet"] });
  const other = { ...task, step: { ...task.step, agent: "editor", op: "draft", label: "draft" } };
  assert.is(await debug.before(other, never), null);
  assert.is(shown.length, 0);
  const [first, second] = [debug.before(task, never), debug.before(task, never)];
  assert.equal(await Promise.all([first, second]), [null, null]);
  assert.is(shown.length, 1, "the one that queued is let go");
  close();
});

test("q quits; what is no word of it is told what there is", async () => {
  const { debug, shown, hasQuit, close } = terminal(["what", "q"]);
  assert.is(await debug.before(task, never), null);
  assert.ok(hasQuit());
  assert.match(shown[1] ?? "", "Enter makes the request");
  close();
});

const traceId = "a".repeat(32);
const plan = planOf(agent("main", "pattern: react", "Finish."));

/** Edits the first request once; `after` is told of each answer. */
function editing(after: () => void): Debug {
  const edits = [{ system: "Finish in verse.", last: "the other task" }];
  return { before: async () => edits.shift() ?? null, after: async () => after(), looksAt: () => false, ended: async () => null };
}

test("an edited prompt is what the record shows and its key is of, and a replay asks the same", () =>
  inFolder(async (stateDir) => {
    const world = countingWorld(plan, stateDir);
    const first = await record(plan, { stateDir, traceId, world }, { debug: editing(() => {}) });
    const journal = readJournal(runDir(stateDir, traceId), traceId);
    const head = journal.tasks.get("main@1/react:1")?.row.input_hash ?? null;
    assert.equal(
      journal.messages(head).map((message) => journal.text(message.value_hash)),
      ["Finish in verse.", "the other task"],
    );
    const as = "b".repeat(32);
    const second = await replay(plan, { stateDir, traceId, as });
    assert.equal(second, first);
    assert.equal(contentOf(rowsIn(stateDir, as)), contentOf(rowsIn(stateDir, traceId)));
  }));

test("a run that was quit goes on with the edited prompt, and pays for no answer twice", () =>
  inFolder(async (stateDir) => {
    const world = countingWorld(plan, stateDir);
    const stop = new AbortController();
    const ended = await record(plan, { stateDir, traceId, world }, { debug: editing(() => stop.abort()), signal: stop.signal });
    assert.is(ended.kind === "ended" && ended.status, "interrupted");
    const again = countingWorld(plan, stateDir);
    const resumed = await goOn(plan, { stateDir, traceId, world: again });
    assert.is(resumed.kind === "ended" && resumed.status, "ok");
    assert.equal([...world.done, ...again.done], ["main@1/react:1", "main@1/react:2"]);
    const journal = readJournal(runDir(stateDir, traceId), traceId);
    const head = journal.tasks.get("main@1/react:2")?.row.input_hash ?? null;
    assert.is(journal.text(journal.messages(head)[0]?.value_hash ?? null), "Finish in verse.");
  }));

test.run();
