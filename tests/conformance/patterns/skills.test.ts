import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { call } from "../../support/model-server.ts";
import { agent, planOf, skill } from "../../support/plan-of.ts";
import { outcomeOf, type RunPlanOptions, rowsOf, runPlan } from "../../support/run-plan.ts";

const test = suite("skills and their tools");
const finish = call("finish", { key: "done", value: "" });

const plan = planOf({
  ...agent("main", "pattern: react\ncall: {uses: [notes, files]}", "You are a clerk."),
  ...skill("notes", ["tama_mem_append", "tama_mem_get", "tama_mem_set"]),
  ...skill("files", ["tama_files_read"]),
});

/** Runs the clerk, turn by turn. */
const clerk = (turns: readonly ReturnType<typeof call>[], options: RunPlanOptions = {}) => runPlan(plan, { "*": turns }, options);

test("the system prompt lists the skills with their descriptions", async () => {
  const ran = await clerk([finish]);
  assert.is(
    ran.requests[0]?.system,
    "You are a clerk.\n\n\n## Available skills\nCall read_skill(name) to load full instructions before using a skill.\n" +
      "- **notes**: about notes\n- **files**: about files\n\n\nCall start() to receive your task before beginning work.",
  );
});

test("read_skill gives the body under a heading", async () => {
  const ran = await clerk([call("read_skill", { name: "notes" }), finish]);
  assert.equal(ran.requests[1]?.results, ["# Skill: notes\n\nHow to use notes.\n"]);
});

test("tools are offered once their skill has been read, in one order whatever the order of reading", async () => {
  const ran = await clerk([call("read_skill", { name: "notes" }), call("read_skill", { name: "files" }), finish]);
  const mem = ["tama_mem_set", "tama_mem_get", "tama_mem_append"];
  assert.equal(
    ran.requests.map(({ tools }) => tools),
    [
      ["start", "finish", "read_skill"],
      ["start", "finish", "read_skill", ...mem],
      ["start", "finish", "read_skill", "tama_files_read", ...mem],
    ],
  );
});

test("a tool that is not unlocked is refused, and says which skill unlocks it", async () => {
  const ran = await clerk([call("tama_mem_set", { key: "k", value: "v" }), finish]);
  assert.equal(ran.requests[1]?.results, [`[error: tool 'tama_mem_set' is locked: call read_skill("notes") first]`]);
  assert.is(rowsOf(ran, "state_set").length, 0);
  assert.equal(
    rowsOf(ran, "tool_rejected").map(({ tool_name, message }) => [tool_name, message]),
    [["tama_mem_set", `tool 'tama_mem_set' is locked: call read_skill("notes") first`]],
  );
  assert.is(rowsOf(ran, "tool_call")[0]?.status, "refused");
});

test("a tool that no skill of the agent has is unknown, whatever other tools there are", async () => {
  const ran = await clerk([[...call("tama_bash", { command: "id" }), ...call("rm", {})], finish]);
  assert.equal(ran.requests[1]?.results, [
    "[error: unknown tool 'tama_bash' — was it declared in the skill's tools: list?]",
    "[error: unknown tool 'rm' — was it declared in the skill's tools: list?]",
  ]);
});

for (const name of ["../notes", "./notes", "other", "", "skills/notes/SKILL.md", "__proto__"]) {
  test(`read_skill refuses ${JSON.stringify(name)}, which is not among the agent's skills`, async () => {
    const ran = await clerk([call("read_skill", { name }), finish]);
    assert.equal(ran.requests[1]?.results, [`[error: skill '${name}' is not one of: notes, files]`]);
    assert.equal(ran.requests[1]?.tools, ["start", "finish", "read_skill"]);
  });
}

test("an agent without skills has no read_skill to call", async () => {
  const ran = await runPlan(planOf(agent("main", "pattern: react")), { "*": [call("read_skill", { name: "notes" }), finish] });
  assert.equal(ran.requests[1]?.results, ["[error: unknown tool 'read_skill' — was it declared in the skill's tools: list?]"]);
});

test("arguments that are no JSON object are told to the model", async () => {
  const ran = await clerk([[...call("read_skill", { name: "notes" }), { name: "tama_mem_set", args: "[1]" }], finish]);
  assert.is(ran.requests[1]?.results[1], "[error: the arguments of tama_mem_set are not a JSON object]");
});

test("memory tools answer as they always did", async () => {
  const read = call("read_skill", { name: "notes" });
  const turn = [
    ...read,
    ...call("tama_mem_get", { key: "k" }),
    ...call("tama_mem_set", { key: "k", value: "v" }),
    ...call("tama_mem_get", { key: "k" }),
    ...call("tama_mem_append", { key: "list", item: '{"a":1}' }),
    ...call("tama_mem_append", { key: "list", item: "plain" }),
    ...call("tama_mem_append", { key: "k", item: "more" }),
    ...call("tama_mem_set", { key: "", value: "v" }),
  ];
  const ran = await clerk([turn, finish]);
  assert.equal(ran.requests[1]?.results.slice(1), [
    "[no value stored for key 'k']",
    "stored 'k'",
    "v",
    `appended to 'list': [{"a":1}]`,
    `appended to 'list': [{"a":1},"plain"]`,
    `appended to 'k': ["v","more"]`,
    "[error: `key` must be a text that is not empty]",
  ]);
  assert.equal(
    rowsOf(ran, "state_set").map(({ key, version, old_hash, value_hash }) => [key, version, ran.text(old_hash), ran.text(value_hash)]),
    [
      ["k", 1, "", '"v"'],
      ["list", 2, "", '[{"a":1}]'],
      ["list", 3, '[{"a":1}]', '[{"a":1},"plain"]'],
      ["k", 4, '"v"', '["v","more"]'],
    ],
  );
});

test("a result is cut at 12,000 bytes, on a code point, and says how much is missing", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tama-files-"));
  writeFileSync(join(dir, "long.txt"), `a${"é".repeat(7_000)}`);
  writeFileSync(join(dir, "fits.txt"), "é".repeat(6_000));
  const reads = [...call("tama_files_read", { path: "long.txt" }), ...call("tama_files_read", { path: "fits.txt" })];
  const ran = await clerk([call("read_skill", { name: "files" }), reads, finish], { projectDir: dir });
  rmSync(dir, { recursive: true });
  const [, long, fits] = ran.requests[2]?.results ?? [];
  assert.is(long, `a${"é".repeat(5_999)}…[truncated 2002 bytes]`);
  assert.is(fits, "é".repeat(6_000));
});

test("the task that start gives is never cut", async () => {
  const input = "long ".repeat(4_000);
  const ran = await clerk([call("start"), finish], { input });
  assert.is(ran.requests[1]?.results[0], input);
});

test("read-only calls of one turn run side by side; their results keep the order of the calls", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tama-files-"));
  for (const name of ["a", "b"]) writeFileSync(join(dir, name), `I am ${name}`);
  const reads = [
    ...call("tama_files_read", { path: "a" }),
    ...call("tama_files_read", { path: "none" }),
    ...call("tama_files_read", { path: "b" }),
  ];
  const ran = await clerk([call("read_skill", { name: "files" }), reads, finish], { projectDir: dir });
  rmSync(dir, { recursive: true });
  assert.equal(ran.requests[2]?.results.slice(1), ["I am a", "[error: file not found: none]", "I am b"]);
  assert.equal(
    rowsOf(ran, "tool_call")
      .filter(({ tool_name }) => tool_name === "tama_files_read")
      .map(({ path, status }) => [path, status])
      .sort(),
    [
      ["main@1/react:2.1", "ok"],
      ["main@1/react:2.2", "failed"],
      ["main@1/react:2.3", "ok"],
    ],
  );
});

test("a tool that nobody granted is offered, refused with the flag that grants it, and recorded as rejected", async () => {
  const shell = planOf({ ...agent("main", "pattern: react\ncall: {uses: [shell]}"), ...skill("shell", ["tama_bash"]) });
  const ran = await runPlan(shell, { "*": [call("read_skill", { name: "shell" }), call("tama_bash", { command: "id" }), finish] });
  const why = "tama_bash is not granted; a run started with --allow-exec grants it";
  assert.is(ran.requests[2]?.results[1], `[error: ${why}]`);
  assert.equal(
    rowsOf(ran, "tool_rejected").map(({ path, tool_name, message }) => [path, tool_name, message]),
    [["main@1/react:2.1", "tama_bash", why]],
  );
  assert.equal(
    rowsOf(ran, "tool_call").flatMap(({ tool_name, status, code }) => (tool_name === "tama_bash" ? [[status, code]] : [])),
    [["refused", "refused"]],
  );
  assert.is(outcomeOf(ran.settled).key, "done");
});

test.run();
