/** The workers that come with tama. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../compiler/ir/json.ts";
import { moduleLoader, runCode } from "../../runtime/3-task/code.ts";
import { bundles } from "../../stdlib/workers/bundles.generated.ts";
import { workers } from "../../stdlib/workers/index.ts";

const test = suite("workers that come with tama");

/** What a worker makes of a value, by its bundle, as a plan runs it. */
async function bundled(name: string, input: Json): Promise<Json> {
  const answer = await runCode(
    { kind: "code", path: "", worker: name, bundle: name, input, memory: {}, timeoutMs: 1000 },
    moduleLoader(bundles),
  );
  if (typeof answer === "string") throw new Error(answer);
  return answer.value;
}

const samples: readonly (readonly [name: string, input: string, expected: Json])[] = [
  ["reverse", "", ""],
  ["reverse", "abc", "cba"],
  ["reverse", "e\u0301a 👩‍👩‍👧!", "!👩‍👩‍👧 ae\u0301"],
  ["uppercase", "Straße äöü 1", "STRASSE ÄÖÜ 1"],
  ["lowercase", "ÀB Cd", "àb cd"],
  ["count-words", " one two\n three ", 3],
  ["count-words", "", 0],
];

for (const [name, input, expected] of samples) {
  test(`${name} makes ${JSON.stringify(expected)} of ${JSON.stringify(input)}, in this process and from its bundle`, async () => {
    const worker = workers[name];
    if (!worker) throw new Error(`there is no ${name}`);
    assert.equal(Reflect.apply(worker.run, worker, [input, { memory: {} }]), expected);
    assert.equal(await bundled(name, input), expected);
  });
}

test("every one has a bundle and says what it does", () => {
  assert.equal(Object.keys(bundles), Object.keys(workers).sort());
  for (const [name, { capability, description }] of Object.entries(workers)) {
    assert.is(capability, name);
    assert.ok(description);
  }
});

test.run();
