// Compiles a project, or only finds, reads and YAML-parses its Markdown files; prints the milliseconds that it took and the most memory held, as JSON.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const [what, dir] = process.argv.slice(2);
const { build, planJson } = await import("../../dist/compiler.mjs");

const start = performance.now();
if (what === "compile") {
  const { plan, diagnostics } = await build(dir);
  if (!plan) throw new Error(JSON.stringify(diagnostics.slice(0, 3)));
  planJson(plan);
} else {
  const agents = join(dir, "agents");
  for (const name of readdirSync(agents, { recursive: true })) {
    if (!name.endsWith(".md")) continue;
    const [before, frontmatter] = readFileSync(join(agents, name), "utf8").split("---\n");
    if (before === "") parse(frontmatter);
  }
}
console.log(JSON.stringify({ ms: performance.now() - start, peakMb: process.resourceUsage().maxRSS / 1024 }));
