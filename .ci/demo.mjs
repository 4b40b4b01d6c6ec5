// `npm run demo`: builds the repository's own project, draws it, runs it on README.md and asks its record. Each command is
// shown as it is run, so that it can be repeated. It stops at the first one that fails.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Graphviz } from "@hpcc-js/wasm-graphviz";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const folder = ".tama/demo";
const [plan, graph, drawing, report] = ["plan.json", "graph.dot", "graph.svg", "report.md"].map((name) => `${folder}/${name}`);
const hasKey = (process.env.OPENAI_API_KEY ?? "") !== "";
const models = hasKey ? "the model that the config names" : "simulated models, because OPENAI_API_KEY is not set";

const perAgent = `
  select a.name as agent, count(*) as runs, round(sum(a.duration_ms)) as ms,
    sum(l.calls) as llm_calls, sum(l.input) as input, sum(l.output) as output
  from spans a left join (
    select parent_span_id, count(*) as calls,
      sum(input_tokens) as input, sum(output_tokens) as output
    from llm_calls group by all
  ) l on l.parent_span_id = a.span_id
  where a.kind = 'agent'
    and a.trace_id = (select trace_id from runs order by timestamp desc limit 1)
  group by all order by ms desc`;

say("Build examples/01-docs-review, which tama.config.ts names.");
mkdirSync(folder, { recursive: true });
await run("tamac", ["build", "-o", plan]);

say("Draw it.");
await run("tamac", ["graph", plan, "-o", graph]);
await draw();

say(`Run it on README.md, with ${models}.`);
const result = await run("tama", ["exec", plan, "--input", "@README.md", ...(hasKey ? [] : ["--model", "sim"])]);
writeFileSync(report, result);
console.log(`(the report is ${report} too)`);

say("Every run is recorded.");
await run("tama", ["runs"]);
await run("tama", ["runs", "show", "last"]);

say("The record is a database. What did each agent take?");
await run("tama", ["sql", perAgent]);

if (result.includes("\n## What failed\n")) fail("some agents failed: the report says which and why", 1);

function say(text) {
  console.log(`\n── ${text}`);
}

/** Runs one of the two commands, shows it and what it prints, and returns its stdout. */
async function run(command, args) {
  console.log(`\n$ node dist/${command}.js ${args.map(quoted).join(" ")}`);
  const child = spawn(process.execPath, [`dist/${command}.js`, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const chunks = [];
  child.stdout.on("data", (chunk) => {
    chunks.push(chunk);
    process.stdout.write(chunk);
  });
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...ended) => resolve(ended));
  });
  if (code !== 0) fail(`${command} ${args[0]} ended with ${signal ?? `exit code ${code}`}`, code ?? 1);
  return Buffer.concat(chunks).toString();
}

/** With the Graphviz that npm installs, so that nothing else has to be. */
async function draw() {
  const graphviz = await Graphviz.load();
  writeFileSync(drawing, graphviz.dot(readFileSync(graph, "utf8"), "svg"));
  console.log(`(open ${drawing} in a browser)`);
}

function fail(reason, code) {
  console.error(`\ndemo: ${reason}`);
  process.exit(code);
}

function quoted(arg) {
  return /^[\w@./:=-]+$/.test(arg) ? arg : `"${arg}"`;
}
