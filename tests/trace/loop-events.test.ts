/** Every event that tells of a loop, from its own cause, as a program that embeds the runtime and a query see it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseJson } from "../../compiler/ir/json.ts";
import {
  type EventKind,
  eventBuffer,
  inlineExecutor,
  loopEventKinds,
  openStore,
  readClock,
  startClock,
  type TraceEvent,
} from "../../runtime/index.ts";
import { agent, planOf, skill } from "../support/plan-of.ts";
import { inFolder, nothingWorks, record } from "../support/recorded-runs.ts";
import { simModel } from "../support/tasks.ts";

const test = suite("events of loops");
const traceId = "f".repeat(32);

const plan = planOf({
  "tama.toml":
    '[project]\nname = "loops"\nentrypoint = "main"\n[models.default]\nname = "openai:tiny"\ncontext_tokens = 2400\nmax_tokens = 100\n',
  ...agent("main", "pattern: fsm\ninitial: work\nstates:\n  work: [{done: report}]\n  report: ~"),
  ...agent("work", "pattern: react\nmax_iter: 20\ncall: {uses: [notes]}", "Finish with done."),
  ...agent("report", "pattern: oneshot"),
  ...skill("notes", ["tama_files_read", "tama_mem_get"]),
});

const read = (path: string) => `{calls: [{name: tama_files_read, args: {path: ${path}}}]}`;
const scenario = `agents:
  work:
    - - ""
      - {calls: [{name: tama_nothing}]}
      - ${read("letter-1")}
      - ${read("letter-1")}
      - ${read("letter-1")}
      - ${read("letter-1")}
      - ${read("letter-2")}
      - ${read("letter-3")}
      - ${read("letter-4")}
      - ${read("letter-5")}
      - {finish: {key: elsewhere}}
      - {finish: {key: done, value: what the letters say}}
  report: it is done
`;

/** What a run of the plan tells a program, and what its summary says. */
async function observed(stateDir: string, buffer: ReturnType<typeof eventBuffer>) {
  const file = join(stateDir, "scenario.yaml");
  writeFileSync(file, scenario);
  for (const number of [1, 2, 3, 4, 5]) writeFileSync(join(stateDir, `letter-${number}`), `${number}: ${"dear reader ".repeat(110)}`);
  const clock = startClock();
  const executor = inlineExecutor({ env: {}, projectDir: stateDir, bundles: plan.texts, clock });
  const models = Object.fromEntries(Object.keys(plan.models).map((id) => [id, { ...simModel, provider: "scripted", name: file }]));
  const more = { models, onEvent: buffer.onEvent, nowUs: readClock(clock) };
  const ended = await record(plan, { stateDir, traceId, world: { ...nothingWorks, executor } }, more);
  assert.is(ended.kind === "ended" && ended.status, "ok");
  const store = await openStore({ stateDir, waitMs: 0 });
  const found = await store.query("SELECT * FROM run_summaries");
  store.close();
  if (found.kind === "failed") throw new Error(found.diagnostic.message);
  return Object.fromEntries(found.columns.map((name, index) => [name, found.rows[0]?.[index] ?? null]));
}

const detailOf = ({ detail }: TraceEvent) => parseJson(detail ?? "null") as Readonly<Record<string, unknown>>; // what the scheduler made

test("each has its fields, and the summary of the run counts them", () =>
  inFolder(async (stateDir) => {
    const buffer = eventBuffer({ kinds: loopEventKinds });
    const summary = await observed(stateDir, buffer);
    const events = buffer.take();
    assert.equal(buffer.peek(), []);
    const of = (kind: EventKind) => events.filter((event) => event.kind === kind);
    assert.equal([...new Set(events.map(({ kind }) => kind))].sort(), [...loopEventKinds].sort(), "every kind comes");

    const calls = of("llm_call");
    assert.ok(
      calls.every(({ model, input_tokens, cached_tokens, output_tokens, iteration, start_us, end_us }) =>
        [model, input_tokens, cached_tokens, output_tokens, iteration, start_us, end_us].every((field) => field != null),
      ),
    );
    assert.is(summary["llm_calls"], calls.length);

    const ran = of("tool_call").filter(({ tool_name, status }) => status === "ok" && tool_name !== "start" && tool_name !== "finish");
    assert.is(summary["tool_executions"], ran.length);
    assert.equal(
      of("tool_call")
        .filter(({ status }) => status !== "ok")
        .map(({ tool_name, status, code }) => [tool_name, status, code !== null]),
      [
        ["tama_nothing", "refused", true],
        ["tama_files_read", "refused", true],
        ["finish", "refused", true],
      ],
    );
    assert.equal(
      of("tool_rejected").map(({ tool_name, iteration, message }) => [tool_name, iteration, message !== null]),
      [
        ["tama_nothing", 3, true],
        ["finish", 12, true],
      ],
    );
    assert.is(summary["tool_rejections"], 2);

    assert.equal(
      of("loop_intervention").map((event) => [event.tool_name, event.iteration, detailOf(event)]),
      [
        ["tama_files_read", 5, { kind: "warn", count: 2 }],
        ["tama_files_read", 6, { kind: "block", count: 3 }],
        ["tama_files_read", 7, { kind: "skip", count: 4 }],
      ],
    );
    assert.is(summary["interventions"], 3);

    const [shortened] = of("context_compaction");
    assert.is(typeof detailOf(shortened ?? { kind: "text", path: "" })["archived_messages"], "number");
    assert.is(summary["compactions"], of("context_compaction").length);

    assert.equal(
      of("phase_change").map((event) => [event.key, detailOf(event)]),
      [["report", { from_phase: "work", to_phase: "report" }]],
    );
    assert.is(summary["phase_changes"], 1);

    assert.equal(
      of("schema_retry").map((event) => [event.iteration, detailOf(event), typeof event.input_hash]),
      [[12, { attempt: 1, nudge_used: true }, "string"]],
    );
    assert.is(summary["schema_retries"], 1);
    assert.equal(
      of("empty_completion_retry").map((event) => [event.iteration, event.message, detailOf(event)]),
      [[2, "the model answered nothing", { attempt: 1 }]],
    );
    assert.is(summary["empty_completion_retries"], 1);

    const [complete] = of("loop_complete");
    assert.ok(Number(complete?.end_us) >= Number(complete?.start_us) && Number(complete?.start_us) > 0);
    assert.equal(detailOf(complete ?? { kind: "text", path: "" }), {
      status: "done",
      iterations: 13,
      tools_used: { start: 1, read_skill: 1, tama_nothing: 1, tama_files_read: 8 },
      successful_tools: { start: 1, read_skill: 1, tama_files_read: 7 },
    });
    assert.is(summary["iterations"], 13);
  }));

test("a buffer that is off while the run is on has nothing to tell", () =>
  inFolder(async (stateDir) => {
    const buffer = eventBuffer({ kinds: loopEventKinds });
    buffer.enable(false);
    await observed(stateDir, buffer);
    assert.equal(buffer.take(), []);
  }));

test.run();
