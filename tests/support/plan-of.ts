/** Plans from texts in memory, for tests that look at what compiling makes. */
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import type { WorkerSource } from "../../compiler/1-source/types.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { parse } from "../../compiler/2-parse/index.ts";
import { resolve } from "../../compiler/3-resolve/index.ts";
import { check } from "../../compiler/4-check/index.ts";
import { lower } from "../../compiler/5-lower/index.ts";
import { makePlan } from "../../compiler/6-plan/index.ts";
import { prove } from "../../compiler/6-plan/prove.ts";
import { compileWith } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { reader } from "../../compiler/expr/reader.ts";
import type { Block, Plan } from "../../compiler/ir/plan.ts";
import { text } from "../../compiler/ir/types.ts";

/** Compiles sources, and fails with what is wrong with them. A project without a config gets one, with the entry `main`. */
export function planOf(texts: Readonly<Record<string, string>>, workers: Readonly<Record<string, WorkerSource>> = {}): Plan {
  const found: Diagnostic[] = [];
  const sources = sourcesFromMemory({ "tama.toml": config, ...texts }, (diagnostic) => found.push(diagnostic), workers);
  const { plan, diagnostics } = compileWith(sources, { reader, yaml: readFullYaml });
  const told = [...found, ...diagnostics].map(({ code, message }) => `${code}: ${message}`);
  if (!plan) throw new Error(`no plan\n${told.join("\n")}`);
  return plan;
}

/** A plan of sources that resolve, whatever the checks say of them: to hold what they say against a run. */
export function forcedPlanOf(texts: Readonly<Record<string, string>>, workers: Readonly<Record<string, WorkerSource>> = {}): Plan {
  const none = () => {};
  const parsed = parse(sourcesFromMemory({ "tama.toml": config, ...texts }, none, workers), readFullYaml, none);
  const resolved = resolve(parsed, reader, none);
  if (!resolved) throw new Error("the sources do not resolve");
  const lowered = lower(resolved, none);
  if (!lowered) throw new Error("a pattern of the project cannot lower its agents");
  return makePlan(resolved, lowered, prove({ config: parsed.config, project: resolved, lowered, endings: check(parsed, none) }, none));
}

const config = `[project]
name = "sample"
entrypoint = "main"
[models]
default = "openai:gpt-4o"
thinker = "openai:o3"
worker = "openai:gpt-4o-mini"
`;

/** An AGENT.md. `fields` is YAML: the pattern and what belongs to it. */
export function agent(name: string, fields: string, body = "Do it."): Readonly<Record<string, string>> {
  const front = `---\nname: ${name}\ndescription: does ${name}\nversion: 1.0.0\n${fields.trim()}\n---\n`;
  return { [`agents/${name}/AGENT.md`]: `${front}${body}\n` };
}

/** A SKILL.md. */
export function skill(name: string, tools: readonly string[]): Readonly<Record<string, string>> {
  const front = `---\nname: ${name}\ndescription: about ${name}\ntools: [${tools.join(", ")}]\n---\n`;
  return { [`skills/${name}/SKILL.md`]: `${front}How to use ${name}.\n` };
}

/** A worker's declaration, text to text. */
export function worker(name: string, more: Partial<WorkerSource> = {}): Readonly<Record<string, WorkerSource>> {
  const path = `agents/${name}/worker.ts`;
  const plain = { path, bundle: "export default {}", capability: name, input: text, output: text, keys: [], reads: [], timeoutMs: 60_000 };
  return { [name]: { ...plain, ...more } };
}

/** A block of a plan. */
export function blockOf(plan: Plan, name: string): Block {
  const block = plan.blocks[name];
  if (!block) throw new Error(`the plan has no block ${name}`);
  return block;
}
