import type { Located, ModelChoice, ParsedAgent, ParsedStep } from "../2-parse/types.ts";
import { parseModelSpec } from "../config/models.ts";
import type { ProjectConfig } from "../config.ts";
import { closest } from "../diagnostics/closest.ts";
import { resolveNoModels, resolveRoleFallsBack, resolveUnknownRole, resolveUnknownRoleNotes } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { PlanModel } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import { configPlace } from "./config-place.ts";

/** A prompt that needs a model. `role` is that of its pattern, for where neither it nor its agent names one. */
export interface Need {
  readonly step: ParsedStep;
  readonly agent: ParsedAgent;
  readonly role: string;
}

/** Models while they are bound. */
export interface Models {
  /** The id of the model that a prompt calls; null where there is none. */
  readonly bind: (need: Need) => string | null;
  /** What has been bound, by id. */
  readonly bound: ReadonlyMap<string, PlanModel>;
  /** Reports the roles that no model has: each once, however many ask for it. */
  readonly close: () => void;
}

/** Roles that patterns give by themselves: that a config leaves one to `default` is no oversight. */
const builtInRoles = ["thinker", "worker", "default"];

/** Binds prompts to models: step before agent before the pattern's role before `default`. */
export function openModels(config: ProjectConfig, report: Report): Models {
  const bound = new Map<string, PlanModel>();
  const missing = new Map<string, Span[]>();
  return {
    bound,
    bind: (need) => {
      const choice = choose(need);
      const model = choice.name ? direct(choice.name, config, report) : byRole(choice, need, { config, missing, report });
      if (!model) return null;
      const id = idOf(model, choice);
      if (!bound.has(id)) bound.set(id, withOverrides(model, choice));
      return id;
    },
    close: () => reportMissing(config, missing, report),
  };
}

interface Choice {
  readonly name: Located<string> | null;
  readonly role: Located<string> | null;
  readonly temperature: number | null;
  readonly maxTokens: number | null;
  readonly seed: number | null;
}

/** A step that names a model of its own takes nothing from its agent's; else its parameters stand over the agent's. */
function choose({ step, agent }: Need): Choice {
  const [own, inherited] = [step.model, step === agent.body ? null : agent.body.model];
  const outer: ModelChoice | null = own?.name || own?.role ? null : inherited;
  const named = outer ?? own;
  return {
    name: named?.name ?? null,
    role: named?.role ?? null,
    temperature: own?.temperature?.value ?? outer?.temperature?.value ?? null,
    maxTokens: own?.maxTokens?.value ?? outer?.maxTokens?.value ?? null,
    seed: own?.seed?.value ?? outer?.seed?.value ?? null,
  };
}

const unset = { temperature: null, maxTokens: null, seed: null, baseUrl: null } as const;

/** What it costs and how much it takes is a fact of a model, whoever names it. */
function direct(name: Located<string>, { models }: ProjectConfig, report: Report): PlanModel | null {
  const spec = parseModelSpec(name.value, name.span, report);
  if (!spec) return null;
  const same = Object.values(models).filter((model) => model.provider === spec.provider && model.name === spec.name);
  const contextTokens = same.find((model) => model.contextTokens !== null)?.contextTokens ?? null;
  const price = same.find((model) => model.price !== null)?.price ?? null;
  return { ...unset, role: "custom", provider: spec.provider, name: spec.name, contextTokens, price };
}

interface Roles {
  readonly config: ProjectConfig;
  readonly missing: Map<string, Span[]>;
  readonly report: Report;
}

function byRole(choice: Choice, { step, agent, role: patternRole }: Need, { config, missing, report }: Roles): PlanModel | null {
  const wanted = choice.role?.value ?? patternRole;
  const role = Object.hasOwn(config.models, wanted) ? wanted : "default";
  const found = Object.hasOwn(config.models, role) ? config.models[role] : undefined;
  if (!found) {
    const span = choice.role?.span ?? (step === agent.body ? agent.pattern.span : step.span);
    missing.set(wanted, [...(missing.get(wanted) ?? []), span]);
    return null;
  }
  if (choice.role && role !== wanted && !builtInRoles.includes(wanted)) {
    report(resolveRoleFallsBack(choice.role.span, { role: wanted, closest: closest(wanted, Object.keys(config.models)) }));
  }
  const { span: _, ...model } = found;
  return { role, ...model };
}

function withOverrides(model: PlanModel, { temperature, maxTokens, seed }: Choice): PlanModel {
  return { ...model, temperature: temperature ?? model.temperature, maxTokens: maxTokens ?? model.maxTokens, seed: seed ?? model.seed };
}

/** `thinker`, `thinker temperature=0.2`, `openai:gpt-4o`. */
function idOf(model: PlanModel, { temperature, maxTokens, seed }: Choice): string {
  const base = model.role === "custom" ? `${model.provider}:${model.name}` : model.role;
  const overrides = Object.entries({ temperature, max_tokens: maxTokens, seed }).filter(([, value]) => value !== null);
  return [base, ...overrides.map(([key, value]) => `${key}=${value}`)].join(" ");
}

function reportMissing(config: ProjectConfig, missing: ReadonlyMap<string, readonly Span[]>, report: Report): void {
  if (config.broken) return;
  const [first] = [...missing.values()].flat();
  if (first && Object.keys(config.models).length === 0) {
    report(resolveNoModels(first, configPlace(config, "models", "default")));
    return;
  }
  for (const [role, [span, ...others]] of missing) {
    const related = others.slice(0, 4).map((other) => resolveUnknownRoleNotes.other(other));
    report(resolveUnknownRole(span ?? null, { role, ...configPlace(config, "models", role) }, related));
  }
}
