/** Marks a branch that the types rule out. Reaching it is a bug of ours. */
export function unreachable(value: never): never {
  throw bug(`unexpected ${JSON.stringify(value)}`);
}

/** An error that says: this is our mistake, not the user's. Caught only by the command lines, which exit 70. */
export function bug(message: string, cause?: unknown): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  error.name = "Bug";
  return error;
}
