import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { authoringModule } from "../../compiler/1-source/authoring.ts";
import { readProject } from "../../compiler/1-source/index.ts";
import { sourcesFromMemory } from "../../compiler/1-source/memory.ts";
import type { SourceSet } from "../../compiler/1-source/types.ts";
import { build } from "../../compiler/build.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { planJson } from "../../compiler/emit/plan-json.ts";
import { digestBytes } from "../../compiler/ir/digest.ts";
import * as expressions from "../../compiler/ir/expr.ts";
import { openKeys } from "../../compiler/ir/ops.ts";
import { definePattern } from "../../stdlib/pattern.ts";
import * as library from "../../stdlib/types.ts";

const agent = '---\nname: count\ndescription: counts\nversion: "1"\npattern: code\n---\n';
const worker = `import { readFileSync } from "node:fs";
import { defineWorker, types } from "tama/compiler";
import { half } from "../../lib/half.ts";
export default defineWorker({ capability: "count", output: types.int, run: (text: string) => half(text.length + (readFileSync ? 0 : 1)) });
`;
const project = {
  "agents/count/AGENT.md": agent,
  "agents/count/worker.ts": worker,
  "lib/half.ts": "export const half = (n: number) => n / 2;\n",
  "tama.config.ts": 'export default { project: { name: "demo" }, entries: ["count"] };\n',
};

const test = suite<{ dir: string }>("reading a project");

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tama-source-"));
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test("text is UTF-8 without a byte order mark, CRLF read as LF, and digests are of that", async ({ dir }) => {
  const { sources } = await read(dir, { "agents/a/AGENT.md": "\uFEFFa\r\nb\n" });
  assert.equal(sources.files, [{ path: "agents/a/AGENT.md", text: "a\nb\n" }]);
  assert.equal(sources.digests, { "agents/a/AGENT.md": digestBytes("a\nb\n") });
});

test("a file that is not UTF-8 is told with the offset of the first bad byte, and is known as unread", async ({ dir }) => {
  for (const [bytes, offset] of [
    [[0x61, 0xff], 1],
    [[0xc3, 0xa9, 0xe2, 0x82], 2],
    [[0xed, 0xa0, 0x80], 0],
    [[0x61, 0x80], 1],
  ] as const) {
    const { sources, found } = await read(dir, { "agents/a/AGENT.md": Buffer.from(bytes) });
    assert.equal([found.map(({ code }) => code), sources.files, sources.unread], [["source/not-utf8"], [], ["agents/a/AGENT.md"]]);
    assert.match(found[0]?.message ?? "", `byte ${offset} `);
  }
});

test("only directories count as agents, dotfiles are no sources, and all is sorted", async ({ dir }) => {
  const { sources, found } = await read(dir, {
    "agents/b/AGENT.md": "b",
    "agents/b/.draft.md": "",
    "agents/b/notes.txt": "",
    "agents/a/act.md": "a",
    "agents/a/AGENT.md": "a",
    "agents/README.md": "",
    "agents/.git/x.md": "",
    "skills/s/SKILL.md": "s",
    "skills/s/extra.md": "",
  });
  assert.equal([found, sources.agents, sources.skills], [[], ["a", "b"], ["s"]]);
  const paths = ["agents/a/AGENT.md", "agents/a/act.md", "agents/b/AGENT.md", "skills/s/SKILL.md"];
  assert.equal(
    sources.files.map(({ path }) => path),
    paths,
  );
});

test("loops of links end, and a link that leads nowhere is told", async ({ dir }) => {
  write(dir, { "agents/a/AGENT.md": "a", "agents/b/AGENT.md": "b" });
  symlinkSync("..", join(dir, "agents/a/up"));
  symlinkSync("../b", join(dir, "agents/a/other"));
  symlinkSync("../a", join(dir, "agents/b/back"));
  symlinkSync("nowhere", join(dir, "agents/a/lost.md"));
  const { found } = await read(dir, {});
  assert.equal(
    found.filter(({ span }) => span?.file === "agents/a/lost.md").map(({ code }) => code),
    ["source/unreadable"],
  );
});

test("a file over the cap, a folder named as a file, and two configs are told", async ({ dir }) => {
  const { found } = await read(dir, {
    "agents/a/AGENT.md": "x".repeat(4 * 1024 * 1024 + 1),
    "tama.toml/x": "",
    "tama.config.ts": "export default {}",
  });
  assert.equal(found.map(({ code }) => code).sort(), ["source/too-large", "source/two-configs"]);
  rmSync(join(dir, "tama.config.ts"));
  assert.ok((await read(dir, {})).found.some(({ code }) => code === "source/unreadable"));
});

test("a folder without a project, and a path that is no folder, give one finding", async ({ dir }) => {
  const codes = async (path: string) => (await build(path)).diagnostics.map(({ code }) => code);
  assert.equal(await codes(dir), ["source/no-project"]);
  assert.equal(await codes(join(dir, "nowhere")), ["source/no-directory"]);
  write(dir, { file: "" });
  assert.equal(await codes(join(dir, "file")), ["source/no-directory"]);
  mkdirSync(join(dir, "agents"));
  assert.is((await build(dir)).plan, null);
  assert.equal(await codes(dir), ["resolve/no-agents"]);
});

test("a worker's bundle and the plan have the same bytes from any folder", async ({ dir }) => {
  const near = join(dir, "near");
  const far = join(dir, "far/down/in/the/tree");
  for (const place of [near, far]) write(place, project);
  write(dir, { "tsconfig.json": '{"compilerOptions": {"target": "es5", "strict": true, "useDefineForClassFields": false}}' });
  const [first, second] = [await build(near), await build(far)];
  assert.equal([first.diagnostics, second.diagnostics], [[], []]);
  assert.is(first.sources.workers["count"]?.bundle, second.sources.workers["count"]?.bundle);
  assert.ok(first.plan && second.plan && planJson(first.plan) === planJson(second.plan));
});

test("a bundle keeps Node's modules as imports, holds nothing of the compiler, and has a digest for each of its files", async ({ dir }) => {
  const { sources } = await read(dir, project);
  const { bundle = "", ...declared } = sources.workers["count"] ?? {};
  assert.match(bundle, 'from "node:fs"');
  assert.ok(bundle.length < 2_000 && !bundle.includes(dir));
  assert.equal(declared, {
    path: "agents/count/worker.ts",
    capability: "count",
    input: { kind: "text" },
    output: { kind: "int" },
    keys: [],
    reads: [],
    timeoutMs: 60_000,
  });
  assert.equal(Object.keys(sources.digests), ["agents/count/AGENT.md", "agents/count/worker.ts", "lib/half.ts", "tama.config.ts"]);
});

const badWorkers: Readonly<Record<string, readonly [code: string, text: string]>> = {
  "throws while it loads": ["source/load-failed", 'throw new TypeError("no");'],
  "rejects while it loads": ["source/load-failed", "await Promise.reject(3);"],
  "has no default export": ["source/no-default-export", "export const a = 1;"],
  "imports what is not there": ["source/bundle-failed", 'import "./missing.ts"; export default {};'],
  "does not parse": ["source/bundle-failed", "export default {"],
  "declares no capability": ["source/bad-worker", "export default { run: () => 1 };"],
  "declares a type that is none": ["source/bad-worker", 'export default { capability: "a", input: { kind: "date" }, run: () => 1 };'],
  "declares what is unknown": ["source/bad-worker", 'export default { capability: "a", speed: 1, run: () => 1 };'],
  "has no run": ["source/bad-worker", 'export default { capability: "a" };'],
  "exports no object": ["source/bad-worker", "export default 3;"],
  "exports a loop": ["source/load-failed", "const a = {}; a.a = a; export default a;"],
};
for (const [name, [code, text]] of Object.entries(badWorkers)) {
  test(`a worker that ${name} gives one finding in its file`, async ({ dir }) => {
    write(dir, { ...project, "agents/count/worker.ts": text });
    const { diagnostics, plan } = await build(dir);
    assert.equal(
      diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.span?.file]),
      [[code, "agents/count/worker.ts"]],
    );
    assert.is(plan, null);
  });
}

test("what a bundle misses is told where it is imported", async ({ dir }) => {
  const text = '// é\nimport { a } from "./missing.ts";\nexport default a;';
  const { found } = await read(dir, { ...project, "agents/count/worker.ts": text });
  const span = found[0]?.span;
  assert.is(text.slice(span?.start, span?.end), '"./missing.ts"');
});

test("a config that cannot be read gives one finding at its place, and nothing that follows from it", async ({ dir }) => {
  write(dir, {
    "agents/count/AGENT.md": agent,
    "agents/count/worker.ts": project["agents/count/worker.ts"],
    "lib/half.ts": project["lib/half.ts"],
  });
  for (const [file, text, code, at] of [
    ["tama.toml", '[project]\nname = "a\n', "source/bad-toml", 19],
    ["tama.config.ts", "export default {{", "source/bundle-failed", 16],
    ["tama.config.ts", "export const a = 1;", "source/no-default-export", 0],
  ] as const) {
    const { diagnostics } = await read(dir, { [file]: text }).then(() => build(dir));
    assert.equal(
      diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.span?.start]),
      [[code, at]],
    );
    rmSync(join(dir, file));
  }
});

test("agents and skills are looked for below the config's root", async ({ dir }) => {
  const { sources, found } = await read(dir, {
    "tama.config.ts": 'export default { project: { root: "./a/b/" } };',
    "a/b/agents/x/AGENT.md": "x",
    "agents/y/AGENT.md": "y",
  });
  assert.equal([found, sources.agents, sources.config?.path], [[], ["x"], "../../tama.config.ts"]);
  assert.equal(Object.keys(sources.digests), ["../../tama.config.ts", "agents/x/AGENT.md"]);
});

test("sources from memory are those from a disk", async ({ dir }) => {
  const texts = { "agents/a/AGENT.md": "a\r\n", "skills/s/SKILL.md": "s", "tama.toml": '[project]\nname = "n"\n' };
  const { sources } = await read(dir, texts);
  assert.equal(
    sourcesFromMemory(texts, () => assert.unreachable()),
    sources,
  );
});

test("configs and workers are given the library's own type constructors", async () => {
  const given = await import(`data:text/javascript,${encodeURIComponent(authoringModule)}`);
  const makers = ["binary", "builtin", "choice", "each", "field", "literal", "not", "openKeys"] as const;
  assert.equal(Object.keys(given).sort(), [...makers, "defineConfig", "definePattern", "defineTool", "defineWorker", "types"].sort());
  const exprs = ({
    binary,
    builtin,
    choice,
    each,
    field,
    literal,
    not,
  }: Pick<typeof expressions, Exclude<(typeof makers)[number], "openKeys">>) => [
    ...[literal(1), field(literal({}), "a"), builtin("join", literal([])), binary(literal(1), "<", literal(2)), not(literal(true))],
    ...[choice(literal(true), literal(1), literal(2)), each(literal([]), (item, position) => binary(item, "+", position))],
  ];
  assert.equal(exprs(given), exprs(expressions));
  assert.equal(given.openKeys, openKeys);
  assert.equal(Object.keys(given.types), Object.keys(library.types));
  const sample = (types: typeof library.types) => [
    ...[types.text, types.int, types.number, types.bool, types.null, types.any, types.literal("a"), types.list(types.text)],
    ...[types.object({ a: types.text }), types.object({ a: types.text }, ["a"]), types.union(types.text, types.null)],
  ];
  assert.equal(sample(given.types), sample(library.types));
  assert.equal(given.defineWorker({ a: 1 }), { a: 1 });
  const pattern = { name: "a", summary: "", exits: [], lower: () => ({ kind: "pass", op: "" }) as const };
  assert.equal(given.definePattern(pattern), definePattern(pattern));
});

test.run();

async function read(
  dir: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<{ sources: SourceSet; found: readonly Diagnostic[] }> {
  write(dir, files);
  const found: Diagnostic[] = [];
  const sources = await readProject(dir, (diagnostic) => {
    found.push(diagnostic);
  });
  return { sources, found };
}

function write(dir: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}
