import type { Pattern } from "../pattern.ts";
import { code } from "./code.ts";
import { fsm } from "./fsm.ts";
import { oneshot } from "./oneshot.ts";
import { parallel } from "./parallel.ts";
import { react } from "./react.ts";
import { scatter } from "./scatter.ts";

const registry: readonly Pattern[] = [oneshot, react, fsm, parallel, scatter, code];

/** Every built-in pattern by name. */
export const patterns: Readonly<Record<string, Pattern>> = Object.fromEntries(registry.map((pattern) => [pattern.name, pattern]));

/** Patterns that are ours and not built yet: an agent that uses one is told so, not that its pattern is unknown. */
export const laterPatterns: readonly string[] = [
  "best-of-n",
  "chain-of-verification",
  "constitutional",
  "critic",
  "debate",
  "human",
  "plan-execute",
  "reflexion",
];
