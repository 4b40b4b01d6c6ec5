/** Projects in memory that more than one test looks at. */
import type { WorkerSource } from "../../compiler/1-source/types.ts";
import { agent, skill, worker } from "./plan-of.ts";

export interface Project {
  readonly texts: Readonly<Record<string, string>>;
  readonly workers: Readonly<Record<string, WorkerSource>>;
}

const states = `
  sort: [{urgent: write}, {"*": gather}]
  gather: write
  write: check
  check: [{approve: publish}, {Revise: write}, {again: write}, {drop: ~}, {shelve: shelved}, {"!error": shelved}]
  publish: ~
  shelved: ~`;

/** Each pattern once, called from an fsm with every kind of way out. */
export const everyPattern: Project = {
  texts: {
    ...agent("main", `pattern: fsm\ninitial: sort\nstates:${states}`),
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
