/** The skills and workers that come with tama: sound, in the README, and usable by name. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import { compile } from "../../compiler/compile.ts";
import { digestBytes } from "../../compiler/ir/digest.ts";
import { show, text } from "../../compiler/ir/types.ts";
import { skills } from "../../stdlib/skills/skills.generated.ts";
import { workers } from "../../stdlib/workers/index.ts";
import { shippedWorkers } from "../../stdlib/workers/shipped.ts";
import { agent, planOf } from "../support/plan-of.ts";

const readme = readFileSync(fileURLToPath(new URL("../../stdlib/README.md", import.meta.url)), "utf8");
const test = suite("what comes with tama");

for (const [name, content] of Object.entries(skills)) {
  test(`std/${name} is a skill without a finding, as a project's own would be`, async () => {
    const config = '[project]\nname = "sample"\nentrypoint = "main"\n[models]\ndefault = "openai:o3"\n';
    const own = { "tama.toml": `permissions = ["read", "mem", "net", "write", "exec"]\n${config}`, [`skills/${name}/SKILL.md`]: content };
    const sources = sourcesFromMemory({ ...own, ...agent("main", `pattern: react\ncall: {uses: [${name}]}`) }, () => assert.unreachable());
    const { diagnostics } = await compile(sources);
    assert.equal(
      diagnostics.filter(({ code }) => code !== "effects/untrusted-flow").map(({ code, message }) => `${code}: ${message}`),
      [],
    );
  });

  test(`std/${name} is used by that name, and its model sees it without \`std/\``, () => {
    const plan = planOf(agent("main", `pattern: react\ncall: {uses: [std/${name}]}`));
    assert.equal(Object.keys(plan.skills), [`std/${name}`]);
    const body = content.replace(/^---\n.*?\n---\n/s, "");
    assert.is(plan.skills[`std/${name}`]?.body, digestBytes(body));
    assert.ok(Object.values(plan.texts).some((prompt) => prompt.includes(`- **${name}**: ${plan.skills[`std/${name}`]?.description}\n`)));
    assert.is(plan.sources[`std/${name}/SKILL.md`], undefined);
  });

  test(`the README tells what std/${name} unlocks`, () => {
    const unlocked = Object.keys(planOf(agent("main", `pattern: react\ncall: {uses: [std/${name}]}`)).tools).sort();
    const row = new RegExp(`^\\| \`std/${name}\` \\|.*\\| (.*) \\|$`, "m").exec(readme)?.[1] ?? "";
    assert.equal(row.replaceAll("`", "").split(", ").sort(), unlocked);
  });
}

for (const [name, { description = "", output = text }] of Object.entries(workers)) {
  test(`std/${name} is run by a code agent that names it, and is in the README`, () => {
    const plan = planOf(agent("main", `pattern: code\nworker: std/${name}`));
    assert.is(plan.workers["main"]?.bundle, digestBytes(shippedWorkers[name]?.bundle ?? ""));
    assert.equal(plan.workers["main"]?.output, output);
    assert.ok(readme.includes(`| \`std/${name}\` | ${description} | \`${show(output)}\` |\n`), name);
  });
}

test("the README names nothing else", () => {
  const named = [...readme.matchAll(/^\| `std\/([a-z-]+)`/gm)].map(([, name]) => name);
  assert.equal(named.sort(), [...Object.keys(skills), ...Object.keys(workers)].sort());
});

test.run();
