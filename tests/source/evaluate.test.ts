/** Code of a project is run, and ended where it does not end. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { evaluate } from "../../compiler/1-source/evaluate.ts";

const test = suite("source: evaluating a module");

/** The loaded function `name` of a module. */
async function functionOf(bundle: string, limitMs?: number): Promise<(...args: unknown[]) => unknown> {
  const loaded = await evaluate(bundle, limitMs);
  const [run] = loaded.kind === "ok" && typeof loaded.value === "object" ? Object.values(loaded.value ?? {}) : [];
  if (typeof run !== "function") throw new Error(JSON.stringify(loaded));
  return run;
}

test("a module may use Node's own modules, throw, await at its top level, or have no default export", async () => {
  assert.equal(await evaluate(`import { sep } from "node:path/posix"; export default { sep };`), { kind: "ok", value: { sep: "/" } });
  assert.equal(await evaluate(`throw new TypeError("no");`), { kind: "failed", reason: "TypeError: no" });
  assert.equal(await evaluate("export default await Promise.resolve(3);"), { kind: "ok", value: 3 });
  assert.equal(await evaluate("export const a = 1;"), { kind: "ok", value: undefined });
});

test("a function that it exports gets and gives what it would, and throws its own errors", async () => {
  assert.is((await functionOf("export default { add: (a, b) => a + b };"))(1, 2), 3);
  const failing = await functionOf(`export default { fail() { throw new RangeError("far"); } };`);
  assert.throws(failing, (error: unknown) => error instanceof RangeError && error.message === "far");
});

test("a loop without end is ended, at the top level of a module, in what it awaits and in a function of it", async () => {
  const reason = (text: string) => ({ kind: "failed", reason: text });
  assert.equal(await evaluate("while (true);", 300), reason("it ran for more than 0.3 s"));
  assert.equal(await evaluate("await new Promise(() => {});", 300), reason("it did not load within 0.3 s"));
  assert.throws(await functionOf("export default { spin() { for (;;); } };", 300), /it ran for more than 0.3 s/);
});

test.run();
