/** The runtime as a library, `tama/runtime`. Importing it does nothing. */
export { type LoadedPlan, loadPlan } from "../compiler/diagnostics/load-plan.ts";
export type { Plan } from "../compiler/ir/plan.ts";
export { types } from "../stdlib/types.ts";
export { defineWorker, type Worker } from "../stdlib/worker.ts";
export { workers } from "../stdlib/workers/index.ts";
export { type ModelOptions, type ResolvedModels, resolveModels } from "./1-load/models.ts";
export type { Outcome, Settled } from "./2-schedule/types.ts";
export { type Clock, readClock, startClock } from "./3-task/clock.ts";
export type { RunModel, Task, TaskResult } from "./3-task/task.ts";
export { columns, type EventKind, eventKinds, loopEventKinds, type TraceEvent } from "./4-trace/columns.ts";
export { type EventBuffer, type EventBufferOptions, eventBuffer } from "./4-trace/event-buffer.ts";
export { loadRuns, openStore, type QueryResult, type Store, type StoreOptions } from "./5-store/store.ts";
export { type ExecOptions, type ExecResult, exec, type Replay, type RunStatus } from "./exec.ts";
export type { Executor, TaskWatch } from "./executors/executor.ts";
export { inlineExecutor } from "./executors/inline.ts";
export { type ThreadOptions, threadExecutor, usualThreads } from "./executors/threads.ts";
export { type Journal, type RecordedTask, readJournal } from "./journal/journal.ts";
export { type Why, why } from "./journal/why.ts";
export { type AnswerOptions, type AnswerResult, answer } from "./people/answer.ts";
export { type CancelResult, cancel } from "./people/cancel.ts";
export { type OpenQuestion, openQuestions, type Standing, standingOf } from "./people/open-questions.ts";
export { type Allowance, allowedByAny, allowedByConfig, nothingAllowed, type Scope } from "./permissions/allowance.ts";
export { type Grants, grantsOf, noGrants } from "./permissions/grants.ts";
export { type OpenedRun, openRun, type ResumeOptions, type ResumeResult, resume } from "./resume.ts";
export type { Agent, AgentInfo, Capability } from "./session/agents.ts";
export { capabilityOf } from "./session/agents.ts";
export { defaultMaxArtifactBytes } from "./session/artifacts.ts";
export { type AgentCall, createDispatcher, type Dispatcher, type SequenceResult, type Step } from "./session/dispatch.ts";
export { decodeEntry, type Entry, type EntryType, entryTypes } from "./session/entry.ts";
export { type Result, type SessionError, type SessionErrorCode, sessionErrorCodes, take } from "./session/errors.ts";
export type { Invoked } from "./session/invoke.ts";
export { type PlanOptions, planCalls, readCalls } from "./session/planner.ts";
export {
  type CreateOptions,
  createSession,
  loadSession,
  readSession,
  type Session,
  type SessionOptions,
  type WriteOptions,
} from "./session/session.ts";
export type { ArtifactInfo, SessionView, Snapshot, VersionedValue } from "./session/view.ts";
