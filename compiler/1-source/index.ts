import { realpathSync } from "node:fs";
import { join } from "node:path";
import { posix } from "node:path/posix";
import { sourceNoDirectory, sourceNoProject } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { type Digest, digestBytes } from "../ir/digest.ts";
import { type LoadedConfig, readConfig, rootOf } from "./config.ts";
import { directoriesIn, filesIn, isDirectory, listingOf } from "./directory.ts";
import { readText } from "./text.ts";
import { readTools, toolFiles } from "./tool.ts";
import type { SourceFile, SourceSet, WorkerSource } from "./types.ts";
import { readWorker } from "./worker.ts";

export { rootOf } from "./config.ts";

const noSources: SourceSet = { files: [], unread: [], agents: [], skills: [], config: null, workers: {}, tools: [], digests: {} };

/**
 * Reads a project's folder, and runs its config and its workers once for what they declare. Paths are relative to the
 * config's `project.root`. Reports `source/*`; what could not be read is absent.
 */
export async function readProject(dir: string, report: Report): Promise<SourceSet> {
  if (!isDirectory(dir)) {
    report(sourceNoDirectory(null, { dir }));
    return noSources;
  }
  const base = realpathSync(dir);
  const config = await readConfig(base, report);
  const prefix = rootOf(config?.source ?? null);
  const root = join(base, prefix);
  if (!config && !isDirectory(join(root, "agents"))) {
    report(sourceNoProject(null, { dir }));
    return noSources;
  }
  return readSources(root, config && relativeTo(prefix, config), report);
}

async function readSources(root: string, config: LoadedConfig | null, report: Report): Promise<SourceSet> {
  const agents = directoriesIn(root, "agents", report);
  const skills = directoriesIn(root, "skills", report);
  const folders = agents.map((agent) => listingOf(root, `agents/${agent}`, "SKILL.md", report));
  const beside = folders.flatMap(({ holding }) => holding);
  const toolPaths = toolFiles(root, config?.source ?? null, report);
  const paths = [
    ...agents.flatMap((agent, index) => agentFiles(agent, folders[index]?.files ?? [])),
    ...skills.flatMap((skill) => skillFile(root, skill, report)),
    ...beside.map((path) => `${path}/SKILL.md`),
    ...new Set(toolPaths),
  ].sort();
  const files = paths.flatMap((path) => sourceFile(root, path, report));
  const read = new Set(files.map(({ path }) => path));
  const workers = await readWorkers(root, files, report);
  const tools = await readTools(
    root,
    toolPaths.flatMap((path) => files.find((file) => file.path === path) ?? []),
    report,
  );
  const inputs = [...(config?.inputs ?? []), ...workers.inputs, ...tools.inputs];
  const digests = digestsOf(root, [...files, ...(config ? [config.source] : [])], inputs, report);
  const unread = paths.filter((path) => !read.has(path) || (isWorker(path) && !workers.paths.has(path)) || tools.unread.includes(path));
  const found = { files, unread, agents, skills: [...skills, ...beside] };
  return { ...found, config: config?.source ?? null, workers: workers.byAgent, tools: tools.tools, digests };
}

/** AGENT.md, the step files, and worker.ts. */
function agentFiles(agent: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith(".md") || name === "worker.ts").map((name) => `agents/${agent}/${name}`);
}

function skillFile(root: string, skill: string, report: Report): readonly string[] {
  return filesIn(root, `skills/${skill}`, report).includes("SKILL.md") ? [`skills/${skill}/SKILL.md`] : [];
}

function sourceFile(root: string, path: string, report: Report): readonly SourceFile[] {
  const text = readText(root, path, report);
  return text === null ? [] : [{ path, text }];
}

interface Workers {
  readonly byAgent: Readonly<Record<string, WorkerSource>>;
  readonly paths: ReadonlySet<string>;
  readonly inputs: readonly string[];
}

async function readWorkers(root: string, files: readonly SourceFile[], report: Report): Promise<Workers> {
  const read = await Promise.all(files.filter(({ path }) => isWorker(path)).map((file) => readWorker(root, file, report)));
  const loaded = read.filter((worker) => worker !== null);
  return {
    byAgent: Object.fromEntries(loaded.map(({ source }) => [source.path.split("/")[1] ?? "", source])),
    paths: new Set(loaded.map(({ source }) => source.path)),
    inputs: loaded.flatMap(({ inputs }) => inputs),
  };
}

function isWorker(path: string): boolean {
  return /^agents\/[^/]+\/worker\.ts$/.test(path);
}

/** Of each file read; files that only a bundle holds are read for it. */
function digestsOf(root: string, known: readonly SourceFile[], inputs: readonly string[], report: Report): SourceSet["digests"] {
  const texts = new Map(known.map(({ path, text }) => [path, text]));
  const others = [...new Set(inputs)].filter((path) => !texts.has(path)).flatMap((path) => sourceFile(root, path, report));
  const all = [...texts, ...others.map(({ path, text }) => [path, text] as const)];
  const digests: readonly (readonly [string, Digest])[] = all.map(([path, text]) => [path, digestBytes(text)]);
  return Object.fromEntries([...digests].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The config's paths as seen from the folder that it names as root. */
function relativeTo(prefix: string, { source, inputs }: LoadedConfig): LoadedConfig {
  const seen = (path: string) => posix.relative(prefix, path);
  return { source: { ...source, path: seen(source.path) }, inputs: inputs.map(seen) };
}
