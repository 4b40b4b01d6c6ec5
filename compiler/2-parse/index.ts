import type { Pattern } from "../../stdlib/pattern.ts";
import { patterns as builtIn } from "../../stdlib/patterns/index.ts";
import { skills as shipped } from "../../stdlib/skills/skills.generated.ts";
import { shippedWorkers as workers } from "../../stdlib/workers/shipped.ts";
import type { SourceFile, SourceSet } from "../1-source/types.ts";
import { decodeConfig, type ProjectConfig } from "../config.ts";
import { parseNoAgentFile, parseNoSkillFile } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { readAgent } from "./agent.ts";
import { readSkill } from "./skill.ts";
import { shippedPrefix, skillFile } from "./skill-names.ts";
import type { StepFile } from "./step.ts";
import type { ParsedAgent, ParsedProject, ParsedSkill } from "./types.ts";
import type { FullYaml } from "./yaml.ts";

/**
 * Reads every file of a project. Total: each problem is a finding, and what could not be read is listed as unread, so that
 * references to it are no second finding.
 */
export function parse(sources: SourceSet, yaml: FullYaml, report: Report): ParsedProject {
  const files = new Map(sources.files.map((file) => [file.path, file]));
  const config = decodeConfig(sources.config, report);
  const agents = parseAgents(sources, { files, patterns: patternsOf(config), yaml }, report);
  const skills = [...parseSkills(sources, { files, yaml }, report), ...shippedSkills(agents, yaml)];
  return {
    config,
    agents,
    skills,
    unread: { agents: without(sources.agents, agents), skills: without(sources.skills, skills), files: sources.unread },
    workers: { ...shippedWorkers(agents), ...sources.workers },
    tools: sources.tools,
    digests: sources.digests,
    texts: Object.fromEntries(sources.files.map((file) => [file.path, file.text])),
  };
}

type Patterns = Readonly<Record<string, Pattern>>;

/** The built-in patterns and the project's own. */
function patternsOf({ patterns: own }: ProjectConfig): Patterns {
  return { ...builtIn, ...Object.fromEntries(own.map(({ pattern }) => [pattern.name, pattern])) };
}

interface Known {
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly patterns: Patterns;
  readonly yaml: FullYaml;
}

function parseAgents(sources: SourceSet, { files, patterns, yaml }: Known, report: Report): readonly ParsedAgent[] {
  const steps = stepFiles(sources.files);
  return [...sources.agents].sort().flatMap((directory) => {
    const file = files.get(`agents/${directory}/AGENT.md`);
    if (file)
      return readAgent({ directory, file, steps: steps.get(directory) ?? [], unread: sources.unread, patterns, yaml }, report) ?? [];
    if (!sources.unread.includes(`agents/${directory}/AGENT.md`)) report(parseNoAgentFile(null, { directory }));
    return [];
  });
}

function parseSkills(sources: SourceSet, { files, yaml }: Omit<Known, "patterns">, report: Report): readonly ParsedSkill[] {
  return [...sources.skills].sort().flatMap((directory) => {
    const path = skillFile(directory);
    const file = files.get(path);
    if (file) return readSkill({ directory, file, yaml }, report) ?? [];
    if (!sources.unread.includes(path)) report(parseNoSkillFile(null, { directory }));
    return [];
  });
}

/** Those of the skills that come with tama which some agent names. They are sound, which a test holds them to. */
function shippedSkills(agents: readonly ParsedAgent[], yaml: FullYaml): readonly ParsedSkill[] {
  const named = new Set(agents.flatMap(({ body, steps }) => [body, ...steps].flatMap(({ uses }) => uses.map(({ value }) => value))));
  const texts = Object.entries(shipped).filter(([name]) => named.has(`${shippedPrefix}${name}`));
  return texts.flatMap(([name, text]) => {
    const directory = `${shippedPrefix}${name}`;
    return readSkill({ directory, file: { path: skillFile(directory), text }, yaml }, () => {}) ?? [];
  });
}

/** The Markdown files beside each AGENT.md, by directory. */
function stepFiles(files: readonly SourceFile[]): ReadonlyMap<string, readonly StepFile[]> {
  const found = new Map<string, StepFile[]>();
  for (const source of files) {
    const [, directory, name] = /^agents\/([^/]+)\/([^/]+)\.md$/.exec(source.path) ?? [];
    if (directory === undefined || name === undefined || name === "AGENT") continue;
    const siblings = found.get(directory) ?? [];
    found.set(directory, [...siblings, { name, source }]);
  }
  return found;
}

/** By agent, the workers that come with tama and that agents name. */
function shippedWorkers(agents: readonly ParsedAgent[]): SourceSet["workers"] {
  const named = agents.flatMap(({ directory, worker }) => {
    const name = worker?.value.startsWith(shippedPrefix) ? worker.value.slice(shippedPrefix.length) : "";
    const found = Object.hasOwn(workers, name) ? workers[name] : undefined;
    return found ? [[directory, { path: `${shippedPrefix}${name}`, ...found }] as const] : [];
  });
  return Object.fromEntries(named);
}

function without(directories: readonly string[], read: readonly { readonly directory: string }[]): readonly string[] {
  const known = new Set(read.map(({ directory }) => directory));
  return directories.filter((directory) => !known.has(directory)).sort();
}
