import type { Pattern } from "../stdlib/pattern.ts";
import type { ConfigSource } from "./1-source/types.ts";
import { decodeLimits, type GivenLimits, nothingLimited } from "./config/limits.ts";
import { decodeModels, decodeProviders } from "./config/models.ts";
import { decodePatterns, type OwnPattern } from "./config/patterns.ts";
import { findPlaces } from "./config/places.ts";
import { type Field, items, mismatch, nameOf, spanOf, table, text, wholeFrom, word } from "./config/read.ts";
import { checkSettings } from "./config/severities.ts";
import { configBadRoot } from "./diagnostics/codes.generated.ts";
import type { Report } from "./diagnostics/diagnostic.ts";
import type { Setting } from "./diagnostics/policy/severity.ts";
import { defaultGuards, type Effect, effects, type LoopGuards, type Price } from "./ir/plan.ts";
import type { Span } from "./ir/span.ts";

/** A model as a config names it: `provider:name`, or with parameters. */
export interface ModelConfig {
  readonly name: string;
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly seed?: number;
  readonly base_url?: string;
  /** How many tokens a request and its answer may take together. */
  readonly context_tokens?: number;
  /** US dollars per million tokens; `cached` is the price of `input` where it is not told. */
  readonly price?: { readonly input: number; readonly cached?: number; readonly output: number };
}

/** What `tama.config.ts` exports. */
export interface Config {
  readonly project?: { readonly name?: string; readonly root?: string };
  /** Agents that `tama exec` can start; the first is the default. */
  readonly entries?: readonly string[];
  /** By role: `"openai:gpt-4o"` or an object. */
  readonly models?: Readonly<Record<string, string | ModelConfig>>;
  readonly providers?: Readonly<Record<string, { readonly base_url?: string }>>;
  readonly limits?: {
    /** `40`, `"2k"`. */
    readonly calls?: number | string;
    readonly tokens?: number | string;
    /** Time at work: `"90s"`, `"10m"`, `"1h30m"`. */
    readonly wall?: string;
    readonly usd?: number | string;
    /** The items of one fan-out. */
    readonly items?: number | string;
    /** Model calls under way at once. */
    readonly concurrency?: number | string;
  };
  readonly permissions?: readonly Effect[];
  readonly trace?: { readonly texts?: "full" | "hash" };
  /** At how many equal tool calls with equal results an act is warned, blocked, or no longer served; 0 turns one off. */
  readonly guards?: { readonly warn?: number; readonly block?: number; readonly skip?: number };
  /** Files of the project's own tools, as paths from the folder that holds `agents/`: the default export of each is a `defineTool`. */
  readonly tools?: readonly string[];
  /** Patterns of the project's own, as `definePattern` declares them. */
  readonly patterns?: readonly Pattern[];
  /** How much findings weigh, by code: `{ "resolve/unused-agent": "off" }`. */
  readonly diagnostics?: Readonly<Record<string, Setting>>;
}

/** Gives an editor the types of a config. Returns it as it is. */
export function defineConfig(config: Config): Config {
  return config;
}

/** A config, decoded and checked. Spans are null where the format does not tell them. */
export interface ProjectConfig {
  readonly file: string | null;
  readonly name: string;
  readonly entries: readonly { readonly name: string; readonly span: Span | null }[];
  readonly models: Readonly<Record<string, ResolvedModelConfig>>;
  readonly limits: GivenLimits;
  readonly permissions: readonly Effect[] | null;
  readonly trace: { readonly texts: "full" | "hash" };
  readonly guards: LoopGuards;
  readonly patterns: readonly OwnPattern[];
  /** The files of the project's own tools, as it names them. */
  readonly tools: readonly string[];
  /** Whether something in it was reported as an error: later phases stay silent about what may follow from that. */
  readonly broken: boolean;
}

/** A role's model: provider and name split, the provider's base URL applied. */
export interface ResolvedModelConfig {
  readonly provider: string;
  readonly name: string;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
  readonly seed: number | null;
  readonly baseUrl: string | null;
  readonly contextTokens: number | null;
  readonly price: Price | null;
  readonly span: Span | null;
}

const topLevel = [
  "project",
  "entries",
  "models",
  "providers",
  "limits",
  "permissions",
  "trace",
  "guards",
  "patterns",
  "tools",
  "diagnostics",
] as const;

/**
 * Checks a config. Without one everything is empty; one whose `value` is undefined could not be read, which has been
 * reported. Never throws. Reports `config/*`.
 */
export function decodeConfig(source: ConfigSource | null, report: Report): ProjectConfig {
  if (!source || source.value === undefined) return { ...emptyConfig, file: source?.path ?? null, broken: source !== null };
  const found = { errors: 0 };
  const root: Field = {
    value: source.value,
    path: [],
    places: findPlaces(source.path, source.format, source.text),
    start: { file: source.path, start: 0, end: 0 },
    report: (diagnostic) => {
      if (diagnostic.severity === "error") found.errors += 1;
      report(diagnostic);
    },
  };
  const config = decodeRoot(root, source);
  return { ...config, broken: found.errors > 0 };
}

const emptyConfig: ProjectConfig = {
  file: null,
  name: "project",
  entries: [],
  models: {},
  limits: nothingLimited,
  permissions: null,
  trace: { texts: "full" },
  guards: defaultGuards,
  patterns: [],
  tools: [],
  broken: false,
};

function decodeRoot(root: Field, source: ConfigSource): ProjectConfig {
  const top = table(root, topLevel);
  const project = top.project ? table(top.project, source.format === "toml" ? ["name", "root", "entrypoint"] : ["name", "root"]) : {};
  checkRoot(project.root);
  checkSettings(top.diagnostics);
  return {
    ...emptyConfig,
    file: source.path,
    name: text(project.name) ?? emptyConfig.name,
    entries: decodeEntries([...("entrypoint" in project && project.entrypoint ? [project.entrypoint] : []), ...items(top.entries)]),
    models: decodeModels(top.models, decodeProviders(top.providers)),
    limits: decodeLimits(top.limits),
    permissions: top.permissions ? items(top.permissions).flatMap((item) => word(item, effects) ?? []) : null,
    trace: { texts: top.trace ? (word(table(top.trace, ["texts"]).texts, ["full", "hash"]) ?? "full") : "full" },
    guards: decodeGuards(top.guards),
    patterns: decodePatterns(top.patterns),
    tools: items(top.tools).flatMap(decodeToolPath),
  };
}

function decodeGuards(field: Field | undefined): LoopGuards {
  if (!field) return defaultGuards;
  const { warn, block, skip } = table(field, ["warn", "block", "skip"]);
  return {
    warn: wholeFrom(warn, 0) ?? defaultGuards.warn,
    block: wholeFrom(block, 0) ?? defaultGuards.block,
    skip: wholeFrom(skip, 0) ?? defaultGuards.skip,
  };
}

/** The files themselves are read by who reads the sources. */
function decodeToolPath(field: Field): readonly string[] {
  return typeof field.value === "string"
    ? [field.value]
    : (mismatch(field, "the path of a tool's file, `tools/search.ts` for example") ?? []);
}

/** The root itself is read by who reads the sources. */
function checkRoot(field: Field | undefined): void {
  const root = text(field);
  if (!field || root === null || !(/^[/\\]|^[A-Za-z]:/.test(root) || root.split(/[/\\]/).includes(".."))) return;
  field.report(configBadRoot(spanOf(field), { key: nameOf(field), found: root }));
}

/** The entries, each once, the first place counting. */
function decodeEntries(fields: readonly Field[]): ProjectConfig["entries"] {
  const byName = new Map<string, Span>();
  for (const field of fields) {
    const name = text(field);
    if (name !== null && !byName.has(name)) byName.set(name, spanOf(field));
  }
  return [...byName].map(([name, span]) => ({ name, span }));
}
