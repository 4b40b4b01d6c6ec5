/** Writes tables.generated.md, the columns of every table, from `views/` and the columns of the log. DuckDB tells the types. */
import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Column, columnNames, columns, eventKinds } from "../4-trace/columns.ts";
import { openStore } from "./store.ts";
import type { View } from "./views/view.ts";
import { views } from "./views.ts";

const head = `<!-- Made by generate.ts from views/ and ../4-trace/columns.ts. Edit those, then run \`npm run generate\`. -->

# The tables of the record

Every table but the last is a view of \`log\`. [README.md](README.md) has queries that use them.
`;

const store = await openStore({ stateDir: fileURLToPath(new URL("no-runs", import.meta.url)), waitMs: 0 });
const sections: string[] = [];
for (const [name, view] of Object.entries(views)) sections.push(viewSection(name, view, await typesOf(name)));
store.close();
write("tables.generated.md", [head, ...sections, logSection()].join("\n"));

async function typesOf(name: string): Promise<ReadonlyMap<string, string>> {
  const described = await store.query(`DESCRIBE ${name}`);
  if (described.kind === "failed") throw new Error(described.diagnostic.message);
  return new Map(described.rows.map(([column, type]) => [String(column), String(type)]));
}

function viewSection(name: string, { row, columns: own }: View, types: ReadonlyMap<string, string>): string {
  const rows = Object.entries(own).map(([column, meaning]) => [`\`${column}\``, types.get(column) ?? "", meaning]);
  return `## ${name}\n\nA row is ${row}.\n\n${table(["column", "type", "meaning"], rows)}`;
}

function logSection(): string {
  const rows = columnNames.map((name) => {
    const { type, unit, class: kind, meaning, otel }: Column = columns[name];
    return [`\`${name}\``, type, unit ?? "", kind, meaning, otel === undefined ? "" : `\`${otel}\``];
  });
  const kinds = eventKinds.map((kind) => `\`${kind}\``).join(", ");
  return `## log

A row is an event, as the logs have it; most columns are null in most rows. A replay gives the same values in columns of class
\`identity\` (what happened where) and \`content\` (what was said); \`clock\` and \`placement\` (machine, thread, order) may differ.
The last column is the name in OpenTelemetry's conventions, where there is one. The kinds of events: ${kinds}.

${table(["column", "type", "unit", "class", "meaning", "OpenTelemetry"], rows)}`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map(() => "---"), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
  );
  return `${lines.join("\n")}\n`;
}

/** In one step: other processes may read it meanwhile. */
function write(name: string, content: string): void {
  const file = fileURLToPath(new URL(name, import.meta.url));
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}
