/** Writes the JSON Schemas that tama publishes, `<name>.generated.json`: what `tamac schema <name>` prints. */
import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { schemas } from "./index.ts";

for (const [name, schema] of Object.entries(schemas)) {
  const path = fileURLToPath(new URL(`${name}.generated.json`, import.meta.url));
  writeFileSync(`${path}.${process.pid}.tmp`, `${JSON.stringify(schema(), null, 2)}\n`);
  renameSync(`${path}.${process.pid}.tmp`, path);
}
