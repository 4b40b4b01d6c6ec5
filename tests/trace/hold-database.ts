/** A process that has the database of a state folder open until its standard input ends; prints `open`. */
import { openStore } from "../../runtime/5-store/store.ts";

const store = await openStore({ stateDir: process.argv[2] ?? "", waitMs: 20_000 });
console.log("open");
process.stdin.on("end", () => store.close()).resume();
