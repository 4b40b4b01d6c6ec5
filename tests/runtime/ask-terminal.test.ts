import { PassThrough } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { WaitTask } from "../../runtime/3-task/task.ts";
import { terminalAsker } from "../../runtime/commands/ask-terminal.ts";
import { openPrompter } from "../../runtime/commands/terminal.ts";

const test = suite("asking at the terminal");
const never = new AbortController().signal;

function question(channel: string): WaitTask {
  const step = { agent: "main", op: "answer", label: "answer", call: 1 };
  return { kind: "wait", path: "main@1/answer", step, channel, question: `what of ${channel}?`, answer: { kind: "text" }, deadline: null };
}

function terminal() {
  const input = new PassThrough();
  const shown: string[] = [];
  const prompter = openPrompter({ input, write: (text) => void shown.push(text) });
  return { input, shown, ask: terminalAsker(prompter), close: prompter.close };
}

test("shows the banner, the channel and the question, and takes one trimmed line", async () => {
  const { input, shown, ask, close } = terminal();
  input.write("  yes, do \n");
  assert.equal(await ask(question("titles"), never), { kind: "answer", value: "yes, do" });
  assert.equal(shown, ["\n━━━ human input required ━━━\nchannel: titles\n\nwhat of titles?\n\n> "]);
  close();
});

test("lines that are typed ahead answer the questions that follow", async () => {
  const { input, ask, close } = terminal();
  input.write("one\ntwo\n");
  assert.equal(await ask(question("a"), never), { kind: "answer", value: "one" });
  assert.equal(await ask(question("b"), never), { kind: "answer", value: "two" });
  close();
});

test("a terminal that is closed is nobody", async () => {
  const { input, ask } = terminal();
  input.end();
  const reply = await ask(question("titles"), never);
  assert.is(reply.kind, "nobody");
});

test("a stop withdraws the question", async () => {
  const { ask, close } = terminal();
  const controller = new AbortController();
  const reply = ask(question("titles"), controller.signal);
  controller.abort();
  assert.equal(await reply, { kind: "cancelled" });
  close();
});

test.run();
