import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resolveUnknownAgent, resolveUnusedSkill, sourceNoProject } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { renderGithub } from "../../compiler/diagnostics/render/github.ts";
import { renderSarif } from "../../compiler/diagnostics/render/sarif.ts";

const test = suite("findings for machines");
const file = "agents/ein käse/AGENT.md";

/** Of draft 4, but for names that later drafts renamed. */
const path = createRequire(import.meta.url).resolve("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
const { $schema: _, id: __, ...schema } = JSON.parse(readFileSync(path, "utf8"));
const ajv = new Ajv({ strict: false, unicodeRegExp: false });
addFormats.default(ajv);
const isSarif: ValidateFunction = ajv.compile(schema);

function sarif(diagnostics: readonly Diagnostic[], text: string) {
  const rendered = renderSarif(diagnostics, { text: () => text, path: (one) => `p/${one}` }, "1.2.3");
  assert.ok(isSarif(JSON.parse(rendered)), JSON.stringify(isSarif.errors));
  return JSON.parse(rendered).runs[0];
}

function about(text: string, part: string, name = "critc"): Diagnostic {
  const start = text.indexOf(part);
  return resolveUnknownAgent({ file, start, end: start + part.length }, { name, closest: "critic" });
}

const text = "a: 👩 b\nc: critc\n";
const finding = { ...about(text, "critc"), related: [{ span: { file, start: 0, end: 1 }, message: "named here" }] };

test("SARIF is valid by its schema: places, related places, rules with their pages, findings of no file, none at all", () => {
  const run = sarif([finding, resolveUnusedSkill(finding.span, { name: "x" }), sourceNoProject(null, { dir: "." })], text);
  assert.equal(
    run.results.map((one: { ruleId: string; ruleIndex: number; level: string }) => [
      one.ruleId,
      run.tool.driver.rules[one.ruleIndex].id,
      one.level,
    ]),
    [
      ["resolve/unknown-agent", "resolve/unknown-agent", "error"],
      ["resolve/unused-skill", "resolve/unused-skill", "warning"],
      ["source/no-project", "source/no-project", "error"],
    ],
  );
  assert.match(run.tool.driver.rules[0].help.markdown, "## Bad");
  assert.equal(run.results[0].relatedLocations[0].message, { text: "named here" });
  assert.is(run.results[2].locations, undefined);
  assert.equal(sarif([], text).results, []);
});

test("SARIF's schema is really asked", () => {
  const log = JSON.parse(renderSarif([finding], { text: () => text }, "1.2.3"));
  log.runs[0].results[0].level = "fatal";
  assert.not.ok(isSarif(log));
});

test("SARIF counts lines and columns from 1 in UTF-16 units, and escapes paths", () => {
  const run = sarif([about(text, "b"), finding], text);
  assert.is(run.columnKind, "utf16CodeUnits");
  const [first, second] = run.results.map(
    (one: { locations: readonly { physicalLocation: object }[] }) => one.locations[0]?.physicalLocation,
  );
  assert.equal(first.region, { startLine: 1, startColumn: 7, endLine: 1, endColumn: 8 });
  assert.equal(second.region, { startLine: 2, startColumn: 4, endLine: 2, endColumn: 9 });
  assert.equal(first.artifactLocation, { uri: "p/agents/ein%20k%C3%A4se/AGENT.md", uriBaseId: "%SRCROOT%" });
});

test("SARIF's fingerprints stay when lines move and prose changes, and differ between findings", () => {
  const prints = (diagnostics: readonly Diagnostic[], source: string): readonly string[] =>
    sarif(diagnostics, source).results.map((one: { partialFingerprints: Record<string, string> }) => one.partialFingerprints["tama/v1"]);
  const moved = `\n\n\n${text}`;
  assert.equal(prints([about(text, "critc")], text), prints([{ ...about(moved, "critc"), message: "reworded" }], moved));
  const all = prints([about(text, "critc"), about(text, "critc"), about(text, "b")], text);
  assert.is(new Set(all).size, 3);
});

test("GitHub gets one command per finding, with what it would read as syntax escaped", () => {
  const odd: Diagnostic = { ...finding, message: "100% of\nit: a, b", help: null, span: { file: "a,b:c.md", start: 0, end: 1 } };
  assert.is(
    renderGithub([odd, finding, sourceNoProject(null, { dir: "." })], { text: () => text }),
    [
      "::error file=a%2Cb%3Ac.md,line=1,endLine=1,col=1,endColumn=2,title=resolve/unknown-agent::100%25 of%0Ait: a, b\n",
      `::error file=${file},line=2,endLine=2,col=4,endColumn=9,title=resolve/unknown-agent::${finding.message}%0Ahelp: ${finding.help}\n`,
      `::error title=source/no-project::${sourceNoProject(null, { dir: "." }).message}%0Ahelp: ${sourceNoProject(null, { dir: "." }).help}\n`,
    ].join(""),
  );
});

test("GitHub is told no columns over several lines", () => {
  const span = { file, start: 0, end: text.indexOf("critc") };
  assert.match(renderGithub([{ ...finding, span }], { text: () => text }), "line=1,endLine=2,title=");
});

test.run();
