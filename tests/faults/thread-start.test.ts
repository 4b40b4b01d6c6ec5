import { suite } from "uvu";
import * as assert from "uvu/assert";
import { threadExecutor } from "../../runtime/executors/threads.ts";
import { askTask, hostData, simModel } from "../support/tasks.ts";

const test = suite("threads that cannot start");

test("fail what waits for them, with the reason, each time anew", async () => {
  // Not the list that it must be: the thread breaks over it before it hears of any task.
  const warm = JSON.parse('{"length": 1}');
  const executor = threadExecutor({ ...hostData([]), ioThreads: 1, cpuThreads: 1, warm });
  for (let time = 1; time <= 2; time++) {
    const result = await executor.run(askTask(simModel), new AbortController().signal);
    assert.is(result.kind === "failed" && result.code, "worker-died");
    assert.match(result.kind === "failed" ? result.message : "", /the thread of the step ended: .*warm/);
  }
  await executor.close();
});

test.run();
