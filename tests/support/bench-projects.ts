/** Projects of any size for benches. */
import type { AgentFiles, ProjectFiles } from "./projects.ts";

const lines = Array.from({ length: 12 }, (_, index) => `${index + 1}. Look at the text closely, and say what you find in a sentence.`);
const body = `You are one of many.\n\n${lines.join("\n")}`;

/** A lead over teams of a hundred at most, whose members make one model call each. */
export function flatProject(count: number): ProjectFiles {
  const teams = Math.ceil(count / 100);
  const members = Array.from({ length: count - teams - 1 }, (_, index) => `member-${index + 1}`);
  return underLead(
    members,
    members.map((member) => [member, { pattern: "oneshot", body }]),
    teams,
  );
}

/** A lead over teams of units of seven: a machine in a machine with guards and a caught failure, a fan-out with a step file, typed hand-offs and templates. */
export function mixedProject(count: number): ProjectFiles {
  const units = Math.ceil(count / 7);
  const names = Array.from({ length: units }, (_, index) => `unit-${index + 1}`);
  return underLead(names, names.flatMap(unit), Math.ceil(units / 100));
}

function underLead(members: readonly string[], agents: readonly (readonly [string, AgentFiles])[], teams: number): ProjectFiles {
  const groups = Array.from({ length: teams }, (_, team): [string, AgentFiles] => [
    `team-${team + 1}`,
    { pattern: "parallel", body: "", fields: { workers: members.filter((_, index) => index % teams === team) } },
  ]);
  const lead: AgentFiles = { pattern: "parallel", body: "", fields: { workers: groups.map(([group]) => group) } };
  return { entry: "lead", agents: Object.fromEntries([["lead", lead], ...groups, ...agents]) };
}

function unit(name: string): readonly (readonly [string, AgentFiles])[] {
  const of = (part: string) => `${name}-${part}`;
  const review = { [of("writer")]: of("critic"), [of("critic")]: [{ revise: of("writer") }, { approve: null }] };
  const score = [{ result: of("review"), when: "value.score < 7" }, { result: null }, { "!error": "given-up" }];
  const states = { [of("gather")]: of("review"), [of("review")]: of("judge"), [of("judge")]: score, "given-up": null };
  return [
    [name, { pattern: "fsm", body: "", fields: { initial: of("gather"), states, max_iter: 12 } }],
    [of("gather"), { pattern: "scatter", body, fields: { worker: of("finder") }, steps: { reduce: "Put the findings together.\n" } }],
    [of("finder"), { pattern: "react", body: `${body}\n\nLook for {{ input | trim }}.`, fields: { input: "text" } }],
    [of("review"), { pattern: "fsm", body: "", fields: { initial: of("writer"), states: review, max_iter: 6 } }],
    [of("writer"), { pattern: "oneshot", body }],
    [of("critic"), { pattern: "react", body: `${body}\n\nFinish with approve or revise.`, fields: { keys: ["approve", "revise"] } }],
    [of("judge"), { pattern: "oneshot", body, fields: { output: { score: "int", notes: "list<text>" } } }],
  ];
}
