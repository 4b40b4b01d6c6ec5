import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resolveModels } from "../../runtime/1-load/models.ts";
import { runDir } from "../../runtime/4-trace/run-folder.ts";
import { withRunFolder } from "../../runtime/commands/recorded-spec.ts";
import { recordedProvider } from "../../runtime/providers/recorded.ts";
import { inFolder } from "../support/recorded-runs.ts";
import { builtPlan, simulateInto } from "../support/simulate.ts";
import { askTask, simModel } from "../support/tasks.ts";

const test = suite("--model recorded:RUN");
const example = fileURLToPath(new URL("../../examples/06-fsm", import.meta.url));
const id = (digit: string) => digit.repeat(32);

test("a run whose models say what an earlier run's said ends alike, and another task is a miss that says where", () =>
  inFolder(async (stateDir) => {
    const plan = await builtPlan(example);
    const first = await simulateInto(stateDir, { plan, task: "news", traceId: id("a"), model: "sim:policy=random,seed=2" });
    const named = await withRunFolder({ model: `recorded:${id("a")}` }, stateDir);
    if (named.kind === "failed") throw new Error(named.diagnostic.message);
    const { model } = named.flags;
    assert.is(model, `recorded:${runDir(stateDir, id("a"))}`);
    assert.equal(await simulateInto(stateDir, { plan, task: "news", traceId: id("b"), model }), first);
    try {
      await simulateInto(stateDir, { plan, task: "other news", traceId: id("c"), model });
      assert.unreachable();
    } catch (error) {
      assert.match(
        String(error),
        "run aaaaaaaa recorded no answer to the request at release-news@1/loop[1]/states/writer@1/oneshot:1: another one",
      );
    }
  }));

test("a folder stays as it is, and so does any other model", async () => {
  for (const model of ["recorded:runs/x", "sim", "openai:gpt-4o", "recorded:"])
    assert.equal(await withRunFolder({ model }, "nowhere"), { kind: "ok", flags: { model } });
  assert.is(resolveModels({ models: {} }, { override: "recorded:", env: {} }).kind, "failed");
});

test("a folder without a run is no record", () =>
  inFolder(async (dir) => {
    const task = askTask({ ...simModel, provider: "recorded", name: dir });
    const result = await recordedProvider().complete(task, { env: () => undefined, signal: new AbortController().signal, nowUs: () => 0 });
    assert.is(result.kind === "failed" && result.code, "replay-miss");
  }));

test.run();
