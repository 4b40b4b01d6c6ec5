import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agent, blockOf, planOf, skill } from "../support/plan-of.ts";

const test = suite("skills by where they stand");

const beside = (path: string, name: string, more = "") => ({
  [`${path}/SKILL.md`]: `---\nname: ${name}\ndescription: about ${name}\n${more}---\nHow to use ${name}.\n`,
});

test("one beside an agent is known by its path, and its model sees its name", () => {
  const plan = planOf({ ...agent("main", "pattern: react\ncall: {uses: [./notes]}"), ...beside("agents/main/notes", "notes") });
  const [act] = blockOf(plan, "main").body.ops;
  assert.equal([act?.kind === "act" && act.skills, Object.keys(plan.skills)], [["agents/main/notes"], ["agents/main/notes"]]);
  assert.ok(Object.values(plan.texts).some((text) => text.includes("- **notes**: about notes\n")));
  assert.ok("agents/main/notes/SKILL.md" in plan.sources);
});

test("skills of one name are kept apart where different prompts use them", () => {
  const step = (uses: string) => `---\ncall: {uses: [${uses}]}\n---\nDo it.\n`;
  const plan = planOf({
    ...agent("main", "pattern: critic"),
    "agents/main/draft.md": step("memory"),
    "agents/main/critique.md": step("std/memory"),
    "agents/main/refine.md": step("./inner/memory"),
    ...skill("memory", ["tama_mem_get"]),
    ...beside("agents/main/inner/memory", "memory"),
  });
  assert.equal(Object.keys(plan.skills), ["agents/main/inner/memory", "memory", "std/memory"]);
});

test("a path may lead to a folder of `skills/`, or beside another agent", () => {
  const plan = planOf({
    ...agent("main", "pattern: react\ncall: {uses: [./../../skills/a, ./../other/b]}"),
    ...agent("other", "pattern: oneshot"),
    ...skill("a", []),
    ...beside("agents/other/b", "b"),
  });
  assert.equal(Object.keys(plan.skills), ["a", "agents/other/b"]);
});

test("the variables that a skill's `tama` block names are needed like those of its agents", () => {
  const own =
    "tools: [tama_http_get]\ntama: {version: 1.0.0, pattern: tool, tool: tama_http_get, env: [SKILL_KEY], depends: {apt: [jq]}}\n";
  const plan = planOf({
    ...agent("main", "pattern: react\nenv: [AGENT_KEY]\ncall: {uses: [./web]}"),
    ...beside("agents/main/web", "web", own),
  });
  assert.equal(plan.needs.env, ["AGENT_KEY", "SKILL_KEY"]);
});

test.run();
