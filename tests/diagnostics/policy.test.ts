/** How projects weigh findings: settings by code, comments at a place, baselines. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { compileWith } from "../../compiler/compile.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { baselineOf, readBaseline, withoutKnown } from "../../compiler/diagnostics/policy/baseline.ts";
import { commentsIn } from "../../compiler/diagnostics/policy/comments.ts";
import { mayBe } from "../../compiler/diagnostics/policy/severity.ts";
import { codes } from "../../compiler/diagnostics/severities.generated.ts";
import { reader } from "../../compiler/expr/reader.ts";
import { agent } from "../support/plan-of.ts";

const test = suite("weights of findings");

const config = (table = "") =>
  `[project]\nname = "demo"\nentrypoint = "main"\n[models]\ndefault = "openai:gpt-4o"\nworker = "openai:gpt-4o"\n${table}`;
const texts = { "tama.toml": config(), ...agent("main", "pattern: oneshot"), ...agent("spare", "pattern: oneshot") };

function compiled(given: Readonly<Record<string, string>>) {
  const { plan, diagnostics } = compileWith(
    sourcesFromMemory(given, (one) => assert.unreachable(one.message)),
    { reader, yaml: readFullYaml },
  );
  return { hasPlan: plan !== null, told: diagnostics.map(({ code, severity }) => `${severity} ${code}`), diagnostics };
}

const sourcesOf = (given: Readonly<Record<string, string>>) => ({ text: (file: string) => given[file] ?? null });
/** An agent that nothing calls, with a line put before its name. */
const spare = (comment: string, rest = "") => {
  const [path = "", text = ""] = Object.entries(agent("spare", `pattern: oneshot${rest}`))[0] ?? [];
  return { ...texts, [path]: text.replace("name: ", `${comment}\nname: `) };
};

test("a warning can be raised, lowered and put off", () => {
  const set = (setting: string) => compiled({ ...texts, "tama.toml": config(`[diagnostics]\n"resolve/unused-agent" = "${setting}"`) });
  assert.equal(compiled(texts).told, ["warning resolve/unused-agent"]);
  assert.equal([set("off").told, set("off").hasPlan], [[], true]);
  assert.equal(set("info").told, ["info resolve/unused-agent"]);
  assert.equal([set("error").told, set("error").hasPlan], [["error resolve/unused-agent"], false]);
});

test("an error that leaves a plan possible can become a warning, and then there is a plan", () => {
  const table = '[diagnostics]\n"parse/unknown-key" = "warning"';
  const given = { "tama.toml": config(table), ...agent("main", "pattern: oneshot\nnotes: none") };
  const unset = compiled({ ...given, "tama.toml": config() });
  assert.equal([unset.told, unset.hasPlan], [["error parse/unknown-key"], false]);
  assert.equal([compiled(given).told, compiled(given).hasPlan], [["warning parse/unknown-key"], true]);
});

test("no error without which there is no plan can be lowered", () => {
  const { told, hasPlan } = compiled({
    ...texts,
    "tama.toml": config('[diagnostics]\n"resolve/unknown-agent" = "off"'),
    ...agent("spare", "pattern: parallel\nworkers: [gone]"),
  });
  assert.equal([...told].sort(), ["error config/below-floor", "error resolve/unknown-agent"]);
  assert.not.ok(hasPlan);
});

test("what is an error and may be put off altogether is nothing", () => {
  for (const [code, { severity }] of Object.entries(codes))
    if (severity === "error") assert.not.ok(mayBe(code, "off") && /^(parse|resolve|source|config)\//.test(code), code);
});

test("a comment with a reason silences its line or the next", () => {
  assert.equal(compiled(spare("# tama-ignore resolve/unused-agent: kept for later")).told, []);
  assert.equal(compiled(spare("# tama-ignore resolve/unused-agent: kept for later\n# tama-ignore parse/empty-prompt: x")).told, [
    "warning suppress/unused",
  ]);
  assert.equal(compiled(spare("#")).told, ["warning resolve/unused-agent"]);
  const [path = "", text = ""] = Object.entries(agent("spare", "pattern: oneshot"))[0] ?? [];
  const beside = text.replace("name: spare", "name: spare # tama-ignore resolve/unused-agent: kept");
  assert.equal(compiled({ ...texts, [path]: beside }).told, []);
});

test("a comment without a reason silences nothing, and says so", () => {
  assert.equal(compiled(spare("# tama-ignore resolve/unused-agent")).told, ["warning suppress/no-reason", "warning resolve/unused-agent"]);
});

test("a comment that had nothing to silence is told, but not beside an error", () => {
  const idle = { ...texts, ...agent("main", "pattern: oneshot\n# tama-ignore parse/empty-prompt: none") };
  assert.ok(compiled(idle).told.includes("warning suppress/unused"));
  assert.not.ok(compiled({ ...idle, ...agent("spare", "pattern: oneshto") }).told.includes("warning suppress/unused"));
});

test("comments are found in every kind of text, with the place of each code", () => {
  const found = (file: string, text: string) =>
    commentsIn(file, text).map(({ code, reason, lines, codeSpan }) => [
      code,
      reason,
      lines.join(),
      text.slice(codeSpan.start, codeSpan.end),
    ]);
  assert.equal(found("a.md", "---\n# tama-ignore a/b, c/d: why: so\nname: x\n---\n"), [
    ["a/b", "why: so", "1,3", "a/b"],
    ["c/d", "why: so", "1,3", "c/d"],
  ]);
  assert.equal(found("a.md", "---\nname: x\n---\n# tama-ignore a/b: a heading\n<!-- tama-ignore a/b: why -->\nText"), [
    ["a/b", "why", "6", "a/b"],
  ]);
  assert.equal(found("a.md", "Text <!-- tama-ignore a/b: why --> more\n"), [["a/b", "why", "1", "a/b"]]);
  assert.equal(found("tama.toml", "x = 1 # tama-ignore a/b: why"), [["a/b", "why", "1", "a/b"]]);
  assert.equal(found("tama.config.ts", "// tama-ignore a/b: why\nx"), [["a/b", "why", "2", "a/b"]]);
});

test("a baseline hides what it knows, as often as it knows it, wherever it has moved to", () => {
  const { diagnostics } = compiled(texts);
  const known = readBaseline(baselineOf(diagnostics, sourcesOf(texts)));
  if (typeof known === "string") throw new Error(known);
  const moved = spare("# a line more");
  assert.equal(withoutKnown(compiled(moved).diagnostics, known, sourcesOf(moved)), { fresh: [], stale: 0 });
  const twice: readonly Diagnostic[] = [...diagnostics, ...diagnostics];
  assert.is(withoutKnown(twice, known, sourcesOf(texts)).fresh.length, 1);
  assert.equal(withoutKnown([], known, sourcesOf(texts)), { fresh: [], stale: 1 });
});

test("a baseline knows no error without which there is no plan", () => {
  const broken = { ...texts, ...agent("spare", "pattern: parallel\nworkers: [gone]") };
  const { diagnostics } = compiled(broken);
  assert.equal(readBaseline(baselineOf(diagnostics, sourcesOf(broken))), { findings: [] });
});

test("what is no baseline is refused with a reason", () => {
  for (const text of ["", "[]", '{"format":"tama.baseline/2","findings":[]}', '{"format":"tama.baseline/1","findings":[{"count":0}]}']) {
    assert.type(readBaseline(text), "string", text);
  }
});

test.run();
