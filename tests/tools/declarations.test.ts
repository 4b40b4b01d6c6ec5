import { suite } from "uvu";
import * as assert from "uvu/assert";
import { version } from "../../compiler/version.ts";
import packageJson from "../../package.json" with { type: "json" };
import { patterns } from "../../stdlib/patterns/index.ts";
import { finishParameters } from "../../stdlib/tools/finish.ts";
import { toolOrder, tools } from "../../stdlib/tools/index.ts";

const test = suite("declarations");

test("unlocked tools are offered in one fixed order", () => {
  const order = ["bash", "http_get", "http_post", "files_read", "files_write", "mem_set", "mem_get", "mem_append"];
  const ours = ["mem_delete", "artifact_write", "artifact_read", "artifact_list"];
  assert.equal(
    toolOrder,
    [...order, ...ours].map((name) => `tama_${name}`),
  );
});

test("a tool that runs on a thread, and no other, has a `run`", () => {
  for (const tool of Object.values(tools)) assert.is(tool.run !== undefined, tool.where === "thread", tool.name);
});

test("finish offers the keys that it is given, else any word", () => {
  const value = { type: "string" };
  assert.equal(finishParameters(["approve", "revise"], value), {
    type: "object",
    properties: { key: { type: "string", enum: ["approve", "revise"] }, value },
    required: ["key", "value"],
  });
  assert.equal(finishParameters(null, value)["properties"], { key: { type: "string" }, value });
});

test("there are the thirteen patterns and code, each under its own name", () => {
  assert.is(Object.keys(patterns).length, 14);
  for (const [name, pattern] of Object.entries(patterns)) assert.is(pattern.name, name);
});

test("the version is the package's", () => {
  assert.is(version, packageJson.version);
});

test.run();
