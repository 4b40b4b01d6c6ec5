import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dot } from "../../compiler/emit/dot.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { everyWayOut } from "../support/every-pattern.ts";
import { agent, planOf } from "../support/plan-of.ts";

const test = suite("graph: dot");
const graphviz = await Graphviz.load();

interface Drawn {
  readonly name: string;
  readonly label?: string;
  readonly peripheries?: string;
  readonly shape?: string;
}

/** A drawing as Graphviz itself reads it: labels by node and cluster name, edges as `from -[label]-> to`. */
function read(text: string) {
  const graph = JSON.parse(graphviz.layout(text, "dot_json", "dot")) as {
    readonly objects: readonly (Drawn & { readonly _gvid: number; readonly nodes?: readonly number[] })[];
    readonly edges?: readonly { readonly tail: number; readonly head: number; readonly label?: string; readonly lhead?: string }[];
  };
  const name = (id: number) => graph.objects.find((object) => object._gvid === id)?.name ?? "?";
  const edges = (graph.edges ?? []).map(
    ({ tail, head, label, lhead }) => `${name(tail)} -[${label?.trim() ?? ""}]-> ${lhead ?? name(head)}`,
  );
  return { objects: new Map(graph.objects.map((object) => [object.name, object])), edges };
}

const plan = planOf(everyWayOut.texts, everyWayOut.workers);
const drawing = read(dot(plan));

test("each agent is one cluster with its name and pattern", () => {
  const clusters = [...drawing.objects.values()].filter(({ name }) => /^cluster\/[a-z]+$/.test(name)).map(({ label }) => label?.trim());
  const agents = [
    "main · fsm",
    "sort · react",
    "write · parallel",
    "draft · oneshot",
    "count · code",
    "gather · scatter",
    "read · react",
    "check · react",
    "publish · oneshot",
  ];
  assert.equal(clusters.sort(), agents.sort());
});

test("an fsm's transitions are labelled with their keys as they were written", () => {
  const state = (name: string) => `main/states%2F${name}`;
  const expected = [
    `main/loop/start -[]-> ${state("sort")}`,
    `${state("sort")} -[urgent]-> ${state("write")}`,
    `${state("sort")} -[*]-> ${state("gather")}`,
    `${state("gather")} -[]-> ${state("write")}`,
    `${state("write")} -[]-> ${state("check")}`,
    `${state("check")} -[approve]-> ${state("publish")}`,
    `${state("check")} -[Revise, again]-> ${state("write")}`,
    `${state("check")} -[drop]-> main/loop/end`,
    `${state("check")} -[shelve]-> main/loop/marker/shelved`,
    `${state("check")} -[!error]-> main/loop/marker/shelved`,
  ];
  assert.equal(drawing.edges.filter((edge) => edge.startsWith("main/") && !edge.includes("> cluster")).sort(), expected.sort());
});

test("a loop that a key alone ends holds a ring, and its fork is named by its op", () => {
  const texts = {
    "tama.toml": '[project]\nname = "demo"\nentrypoint = "main"\n[models]\ndefault = "openai:gpt-4o"\n',
    ...agent("main", "pattern: reflexion"),
    "agents/main/act.md": "Act.\n",
    "agents/main/reflect.md": "Reflect.\n",
  };
  const loop = read(dot(planOf(texts)));
  assert.is(loop.objects.get("main/phase")?.label?.trim(), "phase?");
  assert.equal(loop.edges.sort(), [
    "main/act -[]-> main/phase",
    "main/phase -[*]-> main/attempts/end",
    "main/phase -[reflect]-> main/reflect",
    "main/reflect -[]-> main/attempts/end",
  ]);
});

test("terminals and markers are drawn apart from other states", () => {
  const look = (name: string) => {
    const { peripheries, shape } = drawing.objects.get(name) ?? { name };
    return { peripheries, shape };
  };
  assert.equal(look("main/states%2Fpublish"), { peripheries: "2", shape: "box" });
  assert.equal(look("main/loop/marker/shelved"), { peripheries: "2", shape: "ellipse" });
  assert.equal(look("main/states%2Fwrite"), { peripheries: undefined, shape: "box" });
});

test("a fan-out begins at a dot and ends in a join", () => {
  const branches = ["draft", "count", "draft~2"].map((name) => `write/workers%2F${name}`);
  const expected = branches.flatMap((branch) => [`write/start -[]-> ${branch}`, `${branch} -[]-> write/join`]);
  assert.equal(drawing.edges.filter((edge) => edge.startsWith("write/") && !edge.includes("> cluster")).sort(), expected.sort());
});

test("a map is one box with a sign that it stands for many", () => {
  assert.is(drawing.objects.get("cluster/gather/items")?.label?.trim(), "items × n");
  assert.ok(drawing.edges.includes("gather/map -[parallel]-> cluster/gather/items"));
  assert.ok(drawing.edges.includes("gather/map -[*]-> gather/end"));
  assert.ok(drawing.edges.includes("gather/results -[]-> gather/reduce"));
});

test("each call is an edge into the cluster of the agent that it calls", () => {
  const calls = drawing.edges.filter((edge) => /> cluster\/[a-z]+$/.test(edge));
  assert.is(calls.length, 9);
  assert.ok(calls.includes("write/workers%2Fdraft~2 -[]-> cluster/draft"));
  assert.ok(calls.includes("gather/worker -[]-> cluster/read"));
});

test("names are drawn as they are, with quotes, backslashes, lines and HTML in them", () => {
  const odd = `a "quoted" \\N\\name\\ <b>&amp;</b>\nnext\u0000`;
  const [block] = Object.values(planOf(agent("main", "pattern: oneshot")).blocks);
  if (!block) throw new Error("no block");
  const named: Plan = {
    ...plan,
    project: odd,
    entries: { default: odd, names: [odd] },
    blocks: { [odd]: { ...block, agent: odd, description: odd } },
  };
  const text = dot(named);
  const svg = graphviz.layout(text, "svg", "dot");
  for (const part of [`a &quot;quoted&quot; \\N\\name\\ &lt;b&gt;&amp;amp;&lt;/b&gt;`, "next\ufffd · oneshot"])
    assert.ok(svg.includes(part), part);
});

test("the same plan is drawn in the same bytes", () => {
  assert.is(dot(plan), dot(planOf(everyWayOut.texts, everyWayOut.workers)));
});

test("a machine that begins with a marker is drawn as a start and an end", () => {
  const { edges } = read(dot(planOf(agent("main", "pattern: fsm\ninitial: over\nstates: {over: ~}"))));
  assert.equal(edges, ["main/start -[]-> main/end"]);
});

test.run();
