/** A session in five minutes: state, agents, artifacts, a trajectory; closed, and loaded again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDispatcher, createSession, loadSession, take, workers } from "tama/runtime";

const stateDir = mkdtempSync(join(tmpdir(), "quick-start-"));

// A session keeps what agents share. Whatever a call changed is on the disk when it returns.
const session = take(createSession({ stateDir }));
take(session.set("text", "hello world"));

// Agents declare what they can do; a dispatcher finds the one that can.
const dispatcher = take(createDispatcher(session, [{ id: "texts", workers: Object.values(workers) }]));
console.log(
  "capabilities:",
  dispatcher
    .capabilities()
    .map(({ name }) => name)
    .join(", "),
);
const reversed = take(await dispatcher.dispatch({ capability: "reverse", params: session.get("text") ?? null }));
console.log("reversed:", reversed.value);

// A write can name its author, and the version that it expects to replace.
const { version } = session.entry("text");
take(session.set("text", reversed.value, { by: reversed.agent, expectVersion: version }));
const late = session.set("text", "too late", { expectVersion: version });
console.log("a second write of the same version:", late.kind === "failed" ? late.error.code : "went well");

// Artifacts are bytes under a name. Every version stays.
take(session.writeArtifact("result.txt", Buffer.from("first")));
take(session.writeArtifact("result.txt", Buffer.from(String(reversed.value)), { by: "texts" }));
console.log("artifacts:", session.artifacts());
console.log("the first version:", Buffer.from(take(session.readArtifact("result.txt", 1))).toString());

// What an agent is shown is a frozen copy.
const snapshot = session.snapshot("reviewer", 2);
console.log("snapshot:", snapshot.state, "and the last", snapshot.trajectory.length, "of", snapshot.trajectory_total_length, "entries");

take(session.close());
const again = take(loadSession(session.id, { stateDir }));
console.log("loaded:", again.get("text"), "in version", again.version());
for (const { seq_num, agent_id, entry_type } of again.trajectory()) console.log(`  #${seq_num} ${agent_id} ${entry_type}`);

take(again.close());
rmSync(stateDir, { recursive: true });
