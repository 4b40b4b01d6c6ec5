import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pieceRedactor, redactor } from "../../runtime/3-task/redact.ts";

const test = suite("redacting in pieces");
const letters = { unit: fc.constantFrom("x", "y", '"') };

test("what is given together is the redacted whole, however the text is cut", () => {
  const secrets = fc.array(fc.string({ ...letters, minLength: 6, maxLength: 9 }), { minLength: 1, maxLength: 3 });
  const pieces = fc.array(fc.string({ ...letters, maxLength: 12 }), { maxLength: 12 });
  fc.assert(
    fc.property(secrets, pieces, fc.array(fc.nat(), { maxLength: 4 }), (values, free, places) => {
      const all = places.reduce((list, place) => list.toSpliced(place % (list.length + 1), 0, values[place % values.length] ?? ""), free);
      const named = values.map((value) => ({ name: "K", value }));
      const { take, rest } = pieceRedactor(named);
      const given = all.map(take).join("") + rest();
      assert.is(given, redactor(named)(all.join("")));
      const cut = [...all.join("")].map(take).join("") + rest();
      assert.is(cut, given);
    }),
    { numRuns: 1000 },
  );
});

test("a text that begins no secret is not held back", () => {
  const { take } = pieceRedactor([{ name: "K", value: "sk-0123456789" }]);
  assert.equal(["Once ", "upon", " a s", "tart sk-0", "x"].map(take), ["Once ", "upon", " a ", "start ", "sk-0x"]);
});

test.run();
