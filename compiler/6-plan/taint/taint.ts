/** Untrusted text comes in where an op has a tool that reaches the net. */
export interface Source {
  /** `agent/op`. */
  readonly at: string;
  readonly path: string;
}

/** What a value may hold: text of a source, or whatever the block's input or shared memory hold. */
export interface Taint {
  readonly source: Source | null;
  readonly input: boolean;
  readonly memory: boolean;
}

export const clean: Taint = { source: null, input: false, memory: false };

/** Either of them. The first source stands for all. */
export function join(a: Taint, b: Taint): Taint {
  return { source: a.source ?? b.source, input: a.input || b.input, memory: a.memory || b.memory };
}

/** Whether the two are equally tainted, whatever the source. */
export function isSame(a: Taint, b: Taint): boolean {
  return (a.source === null) === (b.source === null) && a.input === b.input && a.memory === b.memory;
}

/** What a block's value holds where the block is called with `input`. */
export function calledWith(value: Taint, input: Taint): Taint {
  const own = { source: value.source, input: false, memory: value.memory };
  return value.input ? join(own, input) : own;
}

/** The source in a value, given what the block's input and memory hold. */
export function sourceIn(value: Taint, input: Source | null, memory: Source | null): Source | null {
  return value.source ?? (value.input ? input : null) ?? (value.memory ? memory : null);
}
