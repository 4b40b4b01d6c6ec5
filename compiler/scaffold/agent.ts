import type { Field, Pattern } from "../../stdlib/pattern.ts";
import { unreachable } from "../ir/unreachable.ts";
import { bodyOf, promptOf, reviewPrompt, workerPrompt } from "./prompts.ts";

/** Files that a scaffold writes: texts by path from the project's root. */
export type Files = Readonly<Record<string, string>>;

/** A field of frontmatter as a scaffold fills it in, and the agents that it names. */
interface Filled {
  readonly yaml: string;
  readonly helpers: Files;
}

/** What tells nobody of a new agent that nothing calls yet. */
const unused = "# tama-ignore resolve/unused-agent: new. Remove this line once an entry, or another agent, names it";

/** An agent of a pattern, made from what the pattern declares: its fields with values, its step files, and the agents that it calls. */
export function agentFiles(pattern: Pattern, name: string): Files {
  const fields = Object.entries(pattern.fields).filter(([, field]) => field.required);
  const filled = fields.map(([key, field]) => fill({ key, field, name }));
  const head = { name, description: pattern.summary, pattern: pattern.name, rest: filled.map(({ yaml }) => `${yaml}\n`).join("") };
  const steps = pattern.steps.map((step) => [`agents/${name}/${step}.md`, `${promptOf(step, pattern)}\n`] as const);
  return {
    [`agents/${name}/AGENT.md`]: agentFile(head, bodyOf(pattern), unused),
    ...Object.fromEntries(steps),
    ...(pattern.body === "code" ? { [`agents/${name}/worker.ts`]: worker(name) } : {}),
    ...Object.assign({}, ...filled.map(({ helpers }) => helpers)),
  };
}

interface Head {
  readonly name: string;
  readonly description: string;
  readonly pattern: string;
  readonly rest?: string;
}

/** An AGENT.md. */
export function agentFile({ name, description, pattern, rest = "" }: Head, body: string, comment = ""): string {
  const first = comment === "" ? "" : `${comment}\n`;
  return `---\n${first}name: ${name}\ndescription: ${JSON.stringify(description)}\nversion: 1.0.0\npattern: ${pattern}\n${rest}---\n${body}\n`;
}

interface Filling {
  readonly key: string;
  readonly field: Field;
  readonly name: string;
}

function fill({ key, field: { kind }, name }: Filling): Filled {
  switch (kind) {
    case "count":
      return { yaml: `${key}: 2`, helpers: {} };
    case "deadline":
      return { yaml: `${key}: {after: 1d, default: "no answer"}`, helpers: {} };
    case "type":
      return { yaml: `${key}: text`, helpers: {} };
    case "agent":
      return { yaml: `${key}: ${name}-${key}`, helpers: helper(`${name}-${key}`, workerPrompt(key)) };
    case "agents": {
      const names = [1, 2].map((index) => `${name}-${key.replace(/s$/, "")}-${index}`);
      return { yaml: `${key}: [${names.join(", ")}]`, helpers: Object.assign({}, ...names.map((one) => helper(one, workerPrompt(key)))) };
    }
    case "state":
      return { yaml: `${key}: ${name}-draft`, helpers: {} };
    case "states":
      return machine(key, name);
    default:
      return unreachable(kind);
  }
}

/** Two states: a draft, and a review that sends it back or lets it pass. */
function machine(key: string, name: string): Filled {
  const [draft, review] = [`${name}-draft`, `${name}-review`];
  const lines = [`${key}:`, `  ${draft}: ${review}`, `  ${review}:`, "    - approve: ~", `    - revise: ${draft}`];
  const reviewer = { name: review, description: "approves, or sends back", pattern: "react" };
  const helpers = {
    ...helper(draft, "Write a draft. Where you are given remarks, follow them."),
    [`agents/${review}/AGENT.md`]: agentFile(reviewer, reviewPrompt),
  };
  return { yaml: lines.join("\n"), helpers };
}

function helper(name: string, prompt: string): Files {
  return { [`agents/${name}/AGENT.md`]: agentFile({ name, description: "does one part of the work", pattern: "oneshot" }, prompt) };
}

function worker(name: string): string {
  return [
    'import { defineWorker, types } from "tama/compiler";',
    "",
    "/** Deterministic: the same input gives the same result; no clock, no random numbers, no network. */",
    "export default defineWorker({",
    `  capability: ${JSON.stringify(name)},`,
    "  input: types.text,",
    "  output: types.text,",
    "  run: (input: string) => input.trim(),",
    "});",
    "",
  ].join("\n");
}
