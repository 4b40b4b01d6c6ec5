/**
 * Writes codes.generated.ts (one typed function per code), pages.generated.ts (what `tamac explain` prints),
 * severities.generated.ts and codes.generated.md (the published table) from `codes/<phase>/<name>.md`: frontmatter with
 * `message`, `help`, `severity` and `floor`, then the page. `{name}` is a fact; `{name?}` may be null, and then the help is
 * `otherwise`, if there is one. `floor` is the least that a project can set the code to: by default an error stays one, all else may be
 * off. `notes` holds by name what is said at related places.
 */
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { Severity } from "./diagnostic.ts";

interface Page {
  readonly code: string;
  readonly severity: Severity;
  readonly floor: Severity | "off";
  readonly message: string;
  readonly help: string | null;
  readonly otherwise: string | null;
  readonly notes: Readonly<Record<string, string>>;
  readonly body: string;
}

const here = fileURLToPath(new URL(".", import.meta.url));
const placeholder = /\{([a-z][a-zA-Z0-9]*)(\?)?\}/g;
const banner = "// Made by generate.ts from codes/. Edit the pages, then run `npm run generate`.\n";

const pages = readPages(join(here, "codes"));
write("codes.generated.ts", codesModule(pages));
write("pages.generated.ts", pagesModule(pages));
write("severities.generated.ts", severitiesModule(pages));
write("codes.generated.md", table(pages));

function readPages(dir: string): readonly Page[] {
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
  return names.sort().map((name) => readPage(name.slice(0, -".md".length), readFileSync(join(dir, name), "utf8")));
}

function readPage(code: string, source: string): Page {
  const [, frontmatter, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(source) ?? [];
  if (frontmatter === undefined || body === undefined || body.trim() === "") throw new Error(`${code}: no frontmatter, or no explanation`);
  const {
    message,
    help = null,
    otherwise = null,
    severity = "error",
    floor = severity === "error" ? "error" : "off",
    notes = {},
    ...rest
  } = parse(frontmatter);
  if (!/^[a-z0-9-]+\/[a-z0-9-]+$/.test(code)) throw new Error(`${code}: a code is <phase>/<name> in kebab-case`);
  if (typeof message !== "string" || /\?\}/.test(message)) throw new Error(`${code}: \`message\` must be text without optional facts`);
  if (help !== null && typeof help !== "string") throw new Error(`${code}: \`help\` must be text`);
  if (otherwise !== null && (typeof otherwise !== "string" || !/\?\}/.test(help ?? "") || /\?\}/.test(otherwise)))
    throw new Error(`${code}: \`otherwise\` is the help where a fact of \`help\` is null`);
  for (const [name, note] of Object.entries(notes))
    if (!/^[a-z]+$/.test(name) || typeof note !== "string") throw new Error(`${code}: notes are text by a word`);
  if (!["error", "warning", "info"].includes(severity)) throw new Error(`${code}: unknown severity ${severity}`);
  if (!["error", "warning", "info", "off"].includes(floor)) throw new Error(`${code}: unknown floor ${floor}`);
  if (Object.keys(rest).length > 0) throw new Error(`${code}: unknown keys ${Object.keys(rest).join(", ")}`);
  return { code, severity, floor, message, help, otherwise, notes, body: body.trim() };
}

function codesModule(all: readonly Page[]): string {
  const imports = 'import type { Span } from "../ir/span.ts";\nimport type { Diagnostic, Related } from "./diagnostic.ts";\n';
  return `${banner}${imports}\n${all.map(codeFunction).join("\n")}`;
}

function codeFunction(page: Page): string {
  return `${findingFunction(page)}${notesOf(page)}`;
}

/** What is said at related places: a function of the place for each note. */
function notesOf({ code, notes }: Page): string {
  const functions = Object.entries(notes).map(([name, note]) => {
    const facts = [...new Set(factsIn(note).map(([, fact]) => fact))].sort().map((fact) => `readonly ${fact}: string | number`);
    const given = facts.length > 0 ? `, facts: { ${facts.join("; ")} }` : "";
    return `  ${name}: (span: Span${given}): Related => ({ span, message: ${template(note)} }),\n`;
  });
  if (functions.length === 0) return "";
  return `\n/** What \`${code}\` says at related places. */\nexport const ${functionName(code)}Notes = {\n${functions.join("")}};\n`;
}

function findingFunction({ code, severity, message, help, otherwise }: Page): string {
  const optional = new Set(factsIn(help ?? "").flatMap(([, name, mark]) => (mark ? [name] : [])));
  const names = [...new Set(factsIn(`${message}\n${help ?? ""}\n${otherwise ?? ""}`).map(([, name]) => name))].sort();
  const fields = names.map((name) => `readonly ${name}: string | number${optional.has(name) ? " | null" : ""}`);
  const facts = fields.length > 0 ? `  facts: { ${fields.join("; ")} },\n` : "";
  const nulls = [...optional].sort().map((name) => `facts.${name} === null`);
  const instead = otherwise === null ? "null" : template(otherwise);
  const value = help === null ? "null" : nulls.length > 0 ? `${nulls.join(" || ")} ? ${instead} : ${template(help)}` : template(help);
  return [
    `/** ${message.replaceAll("*/", "* /").trim()} */`,
    `export function ${functionName(code)}(\n  span: Span | null,\n${facts}  related: readonly Related[] = [],\n): Diagnostic {`,
    `  const message = ${template(message)};`,
    `  const help = ${value};`,
    `  return { code: ${JSON.stringify(code)}, severity: ${JSON.stringify(severity)}, message, help, span, related };`,
    "}\n",
  ].join("\n");
}

function pagesModule(all: readonly Page[]): string {
  const imports = 'import type { Severity } from "./diagnostic.ts";\n';
  const doc = "/** Everything that is known of a code, its page included, by code. */\n";
  const type =
    "Readonly<Record<string, { readonly severity: Severity; readonly message: string; readonly help: string | null; readonly body: string }>>";
  const entries = all.map(
    ({ code, floor: _, notes: __, otherwise: ___, ...page }) => `  ${JSON.stringify(code)}: ${JSON.stringify(page)},\n`,
  );
  return `${banner}${imports}\n${doc}export const pages: ${type} = {\n${entries.join("")}};\n`;
}

function severitiesModule(all: readonly Page[]): string {
  const imports = 'import type { Severity } from "./diagnostic.ts";\n';
  const doc = "/** What each code weighs, and the least that a project can set it to. */\n";
  const type = 'Readonly<Record<string, { readonly severity: Severity; readonly floor: Severity | "off" }>>';
  const entries = all.map(({ code, severity, floor }) => `  ${JSON.stringify(code)}: ${JSON.stringify({ severity, floor })},\n`);
  return `${banner}${imports}\n${doc}export const codes: ${type} = {\n${entries.join("")}};\n`;
}

/** The published table of severities. */
function table(all: readonly Page[]): string {
  const rows = all.map(
    ({ code, severity, floor, message }) =>
      `| [${code}](codes/${code}.md) | ${severity} | ${floor} | ${message.trim().replaceAll("|", "\\|")} |`,
  );
  const head = ["| code | severity | can be set down to | says |", "|---|---|---|---|"];
  return `<!-- Made by generate.ts from codes/. -->\n\n${[...head, ...rows].join("\n")}\n`;
}

/** `resolve/unknown-agent` is `resolveUnknownAgent`. */
function functionName(code: string): string {
  return code.replace(/[-/]([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function factsIn(text: string): readonly RegExpExecArray[] {
  return [...text.matchAll(placeholder)];
}

function template(text: string): string {
  const escaped = text.replace(/[\\`]|\$\{/g, "\\$&").replace(placeholder, (_, name: string) => `\${facts.${name}}`);
  return escaped === text ? JSON.stringify(text) : `\`${escaped}\``;
}

/** Replaces the file at once, so that a process that imports it never sees half of it. */
function write(name: string, text: string): void {
  const path = join(here, name);
  writeFileSync(`${path}.${process.pid}.tmp`, text);
  renameSync(`${path}.${process.pid}.tmp`, path);
}
