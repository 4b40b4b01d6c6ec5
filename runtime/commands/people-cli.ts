/** The commands for those who answer what runs ask. */
import type { Command } from "commander";
import { type End, format, stateOf } from "./record-cli.ts";

/** Adds `inbox`, `answer` and `cancel` to `tama`. */
export function peopleCommands(tama: Command, end: End): void {
  tama
    .command("inbox")
    .description("what runs ask people: the open questions of all runs, with the command that answers each")
    .addOption(format("text", "json"))
    .action(async (flags: { format: "text" | "json" }, command: Command) => {
      const { inboxCommand } = await import("./inbox.ts");
      const where = command.optsWithGlobals<object>();
      await end((host) => inboxCommand({ stateDir: stateOf(command, host), where, nowUs: Date.now() * 1000, ...flags }, host.io), command);
    });
  tama
    .command("answer")
    .description("answer a question of a run; it goes on at once if it is at work, else with tama resume")
    .argument("<run>", "a run's id, the beginning of one, or `last`")
    .argument("<channel>", "the question's channel, or its path where several have the same")
    .argument("<value>", "a text as it is; for other types JSON; after `--` it may begin with a dash")
    .action(async (...[run, channel, value, , command]: [string, string, string, object, Command]) => {
      const { answerCommand } = await import("./answer.ts");
      const where = command.optsWithGlobals<object>();
      const options = { run, channel, value, where, nowUs: Date.now() * 1000 };
      await end((host) => answerCommand({ stateDir: stateOf(command, host), ...options }, host.io), command);
    });
  tama
    .command("cancel")
    .description("stop a run that goes on elsewhere, or withdraw the questions of one that waits; it can be resumed")
    .argument("<run>", "a run's id, the beginning of one, or `last`")
    .action(async (run: string, _flags: object, command: Command) => {
      const { cancelCommand } = await import("./cancel.ts");
      const nowUs = () => Date.now() * 1000;
      await end((host) => cancelCommand({ stateDir: stateOf(command, host), run, nowUs }, host.io), command);
    });
}
