import { suite } from "uvu";
import * as assert from "uvu/assert";
import { boundedSearch, closest } from "../../compiler/diagnostics/closest.ts";
import { resolveUnknownAgent, resolveUnknownTool, sourceNoProject } from "../../compiler/diagnostics/codes.generated.ts";
import { hasErrors, sortDiagnostics } from "../../compiler/diagnostics/sort.ts";

const test = suite("did you mean, and the order of findings");

test("finds what was most likely meant", () => {
  assert.is(closest("critc", ["critic", "react"]), "critic");
  assert.is(closest("Critic", ["critic"]), "critic");
  assert.is(closest("temprature", ["name", "temperature"]), "temperature");
});

test("takes two neighbours in each other's place for one edit", () => {
  assert.is(closest("agnet", ["agent"]), "agent");
  assert.is(closest("fo", ["of"]), "of");
  assert.is(closest("ciritc", ["critic"]), "critic");
  assert.is(closest("dne", ["doe", "end"]), "doe");
});

test("suggests nothing that is far, and not the name itself", () => {
  assert.is(closest("writer", ["reviewer", "x"]), null);
  assert.is(closest("ab", ["cd"]), null);
  assert.is(closest("x", ["y", "z"]), null);
  assert.is(closest("same", ["same"]), null);
  assert.is(closest("", ["a"]), null);
});

test("does not depend on the order of candidates", () => {
  assert.is(closest("aab", ["aac", "aaa"]), "aaa");
  assert.is(closest("aab", ["aaa", "aac"]), "aaa");
});

test("all findings together look at so many candidates and no more, whatever is wrong", () => {
  const search = boundedSearch();
  let looks = 0;
  const look = () => {
    looks += 1;
    return "near";
  };
  const found = Array.from({ length: 2_000 }, () => search(10_000, look));
  assert.is(looks, 500);
  assert.equal([found[0], found.at(-1)], ["near", null]);
});

test("has another help, or none, where a fact of it is not known", () => {
  assert.match(resolveUnknownAgent(null, { name: "a", closest: null }).help ?? "", "tamac add oneshot a");
  assert.is(resolveUnknownTool(null, { name: "a", closest: null }).help, null);
  assert.match(resolveUnknownAgent(null, { name: "a", closest: "b" }).help ?? "", "b");
});

test("findings come by file and place, each once, those of no file first", () => {
  const at = (file: string, start: number) => resolveUnknownAgent({ file, start, end: start }, { name: "a", closest: null });
  const none = sourceNoProject(null, { dir: "." });
  const sorted = sortDiagnostics([at("b", 1), at("a", 9), at("a", 2), none, at("a", 9)]);
  assert.equal(
    sorted.map(({ span }) => (span ? `${span.file}${span.start}` : "")),
    ["", "a2", "a9", "b1"],
  );
});

test("only errors forbid a plan", () => {
  const warning = { ...sourceNoProject(null, { dir: "." }), severity: "warning" as const };
  assert.is(hasErrors([warning]), false);
  assert.is(hasErrors([warning, { ...warning, severity: "error" }]), true);
});

test.run();
