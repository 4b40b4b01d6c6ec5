/** Random trees of agents that write and fail, and what a world looks like that nobody has to undo: failed agents never touched it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { canonical, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import type { TaskResult } from "../../runtime/3-task/task.ts";
import type { Debug } from "../../runtime/debug.ts";
import { agent, planOf, skill } from "./plan-of.ts";
import { fails, type Says } from "./recorded-runs.ts";

/** A call of a tool on one of a few files, keys and artifacts. */
export interface Act {
  readonly tool: "tama_files_write" | "tama_mem_set" | "tama_mem_append" | "tama_mem_delete" | "tama_artifact_write";
  /** Which of them. */
  readonly which: number;
  readonly word: string;
}

/** A leaf writes, then fails or not. The members of a sequence follow one another, caught or not; those of a crowd run side by side. */
export type Tree =
  | { readonly kind: "leaf"; readonly acts: readonly Act[]; readonly attempts: number }
  | { readonly kind: "sequence"; readonly members: readonly Tree[]; readonly caught: readonly boolean[]; readonly attempts: number }
  | { readonly kind: "crowd"; readonly members: readonly Tree[] };

const act: fc.Arbitrary<Act> = fc.record({
  tool: fc.constantFrom(
    "tama_files_write",
    "tama_files_write",
    "tama_mem_set",
    "tama_mem_append",
    "tama_mem_delete",
    "tama_artifact_write",
  ),
  which: fc.nat(2),
  word: fc.constantFrom("x", "y", "z"),
});
const attempts = fc.integer({ min: 1, max: 3 });
const leaf = fc.record({ kind: fc.constant("leaf" as const), acts: fc.array(act, { maxLength: 4 }), attempts });

/** Trees of a few agents. */
export const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree; leaf: Tree }>((tie) => ({
  leaf,
  tree: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    tie("leaf"),
    fc.record({
      kind: fc.constant("sequence" as const),
      members: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
      caught: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
      attempts,
    }),
    fc.record({ kind: fc.constant("crowd" as const), members: fc.array(tie("tree"), { minLength: 2, maxLength: 3 }) }),
  ),
})).tree;

const root = "main";

/** The tree's agents as a project, built. Each has the name of its place: `main`, `main0`, `main01`. */
export function planFor(tree: Tree): Plan {
  const tools = ["tama_files_write", "tama_mem_set", "tama_mem_append", "tama_mem_delete", "tama_artifact_write"];
  return planOf({ ...agentsOf(tree, root), ...skill("all", tools) });
}

function agentsOf(tree: Tree, name: string): Readonly<Record<string, string>> {
  const members = tree.kind === "leaf" ? [] : tree.members;
  const below = Object.assign({}, ...members.map((member, index) => agentsOf(member, `${name}${index}`)));
  const names = members.map((_, index) => `${name}${index}`);
  const retry = tree.kind === "crowd" ? "" : `\nretry: {attempts: ${tree.attempts}}`;
  switch (tree.kind) {
    case "leaf":
      return agent(name, `pattern: react\ncall: {uses: [all]}${retry}`);
    case "crowd":
      return { ...agent(name, `pattern: parallel\nworkers: [${names}]`), ...below };
    case "sequence": {
      const end = `${name}end`;
      const next = (index: number) => names[index + 1] ?? end;
      const states = names.map((member, index) => {
        const caught = tree.caught[index] ? `, {"!error": ${next(index)}}` : "";
        return `  ${member}: [{"*": ${next(index)}}${caught}]`;
      });
      const table = [...states, `  ${end}: ~`].join("\n");
      return { ...agent(name, `pattern: fsm\ninitial: ${names[0]}\nstates:\n${table}${retry}`), ...agent(end, "pattern: react"), ...below };
    }
  }
}

/** Which attempts fail, by a seed. */
export function failing(seed: number): Judge {
  return (name, list) => {
    let hash = seed | 0;
    for (const character of `${name} ${list.join(" ")}`) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    return ((hash ^ (hash >>> 15)) & 1) === 1;
  };
}

/** Which attempts a person sends back, by a seed: one in four, never a second one. */
export function sendingBack(seed: number): Judge {
  const draws = [failing(seed + 1), failing(seed + 2)];
  return (name, list) => list.at(-1) === 1 && !name.endsWith("end") && draws.every((draw) => draw(name, list));
}

/** Whether an attempt of an agent fails, or is sent back, by its name and the attempts of all that it lies in. */
export type Judge = (name: string, attempts: readonly number[]) => boolean;

/** The person who sends attempts back, and looks at nothing else. */
export function personWho(sendsBack: Judge): Debug {
  return {
    before: async () => null,
    after: async () => {},
    looksAt: () => true,
    ended: async ({ agent: name, path }) => (sendsBack(name, attemptsOf(path)) ? "retry" : "accept"),
  };
}

/** A model that says for each leaf what it writes, and then fails or finishes. */
export function saying(tree: Tree, fail: Judge): Says {
  return (task) => {
    if (task.kind !== "model") return null;
    const { agent: name } = task.step;
    const found = nodeAt(tree, name.slice(root.length));
    const acts = found?.kind === "leaf" ? found.acts : [];
    const turn = Number(task.path.split(":").at(-1));
    if (acts.length > 0 && turn === 1) return answer([{ name: "read_skill", args: '{"name":"all"}' }]);
    if (acts.length > 0 && turn === 2) return answer(acts.map((each) => ({ name: each.tool, args: canonical(argsOf(each, name, tree)) })));
    const isEnd = name.endsWith("end");
    if (!isEnd && fail(name, attemptsOf(task.path))) return fails("model");
    return answer([{ name: "finish", args: canonical({ key: "done", value: "" }) }]);
  };
}

function attemptsOf(path: string): readonly number[] {
  return [...path.matchAll(/@(\d+)/g)].map(([, number]) => Number(number));
}

function answer(calls: readonly { readonly name: string; readonly args: string }[]): TaskResult {
  const said = { kind: "model", text: "", calls, finish: "stop", model: "m", usage: null } as const;
  return { kind: "ok", answer: said, startUs: 1, endUs: 2, thread: 0, attempts: [] };
}

function nodeAt(tree: Tree, digits: string): Tree | undefined {
  let node: Tree | undefined = tree;
  for (const digit of digits) node = node && node.kind !== "leaf" ? node.members[Number(digit)] : undefined;
  return node;
}

/** What a leaf writes to is its own where others run beside it: what is undone among these is told by other tests. */
function argsOf({ tool, which, word }: Act, name: string, tree: Tree): JsonObject {
  const own = crowdAbove(tree, name.slice(root.length));
  const thing = `${own}${which}`;
  switch (tool) {
    case "tama_files_write":
      return {
        path: ["top.txt", "kept/file.txt", "made/for/it.txt"][which]?.replace(/(\w+)\.txt/, `${own}$1.txt`) ?? "",
        content: `${word} ${name}`,
      };
    case "tama_mem_set":
      return { key: thing, value: word };
    case "tama_mem_append":
      return { key: thing, item: `${word}!` };
    case "tama_mem_delete":
      return { key: thing };
    case "tama_artifact_write":
      return { name: thing, content: word };
  }
}

/** The name of the outermost member of a crowd that an agent is or lies in; empty for none. */
function crowdAbove(tree: Tree, digits: string): string {
  for (let length = 0; length < digits.length; length += 1)
    if (nodeAt(tree, digits.slice(0, length))?.kind === "crowd") return `a${digits}`;
  return "";
}

/** All that agents can write to: files by path, folders with a slash at the end; state and artifacts by name. */
export interface Contents {
  readonly files: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, Json>>;
  readonly artifacts: Readonly<Record<string, string>>;
}

/** What was there before anybody wrote. */
export const before: Contents = { files: { "kept/": "", "kept/file.txt": "as it was" }, state: {}, artifacts: {} };

/** What a run of the tree leaves, and whether it ends well. Where it fails nothing is undone of what failed last. */
export function expected(tree: Tree, fail: Judge, sendsBack: Judge): { readonly isOk: boolean; readonly contents: Contents } {
  return tried(tree, { name: root, attempts: [], contents: before }, { tree, fail, sendsBack });
}

interface At {
  readonly name: string;
  readonly attempts: readonly number[];
  readonly contents: Contents;
}

interface Whole {
  readonly tree: Tree;
  readonly fail: Judge;
  readonly sendsBack: Judge;
}

function tried(node: Tree, at: At, whole: Whole): ReturnType<typeof expected> {
  const most = node.kind === "crowd" ? 1 : node.attempts;
  for (let attempt = 1; ; attempt += 1) {
    const attempts = [...at.attempts, attempt];
    const came = once(node, { ...at, attempts }, whole);
    if ((came.isOk || attempt >= most) && !whole.sendsBack(at.name, attempts)) return came;
  }
}

function once(node: Tree, at: At, whole: Whole): ReturnType<typeof expected> {
  if (node.kind === "leaf") {
    const contents = node.acts.reduce((now, each) => after(now, each.tool, argsOf(each, at.name, whole.tree)), at.contents);
    return { isOk: !whole.fail(at.name, at.attempts), contents };
  }
  let { contents } = at;
  let failed = 0;
  for (const [index, member] of node.members.entries()) {
    const came = tried(member, { ...at, name: `${at.name}${index}`, contents }, whole);
    if (!came.isOk) failed += 1;
    if (!came.isOk && node.kind === "sequence" && !node.caught[index]) return came;
    if (came.isOk) contents = came.contents;
  }
  return { isOk: node.kind === "sequence" || failed < node.members.length, contents };
}

function after({ files, state, artifacts }: Contents, tool: Act["tool"], args: JsonObject): Contents {
  const key = String(args["key"] ?? "");
  const had = state[key];
  switch (tool) {
    case "tama_files_write":
      return { files: { ...files, ...foldersTo(String(args["path"])), [String(args["path"])]: String(args["content"]) }, state, artifacts };
    case "tama_mem_set":
      return { files, state: { ...state, [key]: args["value"] ?? null }, artifacts };
    case "tama_mem_append":
      return {
        files,
        state: { ...state, [key]: [...(Array.isArray(had) ? had : had === undefined ? [] : [had]), args["item"] ?? null] },
        artifacts,
      };
    case "tama_mem_delete":
      return { files, state: Object.fromEntries(Object.entries(state).filter(([name]) => name !== key)), artifacts };
    case "tama_artifact_write":
      return { files, state, artifacts: { ...artifacts, [String(args["name"])]: String(args["content"]) } };
  }
}

function foldersTo(path: string): Readonly<Record<string, string>> {
  const parts = path.split("/").slice(0, -1);
  return Object.fromEntries(parts.map((_, index) => [`${parts.slice(0, index + 1).join("/")}/`, ""]));
}

/** Puts the files there that were there before. */
export function laidOut(projectDir: string): void {
  for (const [path, content] of Object.entries(before.files).filter(([name]) => !name.endsWith("/"))) {
    mkdirSync(dirname(join(projectDir, path)), { recursive: true });
    writeFileSync(join(projectDir, path), content);
  }
}

/** The files and folders that are there, as `Contents` has them. */
export function filesIn(projectDir: string): Contents["files"] {
  if (!existsSync(projectDir)) return {};
  const found = readdirSync(projectDir, { recursive: true, withFileTypes: true }).map((entry): [string, string] => {
    const path = join(entry.parentPath, entry.name).slice(projectDir.length + 1);
    return entry.isDirectory() ? [`${path}/`, ""] : [path, readFileSync(join(projectDir, path), "utf8")];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
