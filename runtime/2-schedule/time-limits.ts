import type { Path } from "../../compiler/ir/path.ts";
import type { BlockFrame, Run } from "./frames.ts";
import { type Account, outOfTime } from "./limits.ts";
import { limitFailure, recordReached } from "./requests.ts";
import { cancelBody } from "./run-body.ts";

/** Asks to be told when the time at work of an account is used up, if it has such a limit. */
export function watch(run: Run, account: Account): void {
  if (account.limits.wallMs === null) return;
  run.watched.set(account.path, account);
  run.commands.push({ kind: "watch", path: account.path, wallMs: account.limits.wallMs });
}

/** A block has ended, and its time with it. */
export function stopWatching(run: Run, { span }: BlockFrame): void {
  if (run.watched.delete(span)) run.commands.push({ kind: "unwatch", path: span });
}

/** The time of an account is used up: the run ends, what fails from now on changes nothing. */
export function timeIsUp(run: Run, path: Path): void {
  const account = run.watched.get(path);
  const { root } = run;
  if (!account || !root || root.failure) return;
  const reached = outOfTime(account);
  recordReached(run, path === "" ? root.prefix : path, reached);
  root.failure = { failure: limitFailure(reached, path === "" ? root.prefix : path).failure, op: -1 };
  cancelBody(run, root, reached.message);
}
