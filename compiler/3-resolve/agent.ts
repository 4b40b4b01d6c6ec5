import type { Pattern } from "../../stdlib/pattern.ts";
import { patterns } from "../../stdlib/patterns/index.ts";
import type { WorkerSource } from "../1-source/types.ts";
import type { ParsedAgent, ParsedProject, ParsedStep } from "../2-parse/types.ts";
import { resolveNoWorker, resolveUnusedWorker } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { bug } from "../ir/unreachable.ts";
import type { Models } from "./models.ts";
import type { ResolvedAgent, ResolvedStep } from "./types.ts";
import { fieldValues } from "./values.ts";

/** What binding an agent needs besides it. */
export interface Scope {
  readonly project: ParsedProject;
  readonly agents: ReadonlySet<string>;
  readonly models: Models;
  readonly report: Report;
}

/** Binds an agent's prompts and worker. Its references have been checked. */
export function bindAgent(agent: ParsedAgent, scope: Scope): ResolvedAgent {
  const pattern = patterns[agent.pattern.value];
  if (!pattern) throw bug(`${agent.directory} has an unknown pattern`);
  const isPrompt = pattern.body === "ask" || pattern.body === "act";
  const bodyModel = isPrompt ? scope.models.bind({ step: agent.body, agent, role: pattern.role ?? "default" }) : null;
  const steps = agent.steps.map((step) => [step.name, bindStep(step, scope.models.bind({ step, agent, role: roleOf(step) }))] as const);
  const calls = new Set(agent.references.map(({ name }) => name.value).filter((name) => scope.agents.has(name)));
  return {
    name: agent.directory,
    description: agent.description.value,
    version: agent.version.value,
    pattern,
    fields: fieldValues(agent, scope.agents),
    body: bindStep(agent.body, bodyModel),
    steps: Object.fromEntries(steps),
    worker: bindWorker(agent, pattern, scope),
    maxIter: agent.body.maxIter?.value ?? null,
    onError: agent.onError?.value ?? null,
    input: null,
    output: null,
    keys: null,
    attempts: agent.attempts?.value ?? 1,
    limits: agent.limits,
    calls: [...calls].sort(),
    span: agent.body.span,
    fieldSpans: Object.fromEntries(Object.entries(agent.fields).map(([name, field]) => [name, field.span])),
  };
}

function bindStep(step: ParsedStep, model: string | null): ResolvedStep {
  return {
    name: step.name,
    kind: step.kind,
    model,
    skills: step.kind === "act" ? step.uses.map(({ value }) => value) : [],
    maxTurns: step.maxIter?.value ?? null,
    body: step.body.value,
    span: step.span,
  };
}

function roleOf(step: ParsedStep): string {
  return step.kind === "act" ? "thinker" : "worker";
}

function bindWorker({ directory, file, pattern: named }: ParsedAgent, pattern: Pattern, { project, report }: Scope): WorkerSource | null {
  const worker = Object.hasOwn(project.workers, directory) ? project.workers[directory] : undefined;
  const path = file.replace(/AGENT\.md$/, "worker.ts");
  if (pattern.body === "code" && !worker && !project.unread.files.includes(path)) report(resolveNoWorker(named.span, { file: path }));
  if (pattern.body !== "code" && worker) report(resolveUnusedWorker(named.span, { file: worker.path }));
  return (pattern.body === "code" && worker) || null;
}
