import type { Digest } from "../ir/digest.ts";
import type { Block } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";

/** Blocks by agent, the texts they embed by digest, and where each block (`agent`) and op (`agent/op`) comes from. */
export interface LoweredProject {
  readonly blocks: Readonly<Record<string, Block>>;
  readonly texts: Readonly<Record<Digest, string>>;
  readonly origins: ReadonlyMap<string, Span>;
}
