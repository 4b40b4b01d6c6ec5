/** What the equal calls of an act came to. Owned by its `LoopState`; loop-guards.ts says what follows. */
export interface Repeats {
  readonly byCall: Map<string, Repeat>;
  /** How many calls so far can have changed what others answer. */
  changes: number;
}

interface Repeat {
  readonly result: string;
  /** How often the result came, one after the other. */
  readonly count: number;
  /** `changes` when it came last. */
  readonly changes: number;
}

/** Nothing called yet, or nothing whose result the model still sees. */
export function noRepeats(): Repeats {
  return { byCall: new Map(), changes: 0 };
}

/** How often the call's last result came. */
export function timesSeen({ byCall }: Repeats, call: string): number {
  return byCall.get(call)?.count ?? 0;
}

/** Notes a result, and how often it has come by now: another result than the last begins a new count. */
export function countResult(repeats: Repeats, call: string, result: string): number {
  const before = repeats.byCall.get(call);
  const count = before?.result === result ? before.count + 1 : 1;
  repeats.byCall.set(call, { result, count, changes: repeats.changes });
  return count;
}

/** Notes that a call was left out and gives its number, where it would be the `skip`th with its result and nothing has changed since the last; else null. */
export function countSkip(repeats: Repeats, call: string, skip: number): number | null {
  const before = repeats.byCall.get(call);
  if (skip === 0 || !before || before.count + 1 < skip || before.changes !== repeats.changes) return null;
  repeats.byCall.set(call, { ...before, count: before.count + 1 });
  return before.count + 1;
}
