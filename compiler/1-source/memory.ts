import type { Report } from "../diagnostics/diagnostic.ts";
import { digestBytes } from "../ir/digest.ts";
import { parseToml } from "./config.ts";
import { normaliseText } from "./text.ts";
import type { ConfigSource, SourceSet, WorkerSource } from "./types.ts";

/**
 * Sources from memory: texts by path, as `readProject` would find them on a disk. A config is a `tama.toml`; workers are given
 * as they were declared. Reports `source/bad-toml`.
 */
export function sourcesFromMemory(
  texts: Readonly<Record<string, string>>,
  report: Report,
  workers: Readonly<Record<string, WorkerSource>> = {},
): SourceSet {
  const all = Object.entries(texts).map(([path, text]) => ({ path, text: normaliseText(text) }));
  const sorted = all.sort((a, b) => (a.path < b.path ? -1 : 1));
  const toml = sorted.find(({ path }) => path === "tama.toml");
  const config: ConfigSource | null = toml ? { ...toml, format: "toml", value: parseToml(toml.path, toml.text, report) } : null;
  return {
    files: sorted.filter(({ path }) => /^agents\/[^/]+\/([^/]+\.md|.+\/SKILL\.md|worker\.ts)$|^skills\/[^/]+\/SKILL\.md$/.test(path)),
    unread: [],
    agents: directories(texts, "agents"),
    skills: [...directories(texts, "skills"), ...sorted.flatMap(({ path }) => /^(agents\/[^/]+\/.+)\/SKILL\.md$/.exec(path)?.[1] ?? [])],
    config,
    workers,
    tools: [],
    digests: Object.fromEntries(sorted.map(({ path, text }) => [path, digestBytes(text)])),
  };
}

function directories(texts: Readonly<Record<string, string>>, folder: string): readonly string[] {
  const names = Object.keys(texts).flatMap((path) => (path.startsWith(`${folder}/`) ? (path.split("/")[1] ?? []) : []));
  return [...new Set(names)].sort();
}
