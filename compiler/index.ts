/** The compiler as a library, `tama/compiler`. Importing it does nothing. */

export { defineTool, type FileToWrite, type OwnTool, type OwnToolContext } from "../stdlib/own-tool.ts";
export {
  type Builder,
  definePattern,
  type Pattern,
  type PatternDeclaration,
  type PatternInput,
  type Placed,
  type Step,
} from "../stdlib/pattern.ts";
export { types } from "../stdlib/types.ts";
export { defineWorker } from "../stdlib/worker.ts";
export { readProject } from "./1-source/index.ts";
export { sourcesFromMemory } from "./1-source/memory.ts";
export type { SourceSet } from "./1-source/types.ts";
export { type Built, build, permissionsOf, sourcesOf } from "./build.ts";
export { type Compiled, compile } from "./compile.ts";
export { type Config, defineConfig, type ModelConfig } from "./config.ts";
export type { Diagnostic, Related, Report, Severity } from "./diagnostics/diagnostic.ts";
export { type LoadedPlan, loadPlan } from "./diagnostics/load-plan.ts";
export { renderJson } from "./diagnostics/render/json.ts";
export type { Sources } from "./diagnostics/render/sources.ts";
export { renderText, summarise, type TextOptions } from "./diagnostics/render/text.ts";
export { hasErrors } from "./diagnostics/sort.ts";
export { dot } from "./emit/dot.ts";
export { planJson } from "./emit/plan-json.ts";
export { binary, builtin, choice, type Expr, each, field, literal, not } from "./ir/expr.ts";
export { type KeySet, type OnFailure, openKeys, type Requirement, type Result } from "./ir/ops.ts";
export type { Plan } from "./ir/plan.ts";
export type { Type } from "./ir/types.ts";
