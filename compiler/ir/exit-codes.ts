/** What the exit codes of `tamac` and `tama` mean. */
export const exitCodes = {
  ok: 0,
  /** Findings of error severity, or input that cannot be read. */
  diagnostics: 1,
  usage: 2,
  /** `tamac build --check`: the plan is not what the sources give. `tamac diff --exit-code`: one plan is not the other. */
  stale: 3,
  /** `--locked`: a tool or a model is not the plan's. */
  notAsPlanned: 4,
  runFailed: 5,
  limit: 6,
  waiting: 7,
  replayMiss: 8,
  /** A plan from elsewhere whose code is not allowed, or one that was changed after it was built. */
  refused: 9,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
