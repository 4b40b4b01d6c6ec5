import { toText } from "../../compiler/ir/json.ts";
import { show } from "../../compiler/ir/types.ts";
import { coerce } from "../2-schedule/keys.ts";
import type { WaitTask } from "../3-task/task.ts";
import type { Asker } from "../asker.ts";
import type { Prompter } from "./terminal.ts";

/** Shows a question and takes one line, trimmed, as its answer; one that is not of the question's type is asked for again. */
export function terminalAsker(prompter: Prompter): Asker {
  return async (task, signal) => {
    const typed = await prompter.ask(shown(task), (line) => meant(line.trim(), task.answer), signal);
    switch (typed.kind) {
      case "typed":
        return { kind: "answer", value: typed.value };
      case "closed":
        return { kind: "nobody" };
      default:
        return { kind: "cancelled" };
    }
  };
}

function shown({ channel, question, answer }: WaitTask): string {
  const type = answer.kind === "text" ? "" : `\n(${show(answer)})`;
  return `\n━━━ human input required ━━━\nchannel: ${channel}\n\n${toText(question)}${type}\n\n> `;
}

function meant(line: string, type: WaitTask["answer"]) {
  const value = coerce(line, type);
  return value === undefined
    ? ({ kind: "wrong", problem: `that is not of type ${show(type)}` } as const)
    : ({ kind: "ok", value } as const);
}
