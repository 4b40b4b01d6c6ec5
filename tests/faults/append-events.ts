/** A process that appends events of a run until it is killed, and tells each acknowledged `seq`: `append-events.ts DIR ID`. */
import { once } from "node:events";
import { openLog } from "../../runtime/4-trace/log.ts";

const [dir = "", traceId = ""] = process.argv.slice(2);
const opened = openLog(dir, traceId);
if (opened.kind === "failed") throw new Error(opened.diagnostic.message);
for (let count = 0; count < 100_000; count += 1) {
  const seq = opened.log.append({ kind: "text", text: `${"x".repeat(100)} of ${process.pid}`, hash: String(process.pid) });
  if (!process.stdout.write(`${seq}\n`)) await once(process.stdout, "drain");
}
