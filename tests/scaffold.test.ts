/** What `tamac init` and `tamac add` write builds and runs as it is, for every pattern that there is. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { build } from "../compiler/build.ts";
import { runAdd, runInit } from "../compiler/commands/add.ts";
import { runSchema } from "../compiler/commands/schema.ts";
import { patterns } from "../stdlib/patterns/index.ts";
import { outputs } from "./support/outputs.ts";

const test = suite<{ dir: string; project: string }>("scaffolds");

test.before.each(async (context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tamac-scaffold-"));
  context.project = join(context.dir, "demo");
  const { io } = outputs();
  assert.is(await runInit("demo", context.dir, io), 0);
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test("a new project compiles without a finding, and git leaves its runs alone", async ({ project }) => {
  assert.equal(await findings(project), []);
  assert.match(readFileSync(join(project, ".gitignore"), "utf8"), /^\.tama\/$/m);
});

for (const name of Object.keys(patterns)) {
  test(`a new ${name} compiles without a finding, beside the project and as its entry`, async ({ project }) => {
    const { io, written } = outputs();
    assert.is(await runAdd(name, "extra", project, io), 0, written.stderr);
    assert.equal(await findings(project), []);
    const config = join(project, "tama.config.ts");
    writeFileSync(config, readFileSync(config, "utf8").replace('entries: ["writer"]', 'entries: ["writer", "extra"]'));
    const agent = join(project, "agents/extra/AGENT.md");
    assert.equal(await findings(project), ["suppress/unused"]);
    writeFileSync(agent, readFileSync(agent, "utf8").replace(/^# tama-ignore.*\n/m, ""));
    assert.equal(await findings(project), []);
  });
}

test("a new agent's prompt asks for what its pattern takes from it", async ({ project }) => {
  const { io } = outputs();
  const wanted = { scatter: /Split it into items/, "plan-execute": /Plan the steps/, human: /key `question`/ };
  for (const [pattern, prompt] of Object.entries(wanted)) {
    await runAdd(pattern, `my-${pattern}`, project, io);
    assert.match(readFileSync(join(project, `agents/my-${pattern}/AGENT.md`), "utf8"), prompt);
  }
  await runAdd("debate", "talk", project, io);
  assert.match(readFileSync(join(project, "agents/talk-agent-1/AGENT.md"), "utf8"), /Argue/);
});

test("an agent of a pattern of the project's own is made too, and the schema of AGENT.md knows it", async ({ project }) => {
  const config = join(project, "tama.config.ts");
  const own = `import { defineConfig, definePattern } from "tama/compiler";
const twice = definePattern({
  name: "twice", summary: "drafts twice", steps: ["again"], body: "ask", exits: [{ kind: "word", word: "done" }],
  fields: { rounds: { kind: "count", summary: "how often", required: true } },
  lower: (agent, build) => build.pass(build.step(agent.steps("again"), build.step(agent.body, build.input, { id: "draft" }).value)),
});
`;
  const text = readFileSync(config, "utf8").replace(/^import .*\n/m, own);
  writeFileSync(config, text.replace("defineConfig({", "defineConfig({ patterns: [twice],"));
  const { io, written } = outputs();
  assert.is(await runAdd("twice", "extra", project, io), 0, written.stderr);
  assert.equal(await findings(project), []);
  assert.match(readFileSync(join(project, "agents/extra/AGENT.md"), "utf8"), /^rounds: 2$/m);
  assert.is(await runSchema("agent", project, io), 0);
  assert.match(written.stdout, '"const": "twice"');
  writeFileSync(config, "export default {");
  assert.is(await runAdd("twice", "other", project, io), 1);
  assert.match(written.stderr, "error[source/bundle-failed]");
});

test("a new skill compiles without a finding", async ({ project }) => {
  const { io } = outputs();
  assert.is(await runAdd("skill", "notes", project, io), 0);
  assert.equal(await findings(project), []);
});

test("nothing is written over a file that is there, nor beside it", async ({ dir, project }) => {
  const { io, written } = outputs();
  await runAdd("oneshot", "extra-worker", project, io);
  writeFileSync(join(project, "agents/extra-worker/AGENT.md"), "mine");
  assert.is(await runAdd("scatter", "extra", project, io), 1);
  assert.match(written.stderr, "error[cli/exists]");
  assert.not.ok(existsSync(join(project, "agents/extra")));
  assert.is(readFileSync(join(project, "agents/extra-worker/AGENT.md"), "utf8"), "mine");
  assert.is(await runInit("demo", dir, io), 1);
});

test("an unknown pattern, a name that is none, and a folder without a project are told", async ({ dir, project }) => {
  const told = async (run: (io: ReturnType<typeof outputs>["io"]) => Promise<number>) => {
    const { io, written } = outputs();
    return [await run(io), /error\[([^\]]+)\]/.exec(written.stderr)?.[1]];
  };
  assert.equal(await told((io) => runAdd("critc", "x", project, io)), [2, "cli/unknown-pattern"]);
  assert.equal(await told((io) => runAdd("critic", "../x", project, io)), [2, "cli/bad-name"]);
  assert.equal(await told((io) => runInit("My Project", dir, io)), [2, "cli/bad-name"]);
  assert.equal(await told((io) => runAdd("critic", "x", dir, io)), [1, "source/no-project"]);
  assert.equal(await told((io) => runAdd("critic", "x", join(dir, "none"), io)), [1, "source/no-directory"]);
});

test.run();

async function findings(project: string): Promise<readonly string[]> {
  return (await build(project)).diagnostics.map(({ code, message }) => (code === "suppress/unused" ? code : `${code}: ${message}`));
}
