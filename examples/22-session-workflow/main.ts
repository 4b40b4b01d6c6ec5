/**
 * A complete workflow: a model plans calls of declared capabilities, a dispatcher makes them, one fails, the session is closed
 * and loaded again, and the sequence goes on where it stopped.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Agent,
  createDispatcher,
  createSession,
  defineWorker,
  inlineExecutor,
  loadSession,
  planCalls,
  resolveModels,
  type Session,
  startClock,
  take,
  workers,
} from "tama/runtime";

/** Signs a text with what the session's state says. */
const sign = defineWorker({
  capability: "sign",
  description: "Puts the signature of the session under the text.",
  reads: ["signature"],
  run: (text: string, { memory }) => {
    if (typeof memory["signature"] !== "string") throw new Error("there is no signature in the state");
    return `${text}\n-- ${memory["signature"]}`;
  },
});

const agents: readonly Agent[] = [
  { id: "texts", name: "Texts", version: "1.0.0", workers: Object.values(workers) },
  { id: "clerk", workers: [sign] },
];

const stateDir = mkdtempSync(join(tmpdir(), "workflow-"));
const session = take(createSession({ stateDir }));
const dispatcher = take(createDispatcher(session, agents));

console.log("1. plan");
const calls = take(await plan("reverse the text, make it uppercase, and sign it", session));
console.log("  ", calls.map(({ capability }) => capability).join(" -> "));

console.log("2. dispatch");
const first = await dispatcher.dispatchSequence(calls, "hello world");
for (const { index, capability, value } of first.steps) console.log(`   ${index}. ${capability}: ${String(value)}`);
if (first.kind === "failed") console.log("  ", first.error.code);

console.log("3. mend, in another process as it were");
take(session.set("signature", "tama", { by: "operator" }));
take(session.close());
const again = take(loadSession(session.id, { stateDir }));
const resumed = await take(createDispatcher(again, agents)).resumeSequence(calls, "hello world");
for (const { index, capability, resumed: before } of resumed.steps)
  console.log(`   ${index}. ${capability}${before ? " (done before)" : ""}`);

console.log("4. keep");
if (resumed.kind === "ok") take(again.writeArtifact("signed.txt", Buffer.from(String(resumed.value)), { by: "clerk" }));
console.log(
  Buffer.from(take(again.readArtifact("signed.txt")))
    .toString()
    .replace(/^/gm, "   "),
);

console.log("5. look back");
for (const { seq_num, agent_id, entry_type } of again.trajectory()) console.log(`   #${seq_num} ${agent_id} ${entry_type}`);

take(again.close());
rmSync(stateDir, { recursive: true });

/** Asks OpenAI where there is a key, else the scenario beside this file. */
function plan(words: string, into: Session): ReturnType<typeof planCalls> {
  const { env } = process;
  const scenario = fileURLToPath(new URL("scenario.yaml", import.meta.url));
  const spec = env["OPENAI_API_KEY"] ? "openai:gpt-4o-mini" : `scripted:${scenario}`;
  const blank = {
    role: "default",
    provider: "openai",
    name: "gpt-4o-mini",
    temperature: null,
    maxTokens: null,
    seed: null,
    baseUrl: null,
    contextTokens: null,
    price: null,
  };
  const resolved = resolveModels({ models: { planner: blank } }, { override: spec, env });
  const model = resolved.kind === "ok" ? resolved.models["planner"] : undefined;
  if (!model) throw new Error("there is no model to plan with");
  const set = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  const executor = inlineExecutor({ env: Object.fromEntries(set), projectDir: stateDir, bundles: {}, clock: startClock() });
  return planCalls(words, { session: into, capabilities: dispatcher.capabilities(), executor, model });
}
