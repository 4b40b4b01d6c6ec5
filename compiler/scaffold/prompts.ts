import type { Pattern } from "../../stdlib/pattern.ts";

/** A first prompt for the steps that built-in patterns have; one of another name is told what it is part of. */
const steps: Readonly<Record<string, string>> = {
  act: "Do the task as well as you can. Where you are given feedback on an earlier attempt, follow it.",
  check: "Check the claim against the context. Say whether it holds, and why.",
  critique: "Say what is wrong with it, or missing, point by point. Do not rewrite it.",
  draft: "Write a first draft.",
  execute: "Do the current step, and nothing else. Say what came of it.",
  judge: "Choose the best variant and give it back as it is, or one made of the best parts.",
  reduce: "Draw the results together into one answer to the original task.",
  refine: "Rewrite the draft so that the critique no longer applies. Give back the text alone.",
  reflect: "Judge the result against the task. Begin with DONE if it is good; else say what to improve.",
  resume: "A person has answered. Finish the task by what they said.",
  revise: "Rewrite the answer so that the findings no longer apply. Give back the text alone.",
  verify: "Judge what was done against the task. Begin with DONE if it is complete; else say what is missing.",
};

/** What stands in place of the prompt of a step, or of the body, where its meaning depends on the pattern. */
const ofPattern: Readonly<Record<string, string>> = {
  "scatter body": "You are given a task. Split it into items that can be worked on apart, each saying all that is needed to do it.",
  "plan-execute body": "You are given a task. Plan the steps that it takes, each small enough to be done at once.",
  "human body":
    "You are given a task. Work on it until a person has to be asked. Then finish with the key `question`, the channel, and your question.",
  "chain-of-verification verify": "List the claims in the answer that can be checked, one on each line, and nothing else.",
};

const bodies: Readonly<Record<Pattern["body"], string>> = {
  ask: "You are given a task. Answer it.",
  act: "You are given a task. Work on it with the tools that you have, and finish with the result.",
  code: "What worker.ts does, for people: no model reads this.",
  none: "What this agent is for, for people: no model reads this.",
};

/** The prompt of a step file. */
export function promptOf(step: string, pattern: Pattern): string {
  return ofPattern[`${pattern.name} ${step}`] ?? steps[step] ?? `Do the step \`${step}\` of this: ${pattern.summary}.`;
}

/** The body of an AGENT.md. */
export function bodyOf(pattern: Pattern): string {
  return ofPattern[`${pattern.name} body`] ?? bodies[pattern.body];
}

/** The prompt of an agent that a field of another names. */
export function workerPrompt(field: string): string {
  return ofField[field] ?? "You are given one part of the work. Do it.";
}

const ofField: Readonly<Record<string, string>> = {
  agents: "Argue for one side of the question, and answer what the others have said.",
  judge: "Weigh the arguments, and decide.",
};

export const reviewPrompt =
  "Review what you are given. Finish with the key `approve` and the text as it is if it is good, or with the key `revise` and your remarks.";
