/** Plans whose runs are cut short, resumed and replayed: every pattern, machines within machines, branches with memory. */
import type { WorkerSource } from "../../compiler/1-source/types.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { agent, planOf, skill, worker } from "./plan-of.ts";

const step = (path: string, pattern: "oneshot" | "react" = "oneshot") => ({
  [`agents/${path}.md`]: `---\npattern: ${pattern}\n---\nDo the step.\n`,
});
const notes = skill("notes", ["tama_mem_append", "tama_mem_get"]);
const noting = "pattern: react\ncall: {uses: [notes]}";

const counting = { ...agent("count", "pattern: code"), "agents/count/worker.ts": "" };
const workers = worker("count", {
  path: "agents/count/worker.ts",
  reads: ["log"],
  bundle: "export default { run: (text, { memory }) => `${text.length} letters, ${JSON.stringify(memory)}` };",
});

/** Each pattern once, one after the other. */
const patterns: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  oneshot: agent("it", "pattern: oneshot"),
  react: { ...agent("it", noting), ...notes },
  code: { ...agent("it", "pattern: parallel\nworkers: [count]"), ...counting },
  scatter: { ...agent("it", "pattern: scatter\nworker: read"), ...step("it/reduce"), ...agent("read", noting), ...notes },
  parallel: {
    ...agent("it", "pattern: parallel\nworkers: [read, draft, read]"),
    ...agent("read", noting),
    ...agent("draft", "pattern: oneshot"),
    ...notes,
  },
  critic: { ...agent("it", "pattern: critic"), ...step("it/draft"), ...step("it/critique", "react"), ...step("it/refine") },
  debate: {
    ...agent("it", "pattern: debate\nagents: [draft, read]\nrounds: 2\njudge: judge"),
    ...agent("draft", "pattern: oneshot"),
    ...agent("read", noting),
    ...agent("judge", "pattern: react", "yes or no"),
    ...notes,
  },
  "best-of-n": { ...agent("it", "pattern: best-of-n\nn: 3"), ...step("it/judge") },
  human: { ...agent("it", "pattern: human"), "agents/it/resume.md": "stop or go\n" },
  constitutional: { ...agent("it", "pattern: constitutional"), ...step("it/critique"), ...step("it/revise") },
  "chain-of-verification": {
    ...agent("it", "pattern: chain-of-verification"),
    ...step("it/verify"),
    ...step("it/check", "react"),
    ...step("it/revise"),
  },
  reflexion: { ...agent("it", "pattern: reflexion"), ...step("it/act"), ...step("it/reflect", "react") },
  "plan-execute": { ...agent("it", "pattern: plan-execute"), ...step("it/execute"), ...step("it/verify") },
  fsm: {
    ...agent("it", "pattern: fsm\ninitial: outer\nstates:\n  outer: both\n  both: [{parallel: ~}]"),
    ...agent("outer", "pattern: fsm\ninitial: read\nmax_iter: 4\nstates:\n  read: draft\n  draft: ~"),
    ...agent("both", "pattern: parallel\nworkers: [read, outer, read]"),
    ...agent("read", noting),
    ...agent("draft", "pattern: oneshot"),
    ...notes,
  },
};

/** A plan per pattern, by name: an fsm runs it and then reads what it noted. `tools` are unlocked beside those of memory. */
export function plans(tools: readonly string[] = []): ReadonlyMap<string, Plan> {
  const unlocking = skill("notes", ["tama_mem_append", "tama_mem_get", ...tools]);
  const planned = (files: (typeof patterns)[string]) => planOf({ ...main, ...files, ...look, ...unlocking }, workersFor(files));
  return new Map(Object.entries(patterns).map(([name, files]) => [name, planned(files)]));
}

const main = agent("main", "pattern: fsm\ninitial: it\nstates:\n  it: [{'*': look}]\n  look: ~");
const look = agent("look", noting);

function workersFor(files: Readonly<Record<string, string>>): Readonly<Record<string, WorkerSource>> {
  return "agents/count/worker.ts" in files ? workers : {};
}
