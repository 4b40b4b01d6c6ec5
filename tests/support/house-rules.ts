/** Who may import what. The order matters: the first area that a path matches is its area. */
import type { Area, Rules } from "./boundaries.ts";

const none = /^$/;
const any = /./;
const pathOnly = /^node:(path|path\/posix|url)$/;

const ir = /^compiler\/ir\//;
const diagnostics = /^compiler\/diagnostics\//;
const stdlib = /^stdlib\//;
const contract = [ir, diagnostics, stdlib];
/** What an expression means, without what reads one: that loads a parser generator. */
const expressions = /^compiler\/expr\/(elaborate|elaboration|source|syntax|types)\.ts$/;
const shared = [...contract, expressions, /^compiler\/((graph|config|version)\.ts$|config\/)/];
const manifest = /^package\.json$/;

const phases = ["1-source", "2-parse", "3-resolve", "4-check", "5-lower", "6-plan"];

/** A phase sees its own files and the types of the phases before it. */
function phase(name: string, index: number): Area {
  const earlier = phases.slice(0, index).map((other) => new RegExp(`^compiler/${other}/types\\.ts$`));
  const doesIo = name === "1-source";
  return {
    files: new RegExp(`^compiler/${name}/`),
    may: [...shared, ...earlier],
    builtins: doesIo ? any : none,
    isPure: !doesIo,
    rule: `${name} imports ir, diagnostics, stdlib, graph, config and the types of earlier phases${doesIo ? "" : ", and does no IO"}`,
  };
}

const areas: readonly Area[] = [
  { files: /\/generate\.ts$/, may: [any], packages: any, builtins: any, isPure: false, rule: "a generator is a program of its own" },
  {
    files: /^compiler\/ir\/digests?\.ts$/,
    may: [ir],
    builtins: /^node:crypto$/,
    isPure: true,
    rule: "digests import ir and node:crypto only",
  },
  { files: ir, may: [], builtins: none, isPure: true, rule: "ir imports nothing outside itself" },
  { files: diagnostics, may: [ir], builtins: none, isPure: true, rule: "diagnostics import ir only" },
  {
    files: /^stdlib\/tools\//,
    may: contract,
    builtins: any,
    isPure: false,
    rule: "tools import ir, diagnostics, stdlib and Node's modules",
  },
  { files: stdlib, may: [ir, diagnostics], builtins: none, isPure: true, rule: "stdlib imports ir, diagnostics and itself" },
  { files: /^compiler\/expr\//, may: [ir, diagnostics], builtins: none, isPure: true, rule: "expr imports ir and diagnostics" },
  ...phases.map(phase),
  {
    files: /^compiler\/emit\//,
    may: shared,
    builtins: none,
    isPure: true,
    rule: "emit imports ir, diagnostics, stdlib and graph, and does no IO",
  },
  {
    files: /^compiler\/graph\.ts$/,
    may: [ir],
    builtins: /^node:module$/,
    isPure: true,
    rule: "graph imports ir, and loads graphology when it needs it",
  },
  { files: /^compiler\/version\.ts$/, may: [manifest], builtins: none, isPure: true, rule: "the version comes from package.json alone" },
  {
    files: /^compiler\/config(\.ts$|\/)/,
    may: contract,
    mayLazily: [/^compiler\/1-source\/types\.ts$/],
    builtins: none,
    isPure: true,
    rule: "config imports ir, diagnostics, stdlib and the types of sources, and does no IO",
  },
  {
    files: /^compiler\/schemas\//,
    may: [...shared, /^compiler\/2-parse\//],
    builtins: none,
    isPure: true,
    rule: "schemas import ir, diagnostics, stdlib and what reads the sources that they are of, and do no IO",
  },
  {
    files: /^compiler\/scaffold\//,
    may: contract,
    builtins: none,
    isPure: true,
    rule: "scaffolds import ir, diagnostics and stdlib, and do no IO",
  },
  {
    files: /^compiler\/(cli\.ts$|commands\/)/,
    may: [/^compiler\//, stdlib, manifest],
    builtins: any,
    isPure: false,
    rule: "commands import the compiler",
  },
  {
    files: /^compiler\/[^/]+\.ts$/,
    may: [/^compiler\/(?!cli\.ts|commands\/)/, stdlib],
    builtins: pathOnly,
    isPure: true,
    rule: "the compiler imports itself and stdlib, never commands or the runtime, and does no IO outside 1-source",
  },
  {
    files: /^runtime\/commands\/(run|plan)\.ts$/,
    may: [...contract, /^runtime\//],
    mayLazily: [/^compiler\/index\.ts$/],
    builtins: any,
    isPure: false,
    rule: "this command loads the compiler lazily, through compiler/index.ts alone",
  },
  {
    files: /^runtime\//,
    may: [...contract, manifest],
    builtins: any,
    isPure: false,
    rule: "the runtime imports ir, diagnostics, stdlib and itself, never the compiler",
  },
];

/** Both sides of the house have a door where both need a package: neither may import the other's. */
const doors: Rules["doors"] = {
  "@duckdb/node-api": ["runtime/5-store"],
  "@duckdb/node-bindings": ["runtime/5-store"],
  "@hpcc-js/wasm-graphviz": ["compiler/emit/svg.ts"],
  "apache-arrow": ["runtime/4-trace"],
  chevrotain: ["compiler/expr"],
  commander: ["compiler/cli.ts", "compiler/commands", "runtime/cli.ts", "runtime/commands"],
  diff: ["compiler/emit/diff"],
  esbuild: ["compiler/1-source"],
  "fastest-levenshtein": ["compiler/diagnostics/closest.ts"],
  graphology: ["compiler/graph.ts"],
  "graphology-types": ["compiler/graph.ts"],
  openai: ["runtime/providers"],
  picocolors: ["compiler/diagnostics", "runtime/commands"],
  "p-limit": ["runtime/start-task.ts"],
  piscina: ["runtime/executors"],
  "smol-toml": ["compiler/1-source"],
  yaml: ["compiler/2-parse", "runtime/providers"],
};

export const rules: Rules = { areas, doors };
