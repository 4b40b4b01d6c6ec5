/** Every page of `tamac explain` is compiled: its bad project reports that code and no other error, its good one nothing. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { build } from "../../compiler/build.ts";
import { compile } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { pages } from "../../compiler/diagnostics/pages.generated.ts";
import { projectUnder } from "../support/page-projects.ts";

type Project = Readonly<Record<string, string>>;

/** Codes about what is no project, a file's bytes, a plan, a run, the command line, and of more files than a page holds. */
const withoutExamples = /^(source|plan|cli|baseline|people|run|runs|session|trace|store)\/|^check\/deep-calls$/;

const test = suite("pages of codes");

for (const [code, page] of Object.entries(pages)) {
  const [bad, good] = [projectUnder("Bad", page.body), projectUnder("Good", page.body)];
  const isShown = Object.keys(bad).length > 0 && Object.keys(good).length > 0;

  test(`${code} shows a bad and a good project, or is about no project`, () => {
    assert.ok(isShown || withoutExamples.test(code));
  });

  if (!isShown) continue;

  test(`${code} is all that its bad project reports`, async () => {
    const codes = (await findings(bad)).filter((one) => one.code === code || one.severity === "error").map((one) => one.code);
    assert.equal([...new Set(codes)], [code]);
  });

  test(`${code} has a good project without findings`, async () => {
    assert.equal(
      (await findings(good)).map((one) => `${one.code}: ${one.message}`),
      [],
    );
  });
}

test.run();

/** TypeScript has to be bundled, which reads a disk; all else compiles from memory. */
async function findings(project: Project): Promise<readonly Diagnostic[]> {
  if (Object.keys(project).some((file) => file.endsWith(".ts"))) return findingsOnDisk(project);
  const found: Diagnostic[] = [];
  const sources = sourcesFromMemory(project, (diagnostic) => {
    found.push(diagnostic);
  });
  return [...found, ...(await compile(sources)).diagnostics];
}

async function findingsOnDisk(project: Project): Promise<readonly Diagnostic[]> {
  const dir = mkdtempSync(join(tmpdir(), "tama-page-"));
  try {
    for (const [file, text] of Object.entries(project)) {
      mkdirSync(dirname(join(dir, file)), { recursive: true });
      writeFileSync(join(dir, file), text);
    }
    return (await build(dir)).diagnostics;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
