import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bottomUp, cycles, type Edges, reachable } from "../../compiler/graph.ts";

const test = suite("properties/graph");

const names = ["a", "b", "c", "d", "e", "f", "g"];
const graphs: fc.Arbitrary<Edges> = fc
  .array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names, "nowhere")), { maxLength: 14 })
  .map((pairs) => new Map(names.map((name) => [name, pairs.filter(([from]) => from === name).map(([, to]) => to)])));

test("reports as a cycle only what is a path, back to where it began", () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      for (const cycle of cycles(edges)) {
        assert.is(cycle.at(-1), cycle[0]);
        assert.ok(cycle.length > 1);
        for (const [index, name] of cycle.slice(1).entries()) assert.ok(edges.get(cycle[index] ?? "")?.includes(name), cycle.join(" "));
      }
    }),
  );
});

test("finds a cycle exactly where there is no order, and one for each group", () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      const found = cycles(edges);
      assert.is(found.length === 0, bottomUp(edges).size === edges.size);
      const leadsBack = (name: string) => reachable(edges, edges.get(name) ?? []).has(name);
      const groups = new Set(names.filter(leadsBack).map((name) => names.filter((other) => together(edges, name, other)).join()));
      assert.is(found.length, groups.size);
    }),
  );
});

test("names no cycle that is longer than another of its group", () => {
  const edges = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["a", "d"]],
    ["d", ["c"]],
  ]);
  assert.equal(cycles(edges), [["c", "d", "c"]]);
});

test("orders each name after those that it leads to", () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      const sorted = [...bottomUp(edges)];
      for (const from of sorted)
        for (const to of (edges.get(from) ?? []).filter((target) => edges.has(target)))
          assert.ok(sorted.indexOf(to) < sorted.indexOf(from), to);
    }),
  );
});

test("walks a chain of twenty thousand names, and its closing into a cycle, without overflow", () => {
  const chain = new Map(Array.from({ length: 20_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]]));
  assert.equal(cycles(chain), []);
  assert.is(reachable(chain, ["n0"]).size, 20_000);
  assert.is(cycles(new Map([...chain, ["n19999", ["n0"]]]))[0]?.length, 20_001);
});

function together(edges: Edges, a: string, b: string): boolean {
  return reachable(edges, [a]).has(b) && reachable(edges, [b]).has(a);
}

test.run();
