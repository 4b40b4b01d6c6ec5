// `npm run demo`: builds the repository's own project, draws it, runs it on README.md and asks its trace. Each command is
// shown as it is run, so that it can be repeated. It stops at the first one that fails.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Graphviz } from "@hpcc-js/wasm-graphviz";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const folder = ".tama/demo";
const [plan, graph, report] = ["plan.json", "graph.dot", "report.md"].map((name) => `${folder}/${name}`);
const hasKey = (process.env.OPENAI_API_KEY ?? "") !== "";

const perAgent = `select a.name as agent, count(*) as calls,
         sum(l.input_tokens) as input, sum(l.output_tokens) as output,
         sum(l.duration_ms) as model_ms
  from llm_calls l join spans a on a.span_id = l.parent_span_id and a.trace_id = l.trace_id
  where l.trace_id = (select trace_id from runs order by timestamp desc limit 1)
  group by agent order by input desc`;

say("Build the docs review, examples/01-docs-review. The top level's tama.config.ts names it.");
mkdirSync(folder, { recursive: true });
await run("tamac", ["build", "-o", plan]);

say("Draw it.");
await run("tamac", ["graph", plan, "-o", graph]);
await drawSvg(graph, `${folder}/graph.svg`);

say(
  hasKey
    ? "Run it with the model that the config names."
    : "OPENAI_API_KEY is not set, so the models are simulated: what they say means nothing.",
);
writeFileSync(report, await run("tama", ["exec", plan, "--input", "@README.md", ...(hasKey ? [] : ["--model", "sim"])]));
console.log(`(the report is in ${report} too)`);

say("Every run is recorded.");
await run("tama", ["runs"]);
await run("tama", ["runs", "show", "last"]);

say("The trace is a database. What did each agent cost in this run?");
await run("tama", ["sql", perAgent]);

say("That was all. Next: README.md, examples/README.md.");

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
  if (code === 0) return Buffer.concat(chunks).toString();
  console.error(`\ndemo: ${command} ${args[0]} ended with ${signal ?? `exit code ${code}`}`);
  process.exit(code ?? 1);
}

async function drawSvg(from, to) {
  const graphviz = await Graphviz.load();
  writeFileSync(to, graphviz.dot(readFileSync(from, "utf8"), "svg"));
  console.log(`(${from} drawn as ${to}: open it in a browser; with Graphviz: dot -Tsvg ${from} -o ${to})`);
}

function quoted(arg) {
  return /^[\w@./:=-]+$/.test(arg) ? arg : `"${arg}"`;
}
