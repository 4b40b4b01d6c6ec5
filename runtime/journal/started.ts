import { isObject } from "../../compiler/ir/json.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { type LimitOverrides, readOverrides } from "../2-schedule/limit-overrides.ts";
import type { RunModel } from "../3-task/task.ts";
import type { Row } from "../4-trace/columns.ts";
import { detailOf } from "./result.ts";

/** A model as a run used it: no server, no key. */
export type RecordedModel = Pick<RunModel, "provider" | "name" | "temperature" | "maxTokens" | "seed">;

/** How a run was started. Of a resumed run task and entry are the first start's, the rest the last one's. */
export interface Started {
  readonly entry: string;
  readonly task: string;
  /** Digests of the plan, and of what it does. */
  readonly plan: string;
  readonly semantics: string;
  readonly models: Readonly<Record<string, RecordedModel>>;
  /** `--model` of the run; null for none. */
  readonly override: string | null;
  readonly notes: readonly string[];
  /** Limits in place of the plan's. */
  readonly overrides: LimitOverrides;
  readonly maxArtifactBytes: number | null;
  /** System prompts in place of the plan's, by the path of a step. */
  readonly prompts: ReadonlyMap<Path, string>;
  /** Whether it went on from another run's answers with other models: then each request has the model that its record tells. */
  readonly mixesModels: boolean;
  /** Whether its answers are those of another run. */
  readonly isReplay: boolean;
}

/** What the rows that mark a run's starts and ends tell of its start; null where there is none. */
export function startedOf(marks: readonly Row[], text: (hash: string | null) => string | null): Started | null {
  const starts = marks.filter(({ kind }) => kind === "run_started");
  const [first, last] = [starts[0], starts.at(-1)];
  if (!first || !last) return null;
  const [begun, told] = [detailOf(first), detailOf(last)];
  const size = told["max_artifact_size"];
  return {
    entry: textOf(begun["entry"]),
    task: text(first.input_hash) ?? "",
    plan: textOf(told["plan"]),
    semantics: textOf(told["semantics"]),
    models: modelsOf(told),
    override: typeof told["override"] === "string" ? told["override"] : null,
    notes: Array.isArray(told["notes"]) ? told["notes"].map(String) : [],
    overrides: readOverrides(told["limits"]),
    maxArtifactBytes: typeof size === "number" ? size : null,
    prompts: promptsOf(told["prompts"], text),
    mixesModels: told["mixes_models"] === true,
    isReplay: first.source === "replay",
  };
}

function promptsOf(told: unknown, text: (hash: string | null) => string | null): Started["prompts"] {
  const hashes = isObject(told) ? Object.entries(told) : [];
  return new Map(hashes.map(([path, hash]) => [path, text(textOf(hash)) ?? ""]));
}

function modelsOf({ models, parameters }: Readonly<Record<string, unknown>>): Started["models"] {
  const names = isObject(models) ? Object.entries(models) : [];
  return Object.fromEntries(names.map(([id, name]) => [id, modelOf(textOf(name), isObject(parameters) ? parameters[id] : null)]));
}

function modelOf(spec: string, told: unknown): RecordedModel {
  const colon = spec.indexOf(":");
  const number = (name: string) => {
    const value = isObject(told) ? told[name] : null;
    return typeof value === "number" ? value : null;
  };
  return {
    provider: spec.slice(0, colon),
    name: spec.slice(colon + 1),
    temperature: number("temperature"),
    maxTokens: number("max_tokens"),
    seed: number("seed"),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
