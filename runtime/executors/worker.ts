/**
 * The entry of a pool thread. Piscina calls the default export with one envelope per task.
 *
 * T6 a cancelled task ends as `cancelled`, also when the cancel overtook the task itself.
 * T7 a task that fails leaves the others of its thread alone.
 * T8 what code of the project prints goes to stderr, with the worker's or the tool's name before each line.
 */
import { BroadcastChannel, parentPort, threadId, workerData } from "node:worker_threads";
import { runTask, type TaskHost, taskHost, watched } from "../3-task/run-task.ts";
import { type Delta, type OwnCode, runsOwnCode, type TaskResult } from "../3-task/task.ts";
import { cancelBox } from "./cancel-box.ts";
import type { DeltaMessage } from "./deltas.ts";
import { labelOutput } from "./label-output.ts";
import { unpacked } from "./packed.ts";
import type { Envelope, Listening, ThreadData } from "./protocol.ts";

const run = serve(workerData);

export default run;

function serve(data: ThreadData): (envelope: Envelope) => Promise<TaskResult> {
  const host = taskHost(data, threadId);
  const box = cancelBox();
  const channel = new BroadcastChannel(data.cancels);
  channel.onmessage = ({ data: id }) => box.cancel(Number(id));
  channel.unref();
  void Promise.all(data.warm.map((provider) => warm(host, provider))).then(() => setImmediate(tellLoaded));
  const label = data.runsCode ? labelOutput() : () => {};
  return async (envelope) => {
    const { id, begun, env, isWatched } = envelope;
    const task = unpacked(envelope);
    const signal = box.open(id);
    if (runsOwnCode(task)) label(nameOf(task));
    begun?.postMessage(threadId);
    begun?.close();
    const own = env ? { ...host, env: (name: string) => env[name] } : host;
    const onDelta = (delta: Delta) => parentPort?.postMessage({ id, delta } satisfies DeltaMessage);
    const result = await runTask(task, watched(own, isWatched ? onDelta : undefined), signal);
    if (runsOwnCode(task)) label(nameOf(task));
    box.close(id);
    return result;
  };
}

/** Only once Node is through with loading this module and what it warms up: until then the thread must not be ended. */
function tellLoaded(): void {
  parentPort?.postMessage({ listening: threadId } satisfies Listening);
}

function nameOf(task: OwnCode): string {
  return task.kind === "code" ? task.worker : task.tool;
}

/** Loads a provider ahead of need. If that fails, the first task that needs it says so. */
async function warm(host: TaskHost, provider: string): Promise<void> {
  await host.providers(provider).catch(() => undefined);
}
