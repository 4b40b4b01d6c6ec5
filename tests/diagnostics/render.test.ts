import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resolveUnknownAgent, sourceNotUtf8 } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic, Related } from "../../compiler/diagnostics/diagnostic.ts";
import { cellsOf, tame, widthOfCells } from "../../compiler/diagnostics/render/cells.ts";
import { renderJson } from "../../compiler/diagnostics/render/json.ts";
import { renderText } from "../../compiler/diagnostics/render/text.ts";

const file = "agents/x/AGENT.md";
const test = suite("renderers");

test("of whole lines a terminal obeys colours, tabs and line breaks, and nothing that a model or a plan may have written", () => {
  const lines = "\u001b[31mred\u001b[0m\tname\r\nnext\n";
  assert.is(tame(lines), lines);
  assert.is(tame("\u001b[2J\u001b]0;title\u0007 \rover \u202eright"), "\uFFFD[2J\uFFFD]0;title\uFFFD \uFFFDover \uFFFDright");
});

/** A finding about the part of the text that is marked: `worker: «critc»`. */
function marked(source: string, related: readonly Related[] = []): { readonly text: string; readonly diagnostic: Diagnostic } {
  const text = source.replace(/[«»]/g, "");
  const [start, end] = [source.indexOf("«"), source.indexOf("»") - 1];
  return { text, diagnostic: resolveUnknownAgent({ file, start, end }, { name: "critc", closest: "critic" }, related) };
}

/** The lines of the frame: the source line and the carets. */
function frame(source: string, width = 80): readonly [string, string] {
  const { text, diagnostic } = marked(source);
  const lines = renderText([diagnostic], { text: () => text, colour: false, width }).split("\n");
  const at = lines.findIndex((line) => /^\d+ \|/.test(line));
  return [lines[at] ?? "", lines[at + 1] ?? ""];
}

test("shows the fact, the place, the line, related places, the help, and a count", () => {
  const source = "---\nname: x\nworker: «critc»\n---\n";
  const related = [{ span: { file, start: 4, end: 8 }, message: "the agent is named here" }];
  const { text, diagnostic } = marked(source, related);
  assert.is(
    renderText([diagnostic], { text: () => text, colour: false }),
    `error[resolve/unknown-agent]: ${diagnostic.message}
 --> agents/x/AGENT.md:3:9
  |
2 | name: x
  | ---- the agent is named here
3 | worker: critc
  |         ^^^^^
help: ${diagnostic.help}

1 error in 1 file
`,
  );
});

test("shows what is near in one frame, lines apart with dots between, and what is elsewhere in its own", () => {
  const source = "one: x\ntwo: x\nthree: x\nfour: «critc», critic\n";
  const at = (start: number, message: string) => ({ span: { file, start, end: start + 3 }, message });
  const elsewhere = { span: { file: "agents/y/AGENT.md", start: 0, end: 3 }, message: "and here" };
  const { text, diagnostic } = marked(source, [at(36, "a second one"), elsewhere, at(0, "the first of a row of words that is long")]);
  const lines = renderText([diagnostic], { text: () => text, colour: false, width: 40 }).split("\n");
  assert.equal(lines.slice(2, -4), [
    " --> agents/x/AGENT.md:4:7",
    "  |",
    "1 | one: x",
    "  | ---",
    "  | the first of a row of words that is",
    "  | long",
    "...",
    "4 | four: critc, critic",
    "  |       ^^^^^",
    "  |              --- a second one",
    "note: and here",
    " --> agents/y/AGENT.md:1:1",
    "  |",
    "1 | one: x",
    "  | ^^^",
  ]);
});

test("is empty without findings", () => assert.is(renderText([], { text: () => null, colour: false }), ""));

test("keeps carets in place after tabs and wide characters", () => {
  assert.equal(frame("\ta:\t«critc»"), ["1 |     a:  critc", "  |         ^^^^^"]);
  assert.equal(frame("名前: «critc»"), ["1 | 名前: critc", "  |       ^^^^^"]);
  assert.equal(frame("a: «批評» b"), ["1 | a: 批評 b", "  |    ^^^^"]);
  assert.equal(frame("e\u0301: «👩‍👩‍👧»"), ["1 | e\u0301: 👩‍👩‍👧", "  |    ^^"]);
});

test("marks an empty span, the end of a line and the end of a file with one caret", () => {
  assert.equal(frame("«»name"), ["1 | name", "  | ^"]);
  assert.equal(frame("name:«»\nnext"), ["1 | name:", "  |      ^"]);
  assert.equal(frame("«»"), ["1 |", "  | ^"]);
});

test("shows the first line of a span over several", () => {
  assert.equal(frame("a: «b\nc» d"), ["1 | a: b", "  |    ^"]);
});

test("cuts long lines on both sides so that the marked part stays in sight", () => {
  assert.equal(frame(`«critc»${" end".repeat(40)}`, 30), ["1 | critc end end end end en…", "  | ^^^^^"]);
  const [line, carets] = frame(`${"word ".repeat(40)}«critc»${" end".repeat(40)}`, 30);
  assert.match(line, /^1 \| ….*critc.*…$/);
  assert.is(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1), "critc");
});

test("breaks prose between words where the terminal ends, and further lines begin below the first word", () => {
  const message = "a message of a good many words that no narrow terminal can hold on one line";
  const diagnostic = { ...resolveUnknownAgent(null, { name: "x", closest: null }), message, help: message };
  const lines = renderText([diagnostic], { text: () => null, colour: false, width: 50 }).split("\n");
  assert.equal(lines.slice(0, 5), [
    "error[resolve/unknown-agent]: a message of a good",
    "  many words that no narrow terminal can hold on",
    "  one line",
    "help: a message of a good many words that no",
    "      narrow terminal can hold on one line",
  ]);
  for (const width of [50, 10]) {
    const [plain, coloured] = [false, true].map((colour) => renderText([diagnostic], { text: () => null, colour, width }));
    assert.is(stripVTControlCharacters(coloured ?? ""), plain);
  }
});

test("obeys no control character of a source, a path or a message", () => {
  const diagnostic = resolveUnknownAgent({ file: "a\u001b[2Jb", start: 0, end: 3 }, { name: "x\u001b[31m\u202e", closest: null });
  const shown = renderText([diagnostic], { text: () => "a\u001b[31mb\r", colour: false });
  for (const obeyed of ["\u001b", "\r", "\u202e"]) assert.not.ok(shown.includes(obeyed));
});

test("colours only if asked, and nothing but colour changes", () => {
  const { text, diagnostic } = marked("worker: «critc»");
  const [plain, coloured] = [false, true].map((colour) => renderText([diagnostic], { text: () => text, colour }));
  assert.not.match(plain ?? "", "\u001b");
  assert.match(coloured ?? "", "\u001b[31m");
  assert.is(stripVTControlCharacters(coloured ?? ""), plain);
});

test("names a file that could not be read without a frame", () => {
  const shown = renderText([sourceNotUtf8({ file, start: 0, end: 0 }, { offset: 3 })], { text: () => null, colour: false });
  assert.is(shown.split("\n")[1], " --> agents/x/AGENT.md");
});

test("gives machines lines and columns from 1, and null where no source is at fault", () => {
  const { text, diagnostic } = marked("a\nb: «critc»", [{ span: { file, start: 0, end: 1 }, message: "here" }]);
  const unplaced = { ...diagnostic, span: null, related: [] };
  const [first, second] = JSON.parse(renderJson([diagnostic, unplaced], { text: () => text, path: (path) => `p/${path}` }));
  assert.equal([first.file, first.start, first.end], [`p/${file}`, { line: 2, column: 4 }, { line: 2, column: 9 }]);
  assert.equal(first.related, [{ message: "here", file: `p/${file}`, start: { line: 1, column: 1 }, end: { line: 1, column: 2 } }]);
  assert.equal([second.file, second.start, second.end], [null, null, null]);
  assert.is(renderJson([], { text: () => null }), "[]\n");
});

test("never throws, and never shows a line wider than the terminal, whatever the text and the span", () => {
  const units = fc.string({ unit: fc.constantFrom("a", "\t", "\n", "名", "e\u0301", "👩‍👩‍👧", "\u001b", "\ud800", "\r"), maxLength: 200 });
  fc.assert(
    fc.property(units, fc.nat(400), fc.nat(400), (text, from, length) => {
      const start = Math.min(from, text.length);
      const span = { file, start, end: Math.min(start + length, text.length) };
      const width = 40;
      const shown = renderText([resolveUnknownAgent(span, { name: "n", closest: null })], { text: () => text, colour: false, width });
      const lines = shown.split("\n");
      const [line = "", carets = ""] = lines.slice(lines.findIndex((one) => /^\d+ \|/.test(one)));
      assert.ok(widthOfCells(cellsOf(line)) <= width, line);
      assert.match(carets, /^ +\| *\^+$/);
    }),
  );
});

test.run();
