/**
 * A process that appends events of a run until it is killed: `append-events.ts DIR ID ACKS FIRST`. Says `ready` on stdout before
 * the first, whose number must be FIRST, and appends the number of each that was acknowledged to the file ACKS.
 */
import { openSync, writeSync } from "node:fs";
import { openLog } from "../../runtime/4-trace/log.ts";
import { killedText } from "./killed-text.ts";

const [dir = "", traceId = "", acks = "", first = ""] = process.argv.slice(2);
/** No more than this: whoever is to kill it may be slow. */
const most = 2000;
const opened = openLog(dir, traceId);
if (opened.kind === "failed") throw new Error(opened.diagnostic.message);
const told = openSync(acks, "a");
writeSync(1, "ready\n");
for (let next = Number(first); next < Number(first) + most; next += 1) {
  const seq = opened.log.append({ kind: "text", text: killedText(next), hash: String(process.pid) });
  writeSync(told, `${seq}\n`);
}
setTimeout(() => process.exit(1), 60_000); // killed by then
