/** The import rules of the house: who may import what, and through which door a package comes in. */
import { builtinModules } from "node:module";
import { dirname, join } from "node:path/posix";
import type { Import, Source } from "./imports.ts";

export interface Rules {
  /** The first area whose `files` match a path is that file's area; a file of no area breaks a rule. */
  readonly areas: readonly Area[];
  /** The file or folder (one on each side, where both need it) that alone imports a package. */
  readonly doors: Readonly<Record<string, readonly string[]>>;
}

export interface Area {
  readonly files: RegExp;
  /** Paths that may be imported, besides the area's `files` themselves. */
  readonly may: readonly RegExp[];
  /** As `may`, by `import()` or for types alone. */
  readonly mayLazily?: readonly RegExp[];
  /** Packages that need no door here; none unless said. */
  readonly packages?: RegExp;
  /** Of Node's own modules. */
  readonly builtins: RegExp;
  /** It reads no clock, randomness or environment. */
  readonly isPure: boolean;
  /** For people: what the rule is. */
  readonly rule: string;
}

/** Every import, and every use of clock and environment, that a rule forbids: one line each. */
export function breaches(sources: readonly Source[], rules: Rules): readonly string[] {
  return sources.flatMap((source) => {
    const area = rules.areas.find(({ files }) => files.test(source.path));
    if (!area) return [`${source.path}: no rule says what may be imported here`];
    const imports = source.imports.flatMap((imported) => breach(source.path, imported, area, rules));
    const impurities = area.isPure ? source.impurities : [];
    return [...imports, ...impurities.map(({ name, line }) => `${source.path}:${line}: uses ${name}; ${area.rule}`)];
  });
}

function breach(path: string, imported: Import, area: Area, rules: Rules): readonly string[] {
  const { specifier, line } = imported;
  const reason = specifier.startsWith(".")
    ? ofFile(join(dirname(path), specifier), imported, area)
    : ofPackage(path, specifier, area, rules);
  return reason === "" ? [] : [`${path}:${line}: imports ${specifier}; ${reason}`];
}

function ofFile(target: string, imported: Import, area: Area): string {
  const allowed = [area.files, ...area.may, ...(imported.isDynamic || imported.isType ? (area.mayLazily ?? []) : [])];
  return allowed.some((pattern) => pattern.test(target)) ? "" : area.rule;
}

function ofPackage(path: string, specifier: string, area: Area, { doors }: Rules): string {
  if (specifier.startsWith("node:")) return area.builtins.test(specifier) ? "" : area.rule;
  if (builtinModules.includes(specifier)) return "Node's own modules are imported as `node:`";
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (area.packages?.test(name)) return "";
  const places = doors[name];
  if (!places) return `${name} has no door: add it to the table in tests/boundaries.test.ts`;
  const isDoor = places.some((place) => path === place || path.startsWith(`${place}/`));
  return isDoor ? "" : `its door is ${places.join(" and ")}`;
}
