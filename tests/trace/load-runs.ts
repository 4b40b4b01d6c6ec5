/** A process that loads a state folder's runs and prints how that went: `load-runs.ts DIR [UID]`. */
import { loadRuns, openStore } from "../../runtime/5-store/store.ts";

const [stateDir = "", uid] = process.argv.slice(2);
if (uid !== undefined) {
  const store = await openStore({ stateDir: `${stateDir}-none`, waitMs: 100 }); // loads the libraries while their files can still be read
  store.close();
  process.setuid?.(Number(uid));
  const again = await openStore({ stateDir, waitMs: 100 });
  const rows = await again.query("SELECT count(*) FROM runs");
  console.log(JSON.stringify({ place: again.place, codes: again.warnings.map(({ code }) => code), rows }));
} else {
  console.log(JSON.stringify(await loadRuns({ stateDir, waitMs: 20_000 })));
}
