/** Tasks cross to threads with their messages as texts. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Message, ModelTask } from "../../runtime/3-task/task.ts";
import { packed, unpacked } from "../../runtime/executors/packed.ts";
import { askTask, simModel } from "../support/tasks.ts";

const test = suite("packed tasks");

const plain = { noNullPrototype: true } as const;
const text = fc.string({ unit: "binary" });
const parts = fc.array(fc.record({ kind: fc.constant("text" as const), text }, plain), { maxLength: 2 });
const calls = fc.array(fc.record({ id: text, name: text, args: text }, plain), { maxLength: 2 });
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ role: fc.constantFrom("system" as const, "user" as const), parts }, plain),
  fc.record({ role: fc.constant("assistant" as const), parts, calls }, plain),
  fc.record({ role: fc.constant("tool" as const), call: text, parts }, plain),
);

test("what a thread gets is what was asked, turn after turn of a conversation", () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(message), (said, more) => {
      for (const messages of [said, [...said, ...more]]) {
        const task: ModelTask = { ...askTask(simModel), messages };
        assert.equal(unpacked(structuredClone(packed(task))), task);
      }
    }),
  );
});

test.run();
