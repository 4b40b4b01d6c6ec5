import type { Pattern } from "../pattern.ts";
import { bestOfN } from "./best-of-n.ts";
import { chainOfVerification } from "./chain-of-verification.ts";
import { code } from "./code.ts";
import { constitutional } from "./constitutional.ts";
import { critic } from "./critic.ts";
import { debate } from "./debate.ts";
import { fsm } from "./fsm.ts";
import { human } from "./human.ts";
import { oneshot } from "./oneshot.ts";
import { parallel } from "./parallel.ts";
import { planExecute } from "./plan-execute.ts";
import { react } from "./react.ts";
import { reflexion } from "./reflexion.ts";
import { scatter } from "./scatter.ts";

const registry: readonly Pattern[] = [
  oneshot,
  react,
  fsm,
  parallel,
  scatter,
  critic,
  reflexion,
  constitutional,
  chainOfVerification,
  planExecute,
  debate,
  bestOfN,
  human,
  code,
];

/** Every built-in pattern by name. */
export const patterns: Readonly<Record<string, Pattern>> = Object.fromEntries(registry.map((pattern) => [pattern.name, pattern]));
