/** Damage for laws about source text: the same text with one place changed. */
import fc from "fast-check";

/** What stands between a key and its value, where a line has both. */
const entry = /^(\s*(?:- )?)([\w-]+|"[^"]*")(:\s+|:$)(.*)$/;

const values = [
  "",
  "~",
  "0",
  "-1",
  "1.5",
  "1e999",
  "true",
  "[]",
  "{}",
  "[a, b]",
  "{a: b}",
  "- a",
  "text",
  '""',
  "'",
  '"',
  "|",
  ">-",
  "&a x",
  "*a",
  "!t x",
];
const insertions = [
  "\u0000",
  "\t",
  "\r",
  "\n",
  " ",
  "\uFEFF",
  "\u2028",
  "\u00E9",
  "\u{1F600}",
  "\uD800",
  ":",
  "-",
  "---\n",
  "#",
  "{{",
  "}}",
  "\\",
  "%",
  "@",
  "`",
];

/** Changes of one line: dropped, doubled, indented, its key misspelt, its value of another kind. */
export function lineMutations(text: string): readonly string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const put = (...others: readonly string[]) => [...lines.slice(0, index), ...others, ...lines.slice(index + 1)].join("\n");
    const next = lines[index + 1];
    const swapped = next === undefined ? [] : [[...lines.slice(0, index), next, line, ...lines.slice(index + 2)].join("\n")];
    return [
      put(),
      put(line, line),
      put(` ${line}`),
      put(`\t${line}`),
      put(line.trimStart()),
      ...swapped,
      ...entryMutations(line).map((other) => put(other)),
    ];
  });
}

/** Changes at each place: what stands there dropped, or something put before it. */
export function placeMutations(text: string, everyNth: number): readonly string[] {
  const places = Array.from({ length: Math.ceil(text.length / everyNth) }, (_, index) => index * everyNth);
  return places.flatMap((at, index) => {
    const insertion = insertions[index % insertions.length] ?? "";
    return [text.slice(0, at) + text.slice(at + 1), text.slice(0, at) + insertion + text.slice(at), text.slice(0, at)];
  });
}

/** Changes of the whole: line ends, marks, nothing at all, the same again. */
export function wholeMutations(text: string): readonly string[] {
  const huge = "x".repeat(100_000);
  return [
    "",
    "\n",
    "---\n---\n",
    text.replaceAll("\n", "\r\n"),
    text.replaceAll("\n", "\r"),
    `\uFEFF${text}`,
    text + text,
    text.replaceAll(" ", "\u00A0"),
    text.replaceAll(/\b[a-z]+\b/g, huge),
  ];
}

/** Several changes at once, anywhere. */
export function randomMutation(text: string): fc.Arbitrary<string> {
  const place = fc.nat({ max: text.length });
  const change = fc.tuple(
    place,
    fc.nat({ max: 12 }),
    fc.oneof(fc.constantFrom(...insertions, ...values), fc.string({ unit: "binary", maxLength: 4 })),
  );
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => changes.reduce(splice, text));
}

function splice(text: string, [at, length, insertion]: readonly [number, number, string]): string {
  return text.slice(0, at) + insertion + text.slice(at + length);
}

function entryMutations(line: string): readonly string[] {
  const [, indent = "", key = "", colon = "", value = ""] = entry.exec(line) ?? [];
  if (key === "") return [];
  const keys = [key.slice(1), `${key}s`, key.toUpperCase(), `${key.slice(0, 1)}${key}`, '""', "?", "<<", "__proto__", "constructor"];
  return [...keys.map((other) => `${indent}${other}${colon}${value}`), ...values.map((other) => `${indent}${key}: ${other}`)];
}
