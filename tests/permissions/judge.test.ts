import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../compiler/ir/json.ts";
import { redactor } from "../../runtime/3-task/redact.ts";
import { maxResultBytes, truncate } from "../../runtime/3-task/truncate.ts";
import { type Allowance, allowedByAny, allowedByConfig, nothingAllowed } from "../../runtime/permissions/allowance.ts";
import { grantsOf, noGrants } from "../../runtime/permissions/grants.ts";
import { judge } from "../../runtime/permissions/judge.ts";
import { givenGrants, missingGrants } from "../../runtime/permissions/reach.ts";
import { toolOrder } from "../../stdlib/tools/index.ts";
import { granted } from "../support/tool-calls.ts";

const test = suite("permissions: what a call may use");
const all = { all: true, names: [] };
const some = (...names: readonly string[]) => ({ all: false, names });
const needs = { effects: ["env", "exec", "net", "write"], hosts: [], env: ["A", "B"] } as const;

const calls: Readonly<Record<string, JsonObject>> = {
  tama_bash: { command: "id" },
  tama_http_get: { url: "https://api.example.com/x" },
  tama_http_post: { url: "https://api.example.com/x", body: "" },
  tama_files_write: { path: "out/x", content: "" },
};

const told = (tool: string, allowance: Partial<Allowance>, args: JsonObject = calls[tool] ?? {}) => {
  const judged = judge(granted("/p", allowance, ["A", "B"]), { tool, args, own: null });
  return judged.kind === "ok" ? judged.permit : judged.message;
};

test("where nothing is granted, whatever has an effect is refused with the flag that grants it, and all else is not", () => {
  const flags = { tama_bash: "--allow-exec", tama_http_get: "--allow-net=api.example.com", tama_http_post: "--allow-net=api.example.com" };
  for (const [tool, flag] of Object.entries({ ...flags, tama_files_write: "--allow-write" }))
    assert.is(told(tool, {}), `${tool} is not granted; a run started with ${flag} grants it`);
  for (const tool of toolOrder.filter((name) => !(name in calls)))
    assert.equal(
      judge(noGrants, { tool, args: { path: "x" }, own: null }),
      { kind: "ok", permit: { net: some(), writable: [], closed: [], env: [] } },
      tool,
    );
});

test("each flag grants its own tools and no others; exec grants all", () => {
  const names = Object.keys(calls);
  const grantedBy = (allowance: Partial<Allowance>) => names.filter((tool) => typeof told(tool, allowance) !== "string");
  assert.equal(grantedBy({ net: all }), ["tama_http_get", "tama_http_post"]);
  assert.equal(grantedBy({ net: some("api.example.com") }), ["tama_http_get", "tama_http_post"]);
  assert.equal(grantedBy({ net: some("example.com") }), []);
  assert.equal(grantedBy({ write: all }), ["tama_files_write"]);
  assert.equal(grantedBy({ write: some("out") }), ["tama_files_write"]);
  assert.equal(grantedBy({ write: some("other", "/elsewhere") }), []);
  assert.equal(grantedBy({ env: all, code: true }), []);
  assert.equal(grantedBy({ exec: true }), names);
});

test("a tool gets what it can have a use for: commands all variables that are granted, requests those that the plan declares", () => {
  const allowance = { exec: true, env: some("A", "OTHER") };
  assert.equal(told("tama_bash", allowance), { net: some(), writable: [], closed: [], env: ["A", "B", "OTHER"] });
  assert.equal(told("tama_http_get", { net: all, env: some("A", "OTHER") }), { net: all, writable: [], closed: [], env: ["A"] });
  assert.equal(told("tama_http_get", { net: all, env: all }), { net: all, writable: [], closed: [], env: ["A", "B"] });
  assert.equal(told("tama_files_write", { write: some("out", "/tmp/x"), env: all }), {
    net: some(),
    writable: ["/p/out", "/tmp/x"],
    closed: [],
    env: [],
  });
});

test("a private host is refused unless it is named; a host that a variable names is judged later", () => {
  const url = (address: string, net: Allowance["net"] = all) => told("tama_http_get", { net }, { url: address });
  assert.is(url("http://127.0.0.1:80/"), "127.0.0.1 is at the private address 127.0.0.1; --allow-net=127.0.0.1 grants it");
  assert.is(url("http://[::1]/"), "[::1] is at the private address ::1; --allow-net=[::1] grants it");
  assert.not.type(url("http://127.0.0.1/", some("127.0.0.1")), "string");
  assert.not.type(url("https://${HOST}/", some("a.b")), "string");
  assert.is(url("https://x.y/${PATH}", some("a.b")), "the host x.y is not granted; --allow-net=x.y grants it");
});

test("allowances add up; permissions of a config are taken in their widest sense", () => {
  const both = allowedByAny([allowedByConfig(["net", "env"]), { ...nothingAllowed, net: some("localhost"), write: some("a") }]);
  assert.equal(both, { exec: false, code: false, net: { all: true, names: ["localhost"] }, write: some("a"), env: all });
  assert.ok(allowedByAny([allowedByConfig(["exec"])]).code);
  assert.equal(grantsOf(allowedByConfig(["exec"]), { needs }, "/p"), {
    projectDir: "/p",
    exec: true,
    net: all,
    writable: ["/p"],
    closed: [],
    env: ["A", "B"],
    sent: ["A", "B"],
  });
});

test("what is missing is told with its flags, what is given with its names", () => {
  assert.equal(
    missingGrants({ needs }, noGrants).map(({ flag }) => flag),
    ["--allow-exec", "--allow-net", "--allow-write", "--allow-env=A,B"],
  );
  const grants = granted("/p", { net: some("a.b"), env: some("A"), write: all }, needs.env);
  assert.equal(missingGrants({ needs }, grants), [
    { what: "exec", flag: "--allow-exec" },
    { what: "env B", flag: "--allow-env=B" },
  ]);
  assert.equal(givenGrants({ needs }, grants), ["net (a.b)", "write (/p)", "env (A)"]);
  const quiet = { needs: { effects: ["read", "mem"], hosts: [], env: ["A"] } } as const;
  assert.equal([missingGrants(quiet, noGrants), givenGrants(quiet, grants)], [[], []]);
});

test("a secret leaves a text as it is, in a URL, as the name of a host, in JSON and in base64; a short word is none", () => {
  const value = 'p&ss"wörd';
  const redact = redactor([
    { name: "KEY", value: `${value}\n` },
    { name: "PART", value: 'p&ss"w' },
    { name: "FLAG", value: "true" },
    { name: "NONE", value: "" },
  ]);
  const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), Buffer.from(value).toString("base64")];
  assert.is(redact(`${forms.join(" ")} true`), "[redacted KEY] [redacted KEY] [redacted KEY] [redacted KEY] true");
  assert.is(redact('p&ss"w'), "[redacted PART]");
  const { hostname } = new URL("https://Top-Secret.example.com");
  assert.is(
    redactor([{ name: "KEY", value: "Top-Secret" }])(`no host is named ${hostname}`),
    "no host is named [redacted KEY].example.com",
  );
  assert.is(redactor([{ name: "A", value: "$&secret" }])("x $&secret"), "x [redacted A]");
});

test("of a text that is cut the tail stays, and what was dropped before is counted", () => {
  const cut = truncate("ü".repeat(10_000), { tail: "\n[exit exit status: 1]", dropped: 5 });
  assert.ok(Buffer.byteLength(cut) < maxResultBytes + 40);
  assert.match(cut, /^ü+…\[truncated (\d+) bytes\]\n\[exit exit status: 1\]$/);
  const [, missing = ""] = /truncated (\d+)/.exec(cut) ?? [];
  assert.is(Number(missing) + Buffer.byteLength(cut.slice(0, cut.indexOf("…"))), 20_005);
  assert.is(truncate("short", { tail: "!" }), "short!");
});

test.run();
