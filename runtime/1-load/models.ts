import { runBadBaseUrl, runBadModelSpec, runMissingKey } from "../../compiler/diagnostics/codes.generated.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { Plan, PlanModel } from "../../compiler/ir/plan.ts";
import type { RunModel } from "../3-task/task.ts";
import { factsOf, providers } from "../providers/providers.ts";
import { isOffline } from "../providers/registry.ts";
import { plainSim, readSimOptions } from "../providers/sim-options.ts";
import { shownUrl } from "../providers/trouble.ts";
import { type Environment, environment, type Found, numberFrom } from "./model-env.ts";

export interface ModelOptions {
  /** `--model`: `sim`, `scripted:FILE` or `provider:name`, for every model of the plan; null for none. */
  readonly override: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The models of a run. `notes` tell what was overridden, one line each, for people and for the record; `servers` are the base URLs that
 * nobody but the plan names.
 */
export type ResolvedModels =
  | {
      readonly kind: "ok";
      readonly models: Readonly<Record<string, RunModel>>;
      readonly notes: readonly string[];
      readonly servers: readonly string[];
    }
  | { readonly kind: "failed"; readonly diagnostics: readonly Diagnostic[] };

/**
 * Applies the command line and the environment to the plan's models and looks for their keys. Only models of the plan are
 * asked for. Reports `run/bad-model-spec`, `run/missing-key`, `run/bad-base-url`.
 *
 * Precedence, as the Rust tama has it: name by `TAMA_MODEL_R_NAME`; base URL by `TAMA_MODEL_R_BASE_URL`,
 * `TAMA_PROVIDER_P_BASE_URL`, the plan, `OPENAI_BASE_URL`; key by `TAMA_MODEL_R_API_KEY`, then the provider's own. A model
 * that an agent names itself has no role and is looked up by `TAMA_PROVIDER_P_*` alone.
 */
export function resolveModels(plan: Pick<Plan, "models">, { override, env }: ModelOptions): ResolvedModels {
  const spec = override === null ? null : parseSpec(override, "--model");
  if (spec !== null && "code" in spec) return { kind: "failed", diagnostics: [spec] };
  const found = environment(env);
  const resolved = Object.entries(plan.models).map(([id, model]) => [id, resolveModel(model, spec, found)] as const);
  const diagnostics = distinct(resolved.flatMap(([, { diagnostics }]) => diagnostics));
  if (diagnostics.length > 0) return { kind: "failed", diagnostics };
  const notes = [
    ...(override === null ? [] : [`every model: ${override} (--model)`]),
    ...new Set(resolved.flatMap(([, { notes }]) => notes)),
  ];
  const servers = [...new Set(resolved.flatMap(([, { server }]) => server ?? []))];
  return { kind: "ok", models: Object.fromEntries(resolved.map(([id, { model }]) => [id, model])), notes, servers };
}

interface Spec {
  readonly provider: string;
  readonly name: string;
}

interface Resolved {
  readonly model: RunModel;
  /** Where it is asked, if the plan alone says so. */
  readonly server: string | null;
  readonly notes: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The role under which agents name a model themselves. */
const custom = "custom";

function resolveModel(model: PlanModel, override: Spec | null, env: Environment): Resolved {
  const role = model.role === custom ? null : model.role;
  const named = override === null && role !== null ? env.role(role, "NAME") : null;
  const own: Spec = { provider: model.provider, name: model.name };
  const spec = override ?? (named ? parseSpec(named.value, named.variable) : own);
  if ("code" in spec)
    return {
      model: { ...own, ...parameters(model, null, null), baseUrl: null, keyEnv: null },
      server: null,
      notes: [],
      diagnostics: [spec],
    };
  const temperature = role === null ? null : env.role(role, "TEMPERATURE");
  const maxTokens = role === null ? null : env.role(role, "MAX_TOKENS");
  const base = baseUrlOf(model, spec, role, env);
  const key = keyOf(spec, override === null ? role : null, env);
  const notes = [named, temperature, maxTokens, base.found].flatMap((found) => (found ? [noteOf(model, found)] : []));
  const diagnostics = [...(key.diagnostic ? [key.diagnostic] : []), ...(base.diagnostic ? [base.diagnostic] : [])];
  const resolved = { ...spec, baseUrl: base.url, keyEnv: key.variable, ...parameters(model, temperature, maxTokens) };
  return { model: resolved, server: base.found ? null : base.url, notes, diagnostics };
}

/** Numbers that cannot be read are left out, as the note on them says. */
function parameters(
  model: PlanModel,
  temperature: Found | null,
  maxTokens: Found | null,
): Pick<RunModel, "temperature" | "maxTokens" | "seed"> {
  return {
    temperature: numberFrom(temperature) ?? model.temperature,
    maxTokens: numberFrom(maxTokens) ?? model.maxTokens,
    seed: model.seed,
  };
}

function parseSpec(text: string, source: string): Spec | Diagnostic {
  if (text === plainSim) return { provider: "sim", name: plainSim };
  const bad = (reason: string) => runBadModelSpec(null, { source, spec: text, reason, providers: Object.keys(providers).join(", ") });
  const colon = text.indexOf(":");
  if (colon === -1) return bad("there is no provider before a colon");
  const [provider, name] = [text.slice(0, colon), text.slice(colon + 1)];
  if (provider === "sim") {
    const options = readSimOptions(name);
    return typeof options === "string" ? bad(options) : { provider, name };
  }
  if (provider === "scripted") return name === "" ? bad("the scenario's file is missing") : { provider, name };
  if (provider === "recorded") return name === "" ? bad("the run is missing") : { provider, name };
  if (!factsOf(provider)) return bad(`the provider ${provider || "before the colon"} is not known`);
  return name === "" ? bad("the name is empty") : { provider, name };
}

/** The plan's base URL belongs to the plan's provider: another provider does not inherit it. */
function baseUrlOf(
  model: PlanModel,
  { provider }: Spec,
  role: string | null,
  env: Environment,
): { url: string | null; found: Found | null; diagnostic: Diagnostic | null } {
  if (isOffline(provider)) return { url: null, found: null, diagnostic: null };
  const inherited = provider === model.provider ? model.baseUrl : null;
  const own = (role === null ? null : env.role(role, "BASE_URL")) ?? env.provider(provider, "BASE_URL");
  const last = provider === "openai" && inherited === null ? env.named("OPENAI_BASE_URL") : null;
  const found = own ?? last;
  const url = found?.value ?? inherited;
  const isGood = url === null || (URL.canParse(url) && /^https?:/.test(url));
  const source = found?.variable ?? "the plan";
  return { url, found, diagnostic: isGood ? null : runBadBaseUrl(null, { provider, url: shownUrl(url), source }) };
}

function keyOf(
  { provider, name }: Spec,
  role: string | null,
  env: Environment,
): { variable: string | null; diagnostic: Diagnostic | null } {
  const usual = factsOf(provider)?.keyEnv ?? null;
  const own = role === null ? env.provider(provider, "API_KEY") : env.role(role, "API_KEY");
  const found = own ?? (usual === null ? null : env.named(usual));
  if (found || usual === null) return { variable: found?.variable ?? null, diagnostic: null };
  const first = role === null ? env.nameOfProvider(provider, "API_KEY") : env.nameOfRole(role, "API_KEY");
  const diagnostic = runMissingKey(null, { model: `${provider}:${name}`, provider, variables: `${first} or ${usual}` });
  return { variable: usual, diagnostic };
}

/** Names what replaced what; of a URL only what cannot be secret, of a bad number that it is none. */
function noteOf({ role, name }: PlanModel, found: Found): string {
  const { variable, value, kind } = found;
  const who = role === custom ? `model ${name}` : `model ${role}`;
  const isNumeric = kind === "number" || kind === "count";
  if (isNumeric && numberFrom(found) === null) return `${who}: ${variable} holds no ${kind} and changes nothing`;
  return `${who}: ${kind === "url" ? shownUrl(value) : value} (${variable})`;
}

function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [diagnostic.message, diagnostic])).values()];
}
