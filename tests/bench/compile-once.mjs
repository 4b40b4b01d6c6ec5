// Compiles a project, or only reads and YAML-parses its agents; prints the milliseconds that it took and the most memory held, as JSON.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const [what, dir] = process.argv.slice(2);
const { build, planJson } = await import("../../dist/compiler.js");

const start = performance.now();
if (what === "compile") {
  const { plan, diagnostics } = await build(dir);
  if (!plan) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  planJson(plan);
} else {
  const agents = join(dir, "agents");
  for (const name of readdirSync(agents)) {
    const [, frontmatter] = readFileSync(join(agents, name, "AGENT.md"), "utf8").split("---\n");
    parse(frontmatter);
  }
}
console.log(JSON.stringify({ ms: performance.now() - start, peakMb: process.resourceUsage().maxRSS / 1024 }));
