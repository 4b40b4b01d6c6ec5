/** Projects in memory that more than one test looks at. */
import type { WorkerSource } from "../../compiler/1-source/types.ts";
import { agent, skill, worker } from "./plan-of.ts";

interface Project {
  readonly texts: Readonly<Record<string, string>>;
  readonly workers: Readonly<Record<string, WorkerSource>>;
}

const states = `
  sort: [{urgent: write}, {"*": gather}]
  gather: write
  write: check
  check: [{approve: publish}, {Revise: write}, {again: write}, {drop: ~}, {shelve: shelved}, {"!error": shelved}]
  publish: compose
  compose: argue
  argue: [{yes: choose}, {no: ask}]
  choose: ask
  ask: [{stop: ~}, {go: answer}]
  answer: prove
  prove: improve
  improve: plan
  plan: ~
  shelved: ~`;

const step = (path: string, pattern: "oneshot" | "react" = "oneshot") => ({
  [`agents/${path}.md`]: pattern === "react" ? "---\npattern: react\n---\nDo the step.\n" : "Do the step.\n",
});

/** Each pattern once, called from an fsm with every kind of way out. */
export const everyPattern: Project = {
  texts: {
    ...agent("main", `pattern: fsm\ninitial: sort\nstates:${states}`),
    ...agent("sort", "pattern: react\ncall: {uses: [notes]}", "urgent or not"),
    ...agent("gather", "pattern: scatter\nworker: read"),
    ...step("gather/reduce"),
    ...agent("read", "pattern: react"),
    ...agent("write", "pattern: parallel\nworkers: [draft, count, draft]"),
    ...agent("draft", "pattern: oneshot\nretry: {attempts: 2}"),
    ...agent("count", "pattern: code"),
    "agents/count/worker.ts": "",
    ...agent("check", "pattern: react", "approve revise again drop shelve"),
    ...agent("publish", "pattern: oneshot"),
    ...agent("compose", "pattern: critic"),
    ...step("compose/draft"),
    ...step("compose/critique", "react"),
    ...step("compose/refine"),
    ...agent("argue", "pattern: debate\nagents: [draft, read]\nrounds: 2\njudge: judge"),
    ...agent("judge", "pattern: react", "yes or no"),
    ...agent("choose", "pattern: best-of-n\nn: 3"),
    ...step("choose/judge"),
    ...agent("ask", "pattern: human"),
    "agents/ask/resume.md": "stop or go\n",
    ...agent("answer", "pattern: constitutional"),
    ...step("answer/critique"),
    ...step("answer/revise"),
    ...agent("prove", "pattern: chain-of-verification\non_error: collect"),
    ...step("prove/verify"),
    ...step("prove/check", "react"),
    ...step("prove/revise"),
    ...agent("improve", "pattern: reflexion"),
    ...step("improve/act"),
    ...step("improve/reflect", "react"),
    ...agent("plan", "pattern: plan-execute"),
    ...step("plan/execute"),
    ...step("plan/verify"),
    ...skill("notes", ["tama_mem_set", "tama_files_read"]),
  },
  workers: worker("count"),
};

const waysOut = `
  sort: [{urgent: write}, {"*": gather}]
  gather: write
  write: check
  check: [{approve: publish}, {Revise: write}, {again: write}, {drop: ~}, {shelve: shelved}, {"!error": shelved}]
  publish: ~
  shelved: ~`;

/** An fsm with every kind of way out, and what its states fan out to. */
export const everyWayOut: Project = {
  texts: {
    ...agent("main", `pattern: fsm\ninitial: sort\nstates:${waysOut}`),
    ...agent("sort", "pattern: react\ncall: {uses: [notes]}", "urgent or not"),
    ...agent("gather", "pattern: scatter\nworker: read"),
    "agents/gather/reduce.md": "Reduce it.\n",
    ...agent("read", "pattern: react"),
    ...agent("write", "pattern: parallel\nworkers: [draft, count, draft]"),
    ...agent("draft", "pattern: oneshot"),
    ...agent("count", "pattern: code"),
    "agents/count/worker.ts": "",
    ...agent("check", "pattern: react", "approve revise again drop shelve"),
    ...agent("publish", "pattern: oneshot"),
    ...skill("notes", ["tama_mem_set", "tama_files_read"]),
  },
  workers: worker("count"),
};
