/** A drawing as Mermaid, JSON and SVG, and what of a plan it shows. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runGraph } from "../../compiler/commands/graph.ts";
import type { Node, Picture, Role } from "../../compiler/emit/dot/canvas.ts";
import { dot } from "../../compiler/emit/dot.ts";
import { effectsOf } from "../../compiler/emit/effects.ts";
import { pictureInJson } from "../../compiler/emit/graph-json.ts";
import { pictureInMermaid } from "../../compiler/emit/mermaid.ts";
import { pictureOf } from "../../compiler/emit/picture.ts";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { svg } from "../../compiler/emit/svg.ts";
import { outputs } from "../support/outputs.ts";
import { agent, planOf, skill, worker } from "../support/plan-of.ts";

const test = suite("graph: languages");
const texts = {
  ...agent("main", "pattern: fsm\ninitial: read\nstates:\n  read: [{done: split}, {'!error': ~}]\n  split: ~"),
  ...agent("read", "pattern: react\ncall: {uses: [files, notes]}", "done"),
  ...agent("split", "pattern: scatter\nworker: count"),
  "agents/split/reduce.md": "Reduce.\n",
  ...agent("count", "pattern: code"),
  "agents/count/worker.ts": "",
  ...skill("files", ["tama_files_read"]),
  ...skill("notes", ["tama_mem_set", "tama_files_read"]),
};
const plan = planOf(texts, worker("count"));
const full = pictureOf(plan, { skills: true, tools: true, cost: true, effects: true });

/** What Mermaid declares, and what its edges name. */
function read(text: string) {
  const declared = [...text.matchAll(/^ *(?:subgraph )?(n\d+) ?[[({>/]/gm)].map(([, id]) => id);
  const edges = [...text.matchAll(/^ {2}(n\d+) (-->|-\.->|-\.-)(?:\|"([^"]*)"\|)? (n\d+)$/gm)].map(([, from, , label, to]) => ({
    from,
    label,
    to,
  }));
  return { declared, edges };
}

test("Mermaid declares every node and cluster once, and its edges name no other", () => {
  const { declared, edges } = read(pictureInMermaid(full));
  const { clusters, nodes } = JSON.parse(pictureInJson(full));
  assert.is(declared.length, clusters.length + nodes.length);
  assert.is(new Set(declared).size, declared.length);
  assert.is(edges.length, full.edges.length);
  for (const { from, to } of edges) assert.ok(declared.includes(from) && declared.includes(to));
});

test("Mermaid opens as many clusters as it closes, and styles every class that it names", () => {
  const text = pictureInMermaid(full);
  assert.is([...text.matchAll(/^ *subgraph /gm)].length, [...text.matchAll(/^ *end$/gm)].length);
  const styled = new Set([...text.matchAll(/^ *classDef (\w+) /gm)].map(([, name]) => name));
  for (const [, name] of text.matchAll(/(?::::|^ *class n\d+ )(\w+)/gm)) assert.ok(styled.has(name), name);
});

test("Mermaid reads no label as syntax, and has none that is empty", () => {
  const odd = 'a "q" #35; <b>&amp;</b> `t` *b* _i_ ~s~ \\N\nnext';
  const roles: readonly Role[] = ["act", "tool", "skill", "start"];
  const nodes = roles.map((role): Node => ({ kind: "node", name: role, role, values: role === "start" ? { label: "" } : { label: odd } }));
  const picture: Picture = {
    title: odd,
    caption: odd,
    items: nodes,
    edges: [{ from: "act", to: "tool", role: "error", values: { label: odd } }],
  };
  const text = pictureInMermaid(picture);
  for (const [, label = ""] of text.matchAll(/"([^"]*)"(?:\]|\)|\/|\|)/g)) assert.match(label, /^( |([^#"&<>`*_~\\]|#\d+;|<br\/>)+)$/);
  assert.match(text, 'n4((" "))');
  assert.match(text, "linkStyle 0 stroke");
});

test("skills, tools, effects and cost are drawn only where they are asked for", () => {
  const names = (picture: Picture) => JSON.parse(pictureInJson(picture)).nodes.map(({ name }: { name: string }) => name);
  const uses = ["skill/files", "skill/notes", "tool/tama_files_read", "tool/tama_mem_set"];
  assert.equal(
    uses.filter((name) => names(full).includes(name)),
    uses,
  );
  assert.equal(
    uses.filter((name) => names(pictureOf(plan)).includes(name)),
    [],
  );
  const direct = pictureOf(plan, { tools: true })
    .edges.filter(({ role }) => role === "use")
    .map(({ from, to }) => `${from} ${to}`);
  assert.equal(direct, ["read/react tool/tama_files_read", "read/react tool/tama_mem_set"]);
  assert.match(dot(plan, { effects: true }), "effects: read, mem, code");
  assert.match(dot(plan, { cost: true }), "cost of a run");
  assert.not.match(dot(plan), /effects:|cost of|turns "/);
});

test("an agent's effects are its own and those of whom it calls", () => {
  assert.equal(Object.fromEntries(effectsOf(plan)), {
    main: ["read", "mem", "code"],
    read: ["read", "mem"],
    split: ["code"],
    count: ["code"],
  });
});

test("the level of agents has a node per agent and an edge per callee", () => {
  const { items, edges } = pictureOf(plan, { level: "agents" });
  assert.equal(
    items.map(({ name }) => name),
    ["main", "read", "split", "count"],
  );
  assert.equal(
    edges.map(({ from, to }) => `${from} ${to}`),
    ["main read", "main split", "split count"],
  );
});

test("one agent is drawn with what it reaches, and an unknown one is wrong usage", async () => {
  const { items } = pictureOf(plan, { level: "agents", agent: "split" });
  assert.equal(
    items.map(({ name }) => name),
    ["split", "count"],
  );
  const dir = mkdtempSync(join(tmpdir(), "tamac-graph-"));
  try {
    writeFileSync(join(dir, "plan.json"), planJson(plan));
    const { io, written } = outputs();
    assert.is(await runGraph(join(dir, "plan.json"), { agent: "splt" }, io), 2);
    assert.match(written.stderr, "did you mean `split`?");
    assert.is(await runGraph(join(dir, "plan.json"), { output: join(dir, "g.svg") }, io), 0);
    assert.match(readFileSync(join(dir, "g.svg"), "utf8"), "<svg");
    assert.is(await runGraph(join(dir, "plan.json"), { format: "mermaid" }, io), 0);
    assert.match(written.stdout, /^flowchart TB\n/);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test("SVG has the same bytes each time", async () => {
  assert.is(await svg(pictureOf(plan)), await svg(pictureOf(planOf(texts, worker("count")))));
});

test("SVG of hundreds of edges is laid out in haste, of thousands not at all", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tamac-graph-"));
  const drawn = async (workers: number) => {
    const names = Array.from({ length: workers }, () => "one").join(", ");
    const many = planOf({ ...agent("main", `pattern: parallel\nworkers: [${names}]`), ...agent("one", "pattern: oneshot") });
    writeFileSync(join(dir, "plan.json"), planJson(many));
    const { io, written } = outputs();
    return { code: await runGraph(join(dir, "plan.json"), { format: "svg" }, io), ...written };
  };
  try {
    const [some, thousands] = [await drawn(150), await drawn(1_500)];
    assert.is(some.code, 0);
    assert.match(some.stdout, "<svg");
    assert.equal([thousands.code, thousands.stdout], [1, ""]);
    assert.match(thousands.stderr, "cli/too-large");
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test.run();
