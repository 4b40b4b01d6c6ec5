/** `tama session` and `tama plan`, as one types them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadPlan } from "../../compiler/diagnostics/load-plan.ts";
import { toText } from "../../compiler/ir/json.ts";
import { foreignCode } from "../../runtime/1-load/trust.ts";
import { type PlanFlags, planCommand } from "../../runtime/commands/plan.ts";
import { runsCommand } from "../../runtime/commands/runs.ts";
import {
  sessionDeleteCommand,
  sessionGetCommand,
  sessionLogCommand,
  sessionNewCommand,
  sessionSayCommand,
  sessionSetCommand,
  sessionShowCommand,
} from "../../runtime/commands/session.ts";
import {
  artifactDeleteCommand,
  artifactReadCommand,
  artifactsCommand,
  artifactWriteCommand,
} from "../../runtime/commands/session-artifacts.ts";
import { take } from "../../runtime/session/errors.ts";
import { loadSession, readSession } from "../../runtime/session/session.ts";
import { outcomeOf, runPlan } from "../support/run-plan.ts";
import { typesOf } from "../support/sessions.ts";

const test = suite("commands of sessions and plans");
type Io = Parameters<typeof sessionNewCommand>[1];

/** Runs a command and keeps what it says. */
async function said(command: (io: Io) => number | Promise<number>) {
  const out = { stdout: "", stderr: "" };
  const into = (stream: "stdout" | "stderr") => (text: string) => {
    out[stream] += text;
  };
  return { exit: await command({ color: false, columns: 80, stdout: into("stdout"), stderr: into("stderr") }), ...out };
}

/** A test with a state folder that holds one new session. */
function inFolder(run: (folder: { stateDir: string; id: string }) => Promise<void>): () => Promise<void> {
  return async () => {
    const stateDir = mkdtempSync(join(tmpdir(), "tama-commands-"));
    try {
      const { stdout } = await said((io) => sessionNewCommand({ stateDir, workspace: "/project" }, io));
      await run({ stateDir, id: stdout.trim() });
    } finally {
      rmSync(stateDir, { recursive: true });
    }
  };
}

test(
  "a new session is named by its id, a beginning of it, or `last`",
  inFolder(async ({ stateDir, id }) => {
    assert.match(id, /^[0-9a-f]{32}$/);
    for (const session of [id, id.slice(0, 6), "last"]) {
      const { exit, stdout } = await said((io) => sessionSetCommand({ stateDir, session, key: "who", value: session }, io));
      assert.is(exit, 0);
      assert.match(stdout, /^[123]\n$/);
    }
    assert.is((await said((io) => sessionGetCommand({ stateDir, session: "last", key: "who", withVersion: false }, io))).stdout, "last\n");
  }),
);

test(
  "a value is JSON where it is JSON, and a text where it is none",
  inFolder(async ({ stateDir, id }) => {
    const set = (key: string, value: string) => said((io) => sessionSetCommand({ stateDir, session: id, key, value, by: "me" }, io));
    const get = (key: string, withVersion = false) => said((io) => sessionGetCommand({ stateDir, session: id, key, withVersion }, io));
    await set("list", "[1, 2]");
    await set("text", "two words");
    assert.is((await get("list")).stdout, "[1,2]\n");
    assert.is((await get("text")).stdout, "two words\n");
    assert.is((await get("text", true)).stdout, '{"value":"two words","version":2}\n');
    assert.equal(take(readSession(id, { stateDir })).trajectory(2)[0]?.agent_id, "me");
  }),
);

test(
  "a key is deleted once, in the version that is expected",
  inFolder(async ({ stateDir, id }) => {
    const remove = (more = {}) => said((io) => sessionDeleteCommand({ stateDir, session: id, key: "a", ...more }, io));
    await said((io) => sessionSetCommand({ stateDir, session: id, key: "a", value: "1" }, io));
    assert.match((await remove({ expectVersion: 7 })).stderr, "(state_conflict)");
    assert.equal(await remove(), { exit: 0, stdout: "2\n", stderr: "" });
    const again = await remove();
    assert.is(again.exit, 1);
    assert.match(again.stderr, "the session has no value for 'a'");
  }),
);

test(
  "what a person says, and a remark, become entries, whose numbers are told",
  inFolder(async ({ stateDir, id }) => {
    const add = (as: "say" | "note", text: string) => said((io) => sessionSayCommand({ stateDir, session: id, as, text }, io));
    assert.equal(await add("say", "go on"), { exit: 0, stdout: "4\n", stderr: "" });
    assert.is((await add("note", "half way")).stdout, "7\n");
    const entries = take(readSession(id, { stateDir })).trajectory();
    assert.equal(
      [entries[3], entries[6]].map((entry) => [entry?.entry_type, entry?.agent_id, entry?.content]),
      [
        ["user_input", "user", { text: "go on" }],
        ["system_note", "system", { note: "half way" }],
      ],
    );
    assert.match((await add("say", " ")).stderr, "(validation_error)");
  }),
);

test(
  "a file is kept under a name, each version of it, until it is discarded",
  inFolder(async ({ stateDir, id }) => {
    const which = { stateDir, session: id, name: "notes", cwd: stateDir };
    const read = (more = {}) => said((io) => artifactReadCommand({ ...which, version: null, output: null, ...more }, io));
    writeFileSync(join(stateDir, "one.txt"), "one");
    writeFileSync(join(stateDir, "two.bin"), Uint8Array.of(0xff, 0));
    assert.is((await said((io) => artifactWriteCommand({ ...which, file: "one.txt" }, io))).stdout, "1\n");
    assert.is((await said((io) => artifactWriteCommand({ ...which, file: "two.bin", by: "me" }, io))).stdout, "2\n");
    assert.is((await read({ version: 1 })).stdout, "one");
    assert.match((await read()).stderr, "notes is no text: give a file with --output");
    assert.is((await read({ output: "back.bin" })).exit, 0);
    assert.equal([...readFileSync(join(stateDir, "back.bin"))], [0xff, 0]);
    assert.is((await said((io) => artifactsCommand({ stateDir, session: id, format: "text" }, io))).stdout, "notes  v2  2 bytes\n");
    assert.is((await said((io) => artifactDeleteCommand(which, io))).stdout, "3\n");
    assert.match((await read()).stderr, "(artifact_not_found)");
    assert.is((await said((io) => artifactsCommand({ stateDir, session: id, format: "json" }, io))).stdout, "[]\n");
    for (const command of [
      () => said((io) => artifactWriteCommand({ ...which, file: "none" }, io)),
      () => read({ version: 1, output: "no/x" }),
    ])
      assert.match((await command()).stderr, /error\[session\/unusable-file\][\s\S]*ENOENT/);
  }),
);

test("a session takes no artifact above the size that it was made with", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "tama-commands-"));
  try {
    await said((io) => sessionNewCommand({ stateDir, maxArtifactBytes: 2 }, io));
    writeFileSync(join(stateDir, "three"), "abc");
    const write = (io: Io) => artifactWriteCommand({ stateDir, session: "last", name: "x", file: "three", cwd: stateDir }, io);
    assert.match((await said(write)).stderr, "(artifact_too_large)");
  } finally {
    rmSync(stateDir, { recursive: true });
  }
});

test(
  "what fails says its code and exits with 1",
  inFolder(async ({ stateDir, id }) => {
    const conflict = await said((io) => sessionSetCommand({ stateDir, session: id, key: "a", value: "1", expectVersion: 4 }, io));
    assert.equal([conflict.exit, conflict.stdout], [1, ""]);
    assert.match(conflict.stderr, "error[session/failed]: 'a' is in version 0, not 4 (state_conflict)");
    const none = await said((io) => sessionGetCommand({ stateDir, session: id, key: "a", withVersion: false }, io));
    assert.equal([none.exit, none.stdout], [1, ""]);
    const unknown = await said((io) => sessionLogCommand({ stateDir, session: "xyz", format: "text" }, io));
    assert.match(unknown.stderr, "error[runs/unknown]");
    const empty = await said((io) => sessionLogCommand({ stateDir: join(stateDir, "none"), session: "last", format: "text" }, io));
    assert.match(empty.stderr, "error[runs/none]");
    const open = take(loadSession(id, { stateDir }));
    const locked = await said((io) => sessionSetCommand({ stateDir, session: id, key: "a", value: "1" }, io));
    assert.match(locked.stderr, "(persist_load_failed)");
    open.close();
    mkdirSync(join(stateDir, "runs", `${id.slice(0, 31)}${id.endsWith("0") ? "1" : "0"}`));
    const two = await said((io) => sessionLogCommand({ stateDir, session: id.slice(0, 8), format: "text" }, io));
    assert.match(two.stderr, "error[runs/ambiguous]");
  }),
);

test(
  "show tells state, artifacts and the last entries, within the terminal; as JSON it is a snapshot",
  inFolder(async ({ stateDir, id }) => {
    const session = take(loadSession(id, { stateDir }));
    take(session.set("topic", "x".repeat(200), { by: "writer" }));
    take(session.writeArtifact("notes.md", Buffer.from("text")));
    session.close();
    const { stdout } = await said((io) => sessionShowCommand({ stateDir, session: id, depth: 2, format: "text" }, io));
    const lines = stdout
      .replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, "00:00:00.000")
      .trimEnd()
      .split("\n");
    assert.equal(lines, [
      `session ${id}: 6 entries, state version 1`,
      "",
      "state",
      `  topic  v1  ${"x".repeat(66)}…`,
      "",
      "artifacts",
      "  notes.md  v1  4 bytes",
      "",
      "last 2 entries",
      '#5  00:00:00.000  user    artifact_written  {"is_update":false,"name":"notes.md…',
      '#6  00:00:00.000  system  session_saved     {"artifacts":1,"entries":6,"state_v…',
    ]);
    const json = JSON.parse((await said((io) => sessionShowCommand({ stateDir, session: id, depth: 2, format: "json" }, io))).stdout);
    assert.equal([json.session_id, json.state_version, json.trajectory.length, json.artifacts[0].name], [id, 1, 2, "notes.md"]);
  }),
);

test(
  "a session is listed among the runs, as what it is",
  inFolder(async ({ stateDir, id }) => {
    const { stdout } = await said((io) =>
      runsCommand({ stateDir, format: "json", limit: 20, sort: "newest", status: null, entry: null, sinceMs: null }, io),
    );
    const [run] = JSON.parse(stdout);
    assert.equal([run.trace_id, run.entrypoint, run.status, run.task, run.output], [id, "session", "ok", null, null]);
  }),
);

interface Planned {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly dir: string;
}

/** Runs `tama plan` in a folder with `files`, where models say what `scenario` tells. */
async function plan(
  scenario: string,
  files: Readonly<Record<string, string>>,
  use: (planned: Planned) => Promise<void> | void,
  flags: Partial<PlanFlags> = {},
) {
  const dir = mkdtempSync(join(tmpdir(), "tama-plan-"));
  try {
    for (const [path, text] of Object.entries({ ...files, "scenario.yaml": scenario })) {
      mkdirSync(join(dir, path, ".."), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    const host = {
      cwd: dir,
      env: { XDG_STATE_HOME: join(dir, "home") },
      home: dir,
      signal: new AbortController().signal,
      input: () => null,
      threads: null,
    };
    const model = `scripted:${join(dir, "scenario.yaml")}`;
    const told = await said((io) =>
      planCommand(
        "reverse the text, then make it uppercase",
        { output: join(dir, "plan.json"), model, directory: dir, ...flags },
        { ...host, io },
      ),
    );
    await use({ ...told, dir });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const answering = (calls: readonly object[]) => `agents:\n  planner: ['${JSON.stringify({ calls })}']\n`;

test("plan writes a plan that runs, notes that it was made here, and keeps how it came about", () =>
  plan(
    answering([
      { capability: "reverse", params: null },
      { capability: "uppercase", params: null },
    ]),
    {},
    async ({ exit, stdout, stderr, dir }) => {
      assert.equal([exit, stdout], [0, ""]);
      assert.match(stderr, "tama: planned: reverse, then uppercase\ntama: how: tama session log ");
      const loaded = loadPlan(readFileSync(join(dir, "plan.json"), "utf8"), "plan.json");
      if (loaded.kind === "refused") throw new Error(loaded.diagnostic.message);
      assert.is(foreignCode(loaded.plan, { home: dir, xdgStateHome: join(dir, "home") }, "not-allowed"), null);
      assert.equal(Object.keys(loaded.plan.models), []);
      const ran = await runPlan(loaded.plan, {}, { input: "hello" });
      assert.equal(outcomeOf(ran.settled), { key: "done", value: "OLLEH" });
      const [, id = ""] = /session log ([0-9a-f]{8})/.exec(stderr) ?? [];
      const log = await said((io) => sessionLogCommand({ stateDir: join(dir, ".tama"), session: id, format: "json" }, io));
      const types = typesOf({ trajectory: () => JSON.parse(log.stdout) });
      assert.equal(types, ["session_created", "user_input", "agent_invoked", "agent_completed", "plan_created", "session_saved"]);
    },
  ));

test("a call's own params are a step before it, and the same words give the same bytes", async () => {
  const scenario = answering([{ capability: "count-words", params: 'one two \\\\"three\\\\"' }]);
  const texts: string[] = [];
  for (let count = 0; count < 2; count += 1) {
    await plan(
      scenario,
      {},
      async ({ exit, stdout }) => {
        assert.is(exit, 0);
        const loaded = loadPlan(stdout, "stdout");
        if (loaded.kind === "refused") throw new Error(loaded.diagnostic.message);
        assert.is(toText(outcomeOf((await runPlan(loaded.plan, {}, { input: "unused" })).settled).value), "3");
        texts.push(stdout);
      },
      { output: "-" },
    );
  }
  assert.is(texts[0], texts[1]);
});

const front = (name: string, fields: string) => `---\nname: ${name}\ndescription: does ${name}\nversion: "1.0.0"\n${fields}\n---\nDo it.\n`;
const project = {
  "tama.toml": '[project]\nname = "p"\nentrypoint = "main"\n[models]\ndefault = "openai:gpt-4o"\n',
  "agents/main/AGENT.md": front("main", "pattern: fsm\ninitial: shout\nstates: {shout: say, say: ~}"),
  "agents/say/AGENT.md": front("say", "pattern: oneshot"),
  "agents/shout/AGENT.md": front("shout", "pattern: code").replace("Do it.\n", ""),
  "agents/shout/worker.ts": 'export default { capability: "shout", run: (text: string) => `${text}!` };\n',
};

test("a project's own code agents are capabilities too", () =>
  plan(
    answering([
      { capability: "shout", params: null },
      { capability: "uppercase", params: null },
    ]),
    project,
    async ({ exit, dir, stderr }) => {
      assert.is(exit, 0, stderr);
      const loaded = loadPlan(readFileSync(join(dir, "plan.json"), "utf8"), "plan.json");
      if (loaded.kind === "refused") throw new Error(loaded.diagnostic.message);
      assert.is(outcomeOf((await runPlan(loaded.plan, {}, { input: "hello" })).settled).value, "HELLO!");
    },
  ));

test("where there is no plan nothing is written, and the code says why", async () => {
  const cases: readonly (readonly [scenario: string, code: string])[] = [
    [answering([]), "plan_generation_failed"],
    ["agents:\n  planner: [no, no]\n", "plan_invalid_format"],
    [answering([{ capability: "fly", params: null }]), "plan_invalid_format"],
    ["agents:\n  planner: [{error: the server is down}]\n", "plan_llm_error"],
  ];
  for (const [scenario, code] of cases) {
    await plan(scenario, {}, ({ exit, stdout, stderr, dir }) => {
      assert.equal([exit, stdout], [1, ""]);
      assert.match(stderr, `(${code})`);
      assert.throws(() => readFileSync(join(dir, "plan.json")), /ENOENT/);
    });
  }
});

test("a project that is not sound, and a place that cannot be written, are told", async () => {
  const broken = { ...project, "agents/say/AGENT.md": front("say", "pattern: oneshott") };
  await plan(answering([{ capability: "shout", params: null }]), broken, ({ exit, stderr }) => {
    assert.is(exit, 1);
    assert.match(stderr, "error[parse/unknown-pattern]");
  });
  await plan(
    answering([{ capability: "reverse", params: null }]),
    {},
    ({ exit, stderr }) => {
      assert.is(exit, 1);
      assert.match(stderr, "error[plan/not-writable]");
    },
    { output: "/nowhere/plan.json" },
  );
});

test.run();
