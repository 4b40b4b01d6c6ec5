import { advance, createRun, type RunOptions } from "../2-schedule/index.ts";
import type { Command, Settled } from "../2-schedule/types.ts";
import type { Follower } from "./follower.ts";

/** Follows a record as far as it goes, without writing or doing anything. Gives how the run would end; null where work is left. */
export function walk(options: RunOptions, follower: Follower): Settled | null {
  const { run, commands } = createRun(options);
  let settled: Settled | null = null;
  const obey = (list: readonly Command[]) => {
    for (const command of list) {
      if (command.kind === "task") follower.take(run, command.task);
      if (command.kind === "cancel") follower.cancel(command.path);
      if (command.kind === "review") follower.review(command);
      if (command.kind === "ended") settled = command.settled;
    }
  };
  obey(commands);
  for (let event = follower.next(run); event && settled === null; event = follower.next(run)) obey(advance(run, event));
  return settled;
}
