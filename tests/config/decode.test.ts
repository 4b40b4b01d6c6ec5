import fc from "fast-check";
import { parse } from "smol-toml";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findPlaces } from "../../compiler/config/places.ts";
import { decodeConfig, type ProjectConfig } from "../../compiler/config.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";

interface Decoded {
  readonly config: ProjectConfig;
  /** `code` and the text that its span covers. */
  readonly found: readonly string[];
}

function decode(text: string, value: unknown, format: "ts" | "toml"): Decoded {
  const diagnostics: Diagnostic[] = [];
  const config = decodeConfig({ path: "f", format, text, value }, (diagnostic) => {
    diagnostics.push(diagnostic);
  });
  return { config, found: diagnostics.map(({ code, span }) => `${code} ${text.slice(span?.start, span?.end)}`) };
}

const toml = (text: string) => decode(text, parse(text), "toml");
const ts = (literal: string) => decode(`export default defineConfig(${literal});`, new Function(`return (${literal})`)(), "ts");

const test = suite("config");

test("a config of the Rust tama decodes with its entry, models and base URLs", () => {
  const { config, found } = toml(`[project]
name = "blog"
entrypoint = "writer"
[models]
default = "anthropic:claude-x"
thinker = { name = "openai:gpt", base_url = "http://own/v1", max_tokens = 9 }
worker = "openai:gpt:free"
other = { name = "ollama:q", temperature = 0.3 }
[providers.openai]
base_url = "http://shared/v1"
`);
  assert.equal(found, []);
  assert.equal([config.name, config.entries.map(({ name }) => name), config.broken], ["blog", ["writer"], false]);
  const models = Object.entries(config.models).map(([role, m]) => [role, m.provider, m.name, m.temperature, m.maxTokens, m.baseUrl]);
  assert.equal(models, [
    ["default", "anthropic", "claude-x", 0.8, null, null],
    ["thinker", "openai", "gpt", 1, 9, "http://own/v1"],
    ["worker", "openai", "gpt:free", 0, null, "http://shared/v1"],
    ["other", "ollama", "q", 0.3, null, null],
  ]);
});

test("without a config everything is empty and the name is not the folder's", () => {
  const config = decodeConfig(null, () => assert.unreachable());
  assert.equal([config.name, config.entries, config.models, config.broken], ["project", [], {}, false]);
});

test("a config that could not be read is broken and reports nothing more", () => {
  assert.is(decode("", undefined, "ts").config.broken, true);
  assert.equal(decode("", undefined, "ts").found, []);
});

test("findings in TOML stand at the key or the value concerned", () => {
  assert.equal(toml('[project]\nnmae = "x"\n').found, ["config/unknown-key nmae"]);
  assert.equal(toml('[models]\ndefault = "gpt-4o"\n').found, ['config/bad-model "gpt-4o"']);
  assert.equal(toml('[models]\nname = "a:b" # a:b\n').found, ['config/unknown-provider "a:b"']);
  assert.equal(toml('[models]\na = { name = "openai:x", seed = "1" }\n').found, ['config/wrong-type "1"']);
  assert.equal(toml('[models.a]\nname = "openai:x"\ntemperature = 3.5\n').found, ["config/wrong-type 3.5"]);
  assert.equal(toml('entries = [\n "a", # one\n 7]\n').found, ["config/wrong-type 7"]);
  assert.equal(toml('[providers.openai]\nbase_url = "localhost"\n').found, ['config/bad-url "localhost"']);
  for (const address of ["http://me:secret@localhost", "http://localhost/?api_key=1", "http://localhost/?x=1&token=2"])
    assert.equal(toml(`[providers.openai]\nbase_url = "${address}"\n`).found, ["config/key-in-url base_url"], address);
  assert.equal(toml('[providers.openai]\nbase_url = "http://me@localhost/?api-version=1&tokens=2"\n').found, []);
  assert.equal(toml('[project]\nroot = "../x"\n').found, ['config/bad-root "../x"']);
  assert.equal(toml("models = 3\n").found, ["config/wrong-type 3"]);
});

test("findings in TypeScript stand at the key or the value concerned", () => {
  assert.equal(ts('{ /* name: */ project: { nmae: "x" } }').found, ["config/unknown-key nmae"]);
  assert.equal(ts('{ models: { "default": "gpt-4o", other: "openai:x" } }').found, ['config/bad-model "gpt-4o"']);
  assert.equal(ts('{ limits: { wall: "ten", calls: 0 } }').found, ["config/wrong-type 0", 'config/wrong-type "ten"']);
  assert.equal(ts('{ permissions: ["read", "fly"], trace: { texts: "some" } }').found, [
    'config/wrong-type "fly"',
    'config/wrong-type "some"',
  ]);
  assert.equal(ts("{ patterns: [() => 1], tools: {} }").found, ["config/bad-pattern () => 1", "config/wrong-type {}"]);
  assert.equal(ts("{ project: { name: () => 1 } }").found, ["config/wrong-type () => 1"]);
});

test("patterns that are declared above the config or inside it do not hide its keys", () => {
  const above = 'const p = definePattern({ name: "a" });\nexport default defineConfig({ models: { default: "nope" }, patterns: [p] });';
  const inside = 'export default defineConfig({ patterns: [definePattern({ name: "a" })], models: { default: "nope" } });';
  const value = { models: { default: "nope" } };
  for (const text of [above, inside]) assert.equal(decode(text, value, "ts").found, ['config/bad-model "nope"']);
});

test("a value that is not written where it is used is told at the nearest key", () => {
  const text = 'const shared = { default: "nope" };\nexport default defineConfig({ models: shared });';
  assert.equal(decode(text, { models: { default: "nope" } }, "ts").found, ["config/bad-model models"]);
  assert.equal(decode("export default make();", { modles: {} }, "ts").found, ["config/unknown-key "]);
});

test("limits and permissions are read", () => {
  const { config, found } = ts(
    '{ limits: { calls: 40, tokens: "200k", wall: "1h30m", usd: 2.5, items: 100, concurrency: 8 }, permissions: ["read"], trace: { texts: "hash" } }',
  );
  assert.equal(found, []);
  assert.equal(config.limits.values, { calls: 40, tokens: 200_000, wallMs: 5_400_000, usd: 2.5, items: 100, concurrency: 8 });
  assert.equal([config.permissions, config.trace.texts], [["read"], "hash"]);
});

test("limits of a tama.toml are read alike, and what is no amount is told where it stands", () => {
  const { config, found } = toml(
    '[limits]\ncalls = "1.5M"\nwall = "90s"\nusd = "0.25"\ntokens = "2.5"\nitems = -1\nconcurrency = "many"\n',
  );
  assert.equal(config.limits.values, { calls: 1_500_000, tokens: null, wallMs: 90_000, usd: 0.25, items: null, concurrency: null });
  assert.equal(found, ['config/wrong-type "2.5"', "config/wrong-type -1", 'config/wrong-type "many"']);
});

test("a role whose model is wrong stays, so that nothing else is reported of it", () => {
  const { config, found } = toml('[models]\ndefault = "gpt-4o"\n');
  assert.equal([Object.keys(config.models), config.broken, found.length], [["default"], true, 1]);
});

test("places lie inside the text, and decoding never throws, whatever it is given", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    "(",
    ",",
    ":",
    "=",
    "\n",
    '"a"',
    "'",
    "defineConfig",
    "export default ",
    "models",
    "#",
    "/*",
    "//",
    "\\",
    " ",
  );
  const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(texts, fc.constantFrom("ts" as const, "toml" as const), fc.anything(), (text, format, value) => {
      for (const { key, value: at } of findPlaces("f", format, text).values()) {
        for (const { start, end } of [key, at]) assert.ok(0 <= start && start <= end && end <= text.length);
      }
      decode(text, { models: value, project: value, entries: value, limits: { wall: value }, providers: { openai: value } }, format);
      decode(text, value, format);
    }),
  );
});

test("a deeply nested text is scanned without overflow", () => {
  const text = `export default {${"a: [{".repeat(20_000)}`;
  assert.ok(findPlaces("f", "ts", text).size < 100);
});

test.run();
