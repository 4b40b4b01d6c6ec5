import { basename } from "node:path";
import type { Digest } from "../../compiler/ir/digest.ts";
import { canonical } from "../../compiler/ir/json.ts";
import { contentKeys } from "../3-task/content-key.ts";
import type { ModelTask, RunModel } from "../3-task/task.ts";
import { refusal } from "../4-trace/read.ts";
import { type Journal, type RecordedTask, readJournal } from "../journal/journal.ts";
import { recordedModel } from "../journal/recorded-model.ts";
import { resultOf } from "../journal/result.ts";
import type { Provider, ProviderResult } from "./provider.ts";

/** What a run's models answered, to look up by what they were asked. */
interface RecordedRun {
  readonly journal: Journal;
  /** Each model of the run, once. */
  readonly models: readonly RunModel[];
  readonly byContent: ReadonlyMap<Digest, readonly RecordedTask[]>;
}

/**
 * Models that say what those of an earlier run said to the same request, whichever of its models it was: at the same place if it was
 * asked there, else where it was asked first. The model's name is the run's folder. Tools and code run as in any run.
 */
export function recordedProvider(): Provider {
  const records = new Map<string, RecordedRun | string>();
  return {
    name: "recorded",
    complete: async (task, { signal, nowUs }) => {
      if (signal.aborted) return failed("cancelled", "the request was cancelled");
      const record = records.get(task.model.name) ?? readRecord(task.model.name);
      records.set(task.model.name, record);
      return typeof record === "string" ? failed("replay-miss", record) : answer(task, record, nowUs());
    },
  };
}

function readRecord(dir: string): RecordedRun | string {
  const unreadable = refusal(dir);
  if (unreadable) return unreadable.message;
  const journal = readJournal(dir, basename(dir));
  const asked = [...journal.tasks.values()].filter(({ kind, row }) => kind === "model" && row.status === "ok");
  if (asked.length === 0) return `${dir} holds no answer of a model`;
  const models = new Map(asked.flatMap(({ path }) => modelOf(journal, path)));
  const byContent = new Map<Digest, RecordedTask[]>();
  for (const task of asked.sort((a, b) => a.seq - b.seq)) byContent.set(task.contentKey, [...(byContent.get(task.contentKey) ?? []), task]);
  return { journal, models: [...models.values()], byContent };
}

function modelOf(journal: Journal, path: string): readonly (readonly [string, RunModel])[] {
  const model = recordedModel(journal, path);
  return model ? [[canonical({ ...model }), model]] : [];
}

function answer(task: ModelTask, { journal, models, byContent }: RecordedRun, nowUs: number): ProviderResult {
  const keys = contentKeys();
  const found = models.flatMap((model) => byContent.get(keys.model({ ...task, model })) ?? []);
  const recorded = found.find(({ path }) => path === task.path) ?? found[0];
  const result = recorded && resultOf(journal, recorded, nowUs);
  if (result?.kind === "ok" && result.answer.kind === "model") return { kind: "ok", answer: result.answer, attempts: [] };
  const run = journal.traceId.slice(0, 8);
  if (recorded) return failed("replay-miss", `run ${run} keeps digests in place of what was answered at ${recorded.path}`);
  const other = journal.tasks.has(task.path) ? "another one was made there" : "none was made there";
  return failed("replay-miss", `run ${run} recorded no answer to the request at ${task.path}: ${other}`);
}

function failed(code: "cancelled" | "replay-miss", message: string): ProviderResult {
  return { kind: "failed", code, message, details: null, attempts: [] };
}
