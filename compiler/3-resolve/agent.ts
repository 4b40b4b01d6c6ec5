import type { Pattern } from "../../stdlib/pattern.ts";
import { shippedWorkers } from "../../stdlib/workers/shipped.ts";
import type { WorkerSource } from "../1-source/types.ts";
import type { FieldValue, Located, ParsedAgent, ParsedProject, ParsedStep, ParsedType } from "../2-parse/types.ts";
import { closest } from "../diagnostics/closest.ts";
import { resolveNoWorker, resolveTwoWorkers, resolveUnknownWorker, resolveUnusedWorker } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { idPart } from "../ir/path.ts";
import type { Span } from "../ir/span.ts";
import { type Type, text } from "../ir/types.ts";
import { type Expressions, guardsOf, templateOf, typeOf } from "./expressions.ts";
import type { Models } from "./models.ts";
import type { ResolvedAgent, ResolvedStep } from "./types.ts";
import { fieldValues } from "./values.ts";

/** What binding an agent needs besides it. */
export interface Scope {
  readonly project: ParsedProject;
  readonly agents: ReadonlySet<string>;
  readonly models: Models;
  readonly expressions: Expressions;
  readonly report: Report;
}

/** Binds an agent's prompts and worker. Its references have been checked. */
export function bindAgent(agent: ParsedAgent, scope: Scope): ResolvedAgent {
  const pattern = agent.definition;
  const isPrompt = pattern.body === "ask" || pattern.body === "act";
  const typed = pattern.body !== "code";
  const input = typed && agent.input ? typeOf(agent.input, scope.expressions) : null;
  const guards = guardsOf(agent, scope.expressions);
  const bind = (step: ParsedStep, model: string | null) => bindStep(step, model, templateOf(step, input ?? text, scope.expressions));
  const bodyModel = isPrompt ? scope.models.bind({ step: agent.body, agent, role: pattern.role ?? "default" }) : null;
  const steps = agent.steps.map((step) => [step.name, bind(step, scope.models.bind({ step, agent, role: roleOf(step) }))] as const);
  const calls = new Set(agent.references.map(({ name }) => name.value).filter((name) => scope.agents.has(name)));
  return {
    name: agent.directory,
    description: agent.description.value,
    version: agent.version.value,
    pattern,
    patternSpan: scope.project.config.patterns.find((own) => own.pattern === pattern)?.span ?? null,
    fields: fieldValues(agent, { agents: scope.agents, guards, types: typesOf(agent, scope.expressions) }),
    body: isPrompt ? bind(agent.body, bodyModel) : bindStep(agent.body, bodyModel, null),
    steps: Object.fromEntries(steps),
    worker: bindWorker(agent, pattern, scope),
    maxIter: agent.body.maxIter?.value ?? null,
    onError: agent.onError?.value ?? null,
    input,
    output: typed && agent.output ? typeOf(agent.output, scope.expressions) : null,
    keys: agent.keys?.map(({ value }) => value) ?? null,
    guards: [...guards.values()],
    attempts: agent.attempts?.value ?? 1,
    limits: agent.limits.values,
    limitSpans: agent.limits.spans,
    calls: [...calls].sort(),
    span: agent.body.span,
    fieldSpans: fieldSpans(agent),
  };
}

/** The types that fields name. */
function typesOf({ fields }: ParsedAgent, expressions: Expressions): ReadonlyMap<FieldValue, Type> {
  return new Map(
    Object.values(fields).flatMap((field) => (field.kind === "type" ? [[field, typeOf(field.type, expressions)] as const] : [])),
  );
}

function bindStep(step: ParsedStep, model: string | null, template: ResolvedStep["template"]): ResolvedStep {
  return {
    name: step.name,
    kind: step.kind,
    model,
    skills: step.kind === "act" ? step.uses.map(({ value }) => value) : [],
    maxTurns: step.maxIter?.value ?? null,
    body: step.body.value,
    template,
    span: step.span,
  };
}

/** Where fields stand, and what they name: of one that is named twice, the second as `name~2`. */
function fieldSpans({ fields, input, output }: ParsedAgent): ReadonlyMap<string, Span> {
  const spans = new Map<string, Span>();
  if (input) spans.set("input", spanOfType(input));
  if (output) spans.set("output", spanOfType(output));
  for (const [name, field] of Object.entries(fields)) {
    spans.set(name, field.span);
    const members = field.kind === "agents" ? field.names : field.kind === "states" ? field.states.map((state) => state.name) : [];
    const uses = new Map<string, number>();
    for (const member of members) {
      const id = `${name}/${idPart(member.value)}`;
      const use = (uses.get(id) ?? 0) + 1;
      uses.set(id, use);
      spans.set(use === 1 ? id : `${id}~${use}`, member.span);
    }
  }
  return spans;
}

function spanOfType(type: ParsedType): Span {
  return type.kind === "text" ? type.source.span : type.span;
}

function roleOf(step: ParsedStep): string {
  return step.kind === "act" ? "thinker" : "worker";
}

function bindWorker(agent: ParsedAgent, pattern: Pattern, { project, report }: Scope): WorkerSource | null {
  const { directory, file, pattern: named } = agent;
  const worker = Object.hasOwn(project.workers, directory) ? project.workers[directory] : undefined;
  if (pattern.body !== "code" && worker) report(resolveUnusedWorker(named.span, { file: worker.path }));
  if (pattern.body !== "code") return null;
  if (agent.worker) return bindNamedWorker(agent.worker, worker, report);
  const path = file.replace(/AGENT\.md$/, "worker.ts");
  if (!worker && !project.unread.files.includes(path)) report(resolveNoWorker(named.span, { file: path }));
  return worker ?? null;
}

/** A worker that comes with tama; a worker.ts beside it is one too many. */
function bindNamedWorker({ value, span }: Located<string>, worker: WorkerSource | undefined, report: Report): WorkerSource | null {
  if (worker && worker.path === value) return worker;
  const names = Object.keys(shippedWorkers).map((name) => `std/${name}`);
  const near = names.find((name) => name === `std/${value}`) ?? closest(value, names);
  report(worker ? resolveTwoWorkers(span, { name: value, file: worker.path }) : resolveUnknownWorker(span, { name: value, closest: near }));
  return null;
}
