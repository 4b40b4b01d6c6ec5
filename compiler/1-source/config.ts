import { existsSync } from "node:fs";
import { join } from "node:path";
import { parse, TomlError } from "smol-toml";
import { sourceBadToml, sourceNoDefaultExport, sourceTwoConfigs } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { isObject } from "../ir/json.ts";
import { lineStarts } from "../ir/span.ts";
import { loadModule } from "./module.ts";
import { readText, startOf } from "./text.ts";
import type { ConfigSource } from "./types.ts";

const tsFile = "tama.config.ts";
const tomlFile = "tama.toml";

/** A config and what it was made of. */
export interface LoadedConfig {
  readonly source: ConfigSource;
  /** The files that were read for it, as paths from the config's folder. */
  readonly inputs: readonly string[];
}

/**
 * Reads the config of a folder; null where there is none. One that cannot be read has the value undefined, and was reported:
 * `source/two-configs`, `source/bad-toml`, `source/no-default-export` and what `loadModule` reports.
 */
export async function readConfig(dir: string, report: Report): Promise<LoadedConfig | null> {
  const [hasTs, hasToml] = [tsFile, tomlFile].map((name) => existsSync(join(dir, name)));
  if (hasTs && hasToml) report(sourceTwoConfigs(startOf(tomlFile)));
  if (hasTs) return readModule(dir, report);
  if (!hasToml) return null;
  const text = readText(dir, tomlFile, report);
  const value = text === null ? undefined : parseToml(tomlFile, text, report);
  return { source: { path: tomlFile, format: "toml", text: text ?? "", value }, inputs: [tomlFile] };
}

/** The value of TOML text, undefined where it is none. Reports `source/bad-toml`. */
export function parseToml(path: string, text: string, report: Report): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const start = Math.min((lineStarts(text)[error.line - 1] ?? 0) + error.column - 1, text.length);
    const reason = (error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "");
    report(sourceBadToml({ file: path, start, end: Math.min(start + 1, text.length) }, { reason }));
    return undefined;
  }
}

/** The folder of agents and skills, relative to the config's: its `project.root`. What does not lie inside is told by decoding. */
export function rootOf(config: ConfigSource | null): string {
  const project = isObject(config?.value) ? config.value["project"] : undefined;
  const root = isObject(project) ? project["root"] : undefined;
  if (typeof root !== "string") return ".";
  const parts = root.split("/").filter((part) => part !== "" && part !== ".");
  return root.startsWith("/") || parts.includes("..") || parts.length === 0 ? "." : parts.join("/");
}

async function readModule(dir: string, report: Report): Promise<LoadedConfig> {
  const text = readText(dir, tsFile, report);
  const failed: LoadedConfig = { source: { path: tsFile, format: "ts", text: text ?? "", value: undefined }, inputs: [tsFile] };
  if (text === null) return failed;
  const module = await loadModule(dir, tsFile, text, report);
  if (!module) return failed;
  if (module.value === undefined) report(sourceNoDefaultExport(startOf(tsFile), { wanted: "defineConfig({ ... })" }));
  return { source: { ...failed.source, value: module.value }, inputs: module.inputs };
}
