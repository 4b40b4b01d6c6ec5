import { existsSync, readdirSync } from "node:fs";
import { posix } from "node:path/posix";
import { ownEffects } from "../../stdlib/own-tool.ts";
import { tools as builtIn } from "../../stdlib/tools/index.ts";
import { defaultTimeoutMs } from "../../stdlib/worker.ts";
import { findPlaces, nearestPlace } from "../config/places.ts";
import { closest } from "../diagnostics/closest.ts";
import { sourceBadTool, sourceNoTool, sourceTakenTool, sourceTakenToolNotes } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import * as C from "../ir/codec.ts";
import { type } from "../ir/decode.ts";
import { isObject } from "../ir/json.ts";
import * as T from "../ir/types.ts";
import { type Declaration, readDeclared, run } from "./declared.ts";
import { isDirectory } from "./directory.ts";
import { startOf } from "./text.ts";
import type { ConfigSource, SourceFile, ToolSource } from "./types.ts";

/** The tools of a project, and the files that their bundles were made of. `unread`: files whose declaration could not be had. */
export interface LoadedTools {
  readonly tools: readonly ToolSource[];
  readonly unread: readonly string[];
  readonly inputs: readonly string[];
}

const name = C.codec(
  "a name of letters, digits and `_` that does not begin with `tama_`",
  (value): value is string => typeof value === "string" && /^(?!tama_)[A-Za-z][A-Za-z0-9_]{0,63}$/.test(value),
);
const said = C.codec("text that says what it does", (value): value is string => typeof value === "string" && value.trim() !== "");
const objectType: C.Codec<T.Type> = {
  schema: type.schema,
  decode: (value, at, problems) => {
    const found = type.decode(value, at, problems);
    if (found && found.kind !== "object") problems.push({ at, message: `expected an object type, found ${T.show(found)}` });
    return found?.kind === "object" ? found : undefined;
  },
};

type Declared = Pick<ToolSource, "name" | "description" | "input" | "undo" | "timeoutMs"> & {
  readonly effects: readonly (typeof ownEffects)[number][];
  readonly run: () => unknown;
};
const anyDeclared: C.Codec<Declared> = C.objectOf<Declared>({
  name,
  description: said,
  input: objectType,
  effects: C.listOf(C.oneOf(...ownEffects)),
  undo: C.oneOf("undo", "idempotent", "irreversible"),
  timeoutMs: C.positive,
  run,
});
const declaration: Declaration<Declared> = {
  codec: { schema: anyDeclared.schema, decode: (value, at, problems) => undoable(anyDeclared.decode(value, at, problems), at, problems) },
  defaults: { input: { kind: "object", fields: {}, optional: [] }, effects: [], undo: "irreversible", timeoutMs: defaultTimeoutMs },
  wanted: "defineTool({ ... })",
  bad: sourceBadTool,
};

/** A tool that is undone does nothing but have a file written. */
function undoable(tool: Declared | undefined, at: string, problems: C.Problem[]): Declared | undefined {
  if (tool?.undo !== "undo") return tool;
  const isUndone = tool.effects.includes("write") && tool.effects.every((effect) => effect === "write" || effect === "read");
  if (!isUndone)
    problems.push({
      at: `${at}/effects`,
      message: 'where `undo` is "undo" expected ["write"] or ["read", "write"]: nothing else is undone',
    });
  return isUndone ? tool : undefined;
}

/** The files of the tools that a config names, as paths from the root. Reports `source/no-tool`. What is no path is told by decoding. */
export function toolFiles(root: string, config: ConfigSource | null, report: Report): readonly string[] {
  const given = isObject(config?.value) ? config.value["tools"] : undefined;
  if (!config || !Array.isArray(given)) return [];
  const places = findPlaces(config.path, config.format, config.text);
  return given.flatMap((path: unknown, index) => {
    if (typeof path !== "string") return [];
    const inside = posix.normalize(path);
    if (/^[^/].*\.m?ts$/.test(inside) && !inside.startsWith("../") && existsSync(`${root}/${inside}`)) return [inside];
    const span = nearestPlace(places, ["tools", String(index)], "value") ?? startOf(config.path);
    report(sourceNoTool(span, { path, closest: closest(inside, modulesBeside(root, inside)) }));
    return [];
  });
}

/** Bundles each tool and reads its declaration. Reports `source/no-default-export`, `source/bad-tool` and `source/taken-tool`. */
export async function readTools(root: string, files: readonly SourceFile[], report: Report): Promise<LoadedTools> {
  const loaded = await Promise.all(files.map(async (file) => ({ file, declared: await readDeclared(root, file, declaration, report) })));
  const tools = loaded.flatMap(({ file, declared }): readonly ToolSource[] => {
    if (!declared) return [];
    const { run: _, effects, ...tool } = declared.value;
    const span = findPlaces(file.path, "ts", file.text).get("name")?.value ?? startOf(file.path);
    return [{ path: file.path, span, bundle: declared.bundle, ...tool, effects: [...new Set([...effects, "code" as const])].sort() }];
  });
  return {
    tools: withOwnNames(tools, report),
    unread: loaded.flatMap(({ file, declared }) => (declared ? [] : [file.path])),
    inputs: loaded.flatMap(({ declared }) => declared?.inputs ?? []),
  };
}

/** A name has one tool, a built-in one or the first that takes it. */
function withOwnNames(tools: readonly ToolSource[], report: Report): readonly ToolSource[] {
  const byName = new Map<string, ToolSource>();
  for (const tool of tools) {
    const first = byName.get(tool.name);
    if (!first && !Object.hasOwn(builtIn, tool.name)) byName.set(tool.name, tool);
    else report(sourceTakenTool(tool.span, { name: tool.name }, first ? [sourceTakenToolNotes.first(first.span)] : []));
  }
  return [...byName.values()];
}

function modulesBeside(root: string, path: string): readonly string[] {
  const folder = posix.dirname(path);
  if (folder.startsWith("..") || folder.startsWith("/") || !isDirectory(`${root}/${folder}`)) return [];
  const names = readdirSync(`${root}/${folder}`).filter((entry) => /\.m?ts$/.test(entry) && !entry.startsWith("."));
  return names.map((entry) => posix.join(folder, entry));
}
