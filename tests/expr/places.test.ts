import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseDocument, Scalar, stringify } from "yaml";
import { align } from "../../compiler/expr/align.ts";
import { spanIn } from "../../compiler/expr/source.ts";

const test = suite("places of expressions in YAML");

const styles = [Scalar.PLAIN, Scalar.QUOTE_DOUBLE, Scalar.QUOTE_SINGLE, Scalar.BLOCK_LITERAL, Scalar.BLOCK_FOLDED] as const;
const word = fc.string({ unit: fc.constantFrom(..."abzé{}<>|?:.'\"\\#,-_😀 \t"), minLength: 1, maxLength: 12 });
const value = fc
  .array(word, { minLength: 1, maxLength: 6 })
  .chain((words) => fc.constantFrom(" ", "\n", "  ", "\n\n").map((gap) => words.join(gap)));

/** A scalar as a file has it: nested, written in a style, its lines folded early. */
function written(text: string, style: (typeof styles)[number]): { readonly raw: string; readonly read: string } {
  const scalar = new Scalar(text);
  scalar.type = style;
  const file = stringify({ states: { review: [{ when: scalar }] } }, { lineWidth: 24, minContentWidth: 8 });
  const node = parseDocument(file).getIn(["states", "review", 0, "when"], true) as Scalar<string>;
  const [start = 0, end = 0] = node.range ?? [];
  return { raw: file.slice(start, end), read: node.value };
}

test("each visible character is found where it stands, in every style", () => {
  fc.assert(
    fc.property(value, fc.constantFrom(...styles), (text, style) => {
      const { raw, read } = written(text, style);
      fc.pre(read === text); // The library cannot write every text plain.
      const places = align(raw, read);
      assert.is(places.length, read.length);
      for (const [index, { start, end }] of places.entries()) {
        const char = read[index] ?? "";
        const there = raw.slice(start, end);
        assert.ok(start >= 0 && end <= raw.length);
        if (/[^\s]/.test(char) && !there.startsWith("\\"))
          assert.is(there === "''" ? "'" : there, char, `${JSON.stringify(raw)} at ${index}`);
      }
    }),
    { numRuns: 500 },
  );
});

test("whatever the two texts are, every place lies inside", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (raw, read) => {
      for (const { start, end } of align(raw, read)) assert.ok(start >= 0 && start <= end && end <= raw.length);
    }),
  );
});

test("escapes are one character of the text and several of the file", () => {
  const raw = '"a\\n\\u00e9 \\U0001F600 b"';
  const source = { text: "a\né 😀 b", raw, span: { file: "f", start: 10, end: 10 + raw.length } };
  const at = (start: number, end: number) => {
    const span = spanIn(source, { start, end });
    return raw.slice(span.start - 10, span.end - 10);
  };
  assert.equal([at(1, 2), at(2, 3), at(4, 6), at(7, 8)], ["\\n", "\\u00e9", "\\U0001F600", "b"]);
});

test("an alias is told as a whole", () => {
  const source = { text: "value.score", raw: "*a", span: { file: "f", start: 5, end: 7 } };
  assert.equal(spanIn(source, { start: 6, end: 11 }), { file: "f", start: 5, end: 7 });
});

test.run();
