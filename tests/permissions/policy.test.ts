import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nothingAllowed } from "../../runtime/permissions/allowance.ts";
import { policyFile, readPolicy } from "../../runtime/permissions/policy.ts";

const test = suite<{ home: string }>("permissions: a user's policy");

test.before.each((context) => {
  context.home = mkdtempSync(join(tmpdir(), "tama-policy-"));
});
test.after.each(({ home }) => rmSync(home, { recursive: true, force: true }));

function read(home: string, policy: unknown, project = join(home, "news")) {
  mkdirSync(join(home, ".config/tama"), { recursive: true });
  writeFileSync(join(home, ".config/tama/policy.json"), typeof policy === "string" ? policy : JSON.stringify(policy));
  return readPolicy({ home, xdgConfigHome: undefined }, project);
}

test("lies in the user's settings folder, and allows nothing where there is none", ({ home }) => {
  assert.is(policyFile({ home: "/h", xdgConfigHome: undefined }), "/h/.config/tama/policy.json");
  assert.is(policyFile({ home: "/h", xdgConfigHome: "" }), "/h/.config/tama/policy.json");
  assert.is(policyFile({ home: "/h", xdgConfigHome: "/x" }), "/x/tama/policy.json");
  assert.equal(readPolicy({ home, xdgConfigHome: undefined }, home), { kind: "ok", allowance: nothingAllowed });
});

test("allows what it says everywhere, and more in projects that it names", ({ home }) => {
  const policy = { net: ["a.b"], projects: { "~/news": { write: ["out"], env: true }, "/other": { exec: true } } };
  const allowance = { ...nothingAllowed, net: { all: false, names: ["a.b"] } };
  const here = { ...allowance, write: { all: false, names: ["out"] }, env: { all: true, names: [] } };
  assert.equal(read(home, policy), { kind: "ok", allowance: here });
  assert.equal(read(home, policy, "/other"), { kind: "ok", allowance: { ...allowance, exec: true, code: true } });
  assert.equal(read(home, policy, join(home, "news/sub")), { kind: "ok", allowance });
  assert.equal(read(home, {}), { kind: "ok", allowance: nothingAllowed });
});

for (const [policy, reason] of [
  ["{", /not JSON/],
  ["[]", /it is no object/],
  [{ nett: true }, /`nett` is none of exec, code, net, write, env/],
  [{ exec: "yes" }, /`exec` is neither true nor false/],
  [{ net: "a.b" }, /`net`: it is neither true nor a list/],
  [{ net: ["http://a.b"] }, /`net`: "http:\/\/a.b" is no host/],
  [{ env: ["A B"] }, /`env`: "A B" is no name/],
  [{ write: [1] }, /`write`: /],
  [{ projects: [] }, /`projects` is no object/],
  [{ projects: { "~/news": { nett: true } } }, /`nett`/],
  [{ projects: { "~/news": 1 } }, /`~\/news` is no object/],
] as const) {
  test(`${JSON.stringify(policy)} is no policy`, ({ home }) => {
    const found = read(home, policy);
    assert.ok(found.kind === "failed");
    assert.is(found.diagnostic.code, "run/bad-policy");
    assert.match(found.diagnostic.message, reason);
  });
}

test.run();
