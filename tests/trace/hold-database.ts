/** A process that has the database of a state folder open, `reading` or `loading`, until its standard input ends; prints `open`. */
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { openStore } from "../../runtime/5-store/store.ts";

const [stateDir = "", how] = process.argv.slice(2);
const close = how === "reading" ? (await openStore({ stateDir, waitMs: 20_000 })).close : await held();
console.log("open");
process.stdin.on("end", close).resume();

async function held(): Promise<() => void> {
  const instance = await DuckDBInstance.create(join(stateDir, "tama.duckdb"));
  return () => instance.closeSync();
}
