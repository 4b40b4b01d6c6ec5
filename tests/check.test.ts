import { readProject } from "../compiler/1-source/index.ts";
import { readFullYaml } from "../compiler/2-parse/full-yaml.ts";
import { parse } from "../compiler/2-parse/index.ts";
import { resolve } from "../compiler/3-resolve/index.ts";
import { check } from "../compiler/4-check/index.ts";
import { lower } from "../compiler/5-lower/index.ts";
import type { Diagnostic } from "../compiler/diagnostics/diagnostic.ts";
import { renderJson } from "../compiler/diagnostics/render/json.ts";
import { renderText } from "../compiler/diagnostics/render/text.ts";
import { sortDiagnostics } from "../compiler/diagnostics/sort.ts";
import { reader } from "../compiler/expr/reader.ts";
import { samples } from "./support/samples.ts";

samples("check", async (inputDir) => {
  const found: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => {
    found.push(diagnostic);
  };
  const sources = await readProject(inputDir, report);
  const project = parse(sources, readFullYaml, report);
  const resolved = resolve(project, reader, report);
  check(project, report);
  if (resolved) lower(resolved, report);
  const texts = new Map([...sources.files, ...(sources.config ? [sources.config] : [])].map(({ path, text }) => [path, text]));
  const options = { text: (file: string) => texts.get(file) ?? null };
  const diagnostics = sortDiagnostics(found);
  return {
    "diagnostics.txt": renderText(diagnostics, { ...options, colour: false }),
    "diagnostics.json": renderJson(diagnostics, options),
  };
});
