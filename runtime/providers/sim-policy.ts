import type { ModelTask } from "../3-task/task.ts";
import { optionsOf, type SimPolicy } from "./sim-options.ts";
import { chance, flip, index, pick } from "./sim-seed.ts";

/** How a simulated model decides where the protocol leaves it a choice. */
interface Policy {
  /** Which of the skills that it has not read it reads before it finishes. */
  readonly skills: (task: ModelTask, unread: readonly string[]) => readonly string[];
  /** How many calls of tools it makes before it finishes, as far as there are tools and turns for them. */
  readonly toolCalls: (task: ModelTask) => number;
  readonly key: (task: ModelTask, words: readonly string[]) => string;
  /** Whether a judge that is to say DONE says it in this round. */
  readonly isDone: (task: ModelTask, round: number) => boolean;
  /** Whether it uses up what the protocol forgives: an empty answer, then one that does not hold. */
  readonly wastes: boolean;
  /** How long it takes to answer, in milliseconds. */
  readonly delayMs: (task: ModelTask) => number;
}

/** The policy of a task's model. */
export function policyOf(task: ModelTask): Policy {
  return policies[optionsOf(task).policy];
}

const brief: Policy = {
  skills: (task, unread) => (unread.length > 0 && flip(task, "skill") ? [pick(task, "name", unread)] : []),
  toolCalls: () => 0,
  key: (task, words) => pick(task, "key", words),
  isDone: (task, round) => round > 1 || flip(task, "done"),
  wastes: false,
  delayMs: () => 0,
};

const random: Policy = {
  ...brief,
  skills: (task, unread) => unread.filter((name) => flip(task, `skill ${name}`)),
  toolCalls: (task) => index(task, "tools", 4),
  isDone: (task) => flip(task, "done"),
};

const policies: Readonly<Record<SimPolicy, Policy>> = {
  brief,
  random,
  "every-route": random,
  worst: {
    skills: (_task, unread) => unread,
    toolCalls: () => Number.POSITIVE_INFINITY,
    key: (_task, words) => words.find((word) => !soundsLikeAnEnd.test(word)) ?? words[0] ?? "done",
    isDone: () => false,
    wastes: true,
    delayMs: () => 0,
  },
  slow: { ...random, delayMs: (task) => 200 + Math.floor(chance(task, "delay") * 1_800) },
};

/** Words with which things come to an end; a model that goes on as long as it can takes another one where there is one. */
const soundsLikeAnEnd =
  /^(done|approved?|accept(ed)?|ok|yes|good|pass(ed)?|final|publish(ed)?|send|sent|ready|finish(ed)?|completed?|stop)$/i;
