/** The JSON Schemas of frontmatter say what the compiler says of its shape: of every sample, and of sound agents broken in every place. */

import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse as parseYaml } from "yaml";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { readFullYaml } from "../../compiler/2-parse/full-yaml.ts";
import { parse } from "../../compiler/2-parse/index.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { isObject, type Json } from "../../compiler/ir/json.ts";
import { agentFiles } from "../../compiler/scaffold/agent.ts";
import { schemas } from "../../compiler/schemas/index.ts";
import { patterns } from "../../stdlib/patterns/index.ts";
import { textsUnder } from "../support/tree.ts";

const test = suite("schemas of frontmatter");
const ajv = new Ajv({ allowUnionTypes: true });
const validate = { agent: ajv.compile(schemas.agent()), skill: ajv.compile(schemas.skill()) };

/** What is wrong with the shape of frontmatter; other errors are about what it means. */
const shape = ["wrong-type", "empty-frontmatter", "missing-key", "unknown-key", "misplaced-key", "not-kebab-case", "unknown-pattern"].map(
  (name) => `parse/${name}`,
);

/** The file's name says whose frontmatter it is, and so does its directory. */
function verdicts(path: string, text: string) {
  const kind = path.endsWith("SKILL.md") ? "skill" : "agent";
  const [, directory = ""] = /([^/]+)\/[A-Z]+\.md$/.exec(path) ?? [];
  const own = kind === "skill" ? `skills/${directory}/SKILL.md` : `agents/${directory}/AGENT.md`;
  const found: Diagnostic[] = [];
  parse(
    sourcesFromMemory({ [own]: text }, (one) => found.push(one)),
    readFullYaml,
    (one) => {
      found.push(one);
    },
  );
  const unreadable = found.some(({ code }) =>
    /yaml|frontmatter|alias|duplicate-key|indent|colon|tag|deep|unclosed|quotes|documents/.test(code),
  );
  return { kind, found, unreadable, isShaped: !found.some(({ code, span }) => shape.includes(code) && span?.file === own) } as const;
}

test("schema and compiler agree on every sample", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const files = textsUnder(root, ["tests/samples", "examples"]).filter(({ path }) => /\/(AGENT|SKILL)\.md$/.test(path));
  const counts = { valid: 0, invalid: 0 };
  for (const { path, text } of files) {
    const { kind, unreadable, isShaped } = verdicts(path, text);
    if (unreadable) continue;
    const [, frontmatter = ""] = /^\s*---\n(.*?)\n---/s.exec(text) ?? [];
    assert.is(validate[kind](parseYaml(frontmatter)), isShaped, `${path}: ${JSON.stringify(validate[kind].errors)}`);
    counts[isShaped ? "valid" : "invalid"] += 1;
  }
  assert.ok(counts.valid > 50 && counts.invalid > 5, JSON.stringify(counts));
});

for (const pattern of Object.values(patterns)) {
  test(`schema and compiler agree on a ${pattern.name} with a key dropped, retyped or added`, () => {
    const [, frontmatter = ""] = /^---\n(.*?)\n---/s.exec(agentFiles(pattern, "own")["agents/own/AGENT.md"] ?? "") ?? [];
    const optional = {
      max_iter: 3,
      on_error: "fail",
      call: { model: { role: "default", temperature: 0.5 }, max_iter: null },
      env: ["A"],
      retry: { attempts: 2 },
    };
    for (const value of mutants({ ...parseYaml(frontmatter), ...optional })) agree(value);
  });
}

test("schema and compiler agree on a skill with a key dropped, retyped or added", () => {
  for (const value of mutants({ name: "own", description: "d", tools: ["t"], license: "MIT", metadata: { a: 1 } })) agree(value, "skill");
});

test.run();

/** JSON is YAML. The directory has the name, unless that could be none's. */
function agree(value: Json, kind: "agent" | "skill" = "agent"): void {
  const name = isObject(value) ? value["name"] : undefined;
  const directory = typeof name === "string" && name !== "" ? name : "own";
  const path = kind === "skill" ? `skills/${directory}/SKILL.md` : `agents/${directory}/AGENT.md`;
  const { isShaped, found } = verdicts(path, `---\n${JSON.stringify(value)}\n---\nText.\n`);
  const told = found.map(({ code, message }) => `${code}: ${message}`).join("\n");
  assert.is(validate[kind](value), isShaped && name !== "", `${JSON.stringify(value)}\n${told}\n${JSON.stringify(validate[kind].errors)}`);
}

/** A value with each part in turn dropped, put in place of another kind, or joined by a stranger. */
function* mutants(value: Json): Generator<Json> {
  yield value;
  for (const other of [7, -1, 0.5, "x y", "", true, [], {}, null, ["x"], { x: "y" }]) yield other;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) for (const inner of mutants(item)) yield value.with(index, inner);
  } else if (isObject(value)) {
    const fields = value as Readonly<Record<string, Json>>;
    yield { ...fields, stranger: 1 };
    for (const [key, field] of Object.entries(fields)) {
      yield Object.fromEntries(Object.entries(fields).filter(([other]) => other !== key));
      for (const inner of mutants(field)) yield { ...fields, [key]: inner };
    }
  }
}
