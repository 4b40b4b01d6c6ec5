import type { ResolvedModelConfig } from "../config.ts";
import { closest } from "../diagnostics/closest.ts";
import { configBadModel, configBadUrl, configKeyInUrl, configUnknownProvider } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Price } from "../ir/plan.ts";
import { providerNames } from "../ir/providers.ts";
import type { Span } from "../ir/span.ts";
import { type Field, members, mismatch, nameOf, numberIn, spanOf, table, text, wholeFrom } from "./read.ts";

/** The highest price per million tokens that is taken for one. */
const maxPrice = 1_000_000;

/** The temperature of a role that gives none; other roles leave it to the provider. */
const roleTemperatures: Readonly<Record<string, number>> = { thinker: 1, worker: 0, default: 0.8 };

/**
 * Splits `provider:name` at the first colon. Null, and a finding, where it names no model: `config/bad-model` or
 * `config/unknown-provider`.
 */
export function parseModelSpec(
  spec: string,
  span: Span | null,
  report: Report,
): { readonly provider: string; readonly name: string } | null {
  const colon = spec.indexOf(":");
  const [provider, name] = [spec.slice(0, Math.max(colon, 0)), spec.slice(colon + 1).trim()];
  if (colon < 1 || name === "") {
    const suggestion = name !== "" && colon === -1 ? suggestProvider(name) : null;
    report(configBadModel(span, { spec, suggestion: suggestion === null ? null : `${suggestion}:${name}` }));
    return null;
  }
  if (providerNames.some((known) => known === provider)) return { provider, name };
  report(configUnknownProvider(span, { provider, closest: closest(provider, providerNames) }));
  return null;
}

/** The base URLs of `providers`, by provider. */
export function decodeProviders(field: Field | undefined): Readonly<Record<string, string>> {
  if (!field) return {};
  const known = Object.entries(table(field, providerNames));
  const urls = known.map(([name, entry]) => [name, url(table(entry, ["base_url"]).base_url)] as const);
  return Object.fromEntries(urls.filter((entry): entry is readonly [string, string] => entry[1] !== null));
}

/** The models by role. One whose spec is wrong has been reported and stays, so that what refers to it is no second finding. */
export function decodeModels(
  field: Field | undefined,
  baseUrls: Readonly<Record<string, string>>,
): Readonly<Record<string, ResolvedModelConfig>> {
  if (!field) return {};
  return Object.fromEntries(members(field).map((entry) => [entry.path.at(-1) ?? "", decodeModel(entry, baseUrls)]));
}

function decodeModel(field: Field, baseUrls: Readonly<Record<string, string>>): ResolvedModelConfig {
  const short = typeof field.value === "string";
  const entry = short
    ? { name: field }
    : table(field, ["name", "temperature", "max_tokens", "seed", "base_url", "context_tokens", "price"]);
  const spec = entry.name ? text(entry.name) : missingName(field);
  const model = spec === null ? null : parseModelSpec(spec, spanOf(entry.name ?? field), field.report);
  const { provider, name } = model ?? { provider: "openai", name: spec ?? "" };
  return {
    provider,
    name,
    temperature: numberIn(entry.temperature, 0, 2) ?? roleTemperatures[field.path.at(-1) ?? ""] ?? null,
    maxTokens: wholeFrom(entry.max_tokens, 1),
    seed: wholeFrom(entry.seed, 0),
    baseUrl: url(entry.base_url) ?? baseUrls[provider] ?? null,
    contextTokens: wholeFrom(entry.context_tokens, 1),
    price: decodePrice(entry.price),
    span: spanOf(entry.name ?? field),
  };
}

/** Null where it is not told, or where one of what it must tell is missing, which has been reported. */
function decodePrice(field: Field | undefined): Price | null {
  if (!field) return null;
  const entry = table(field, ["input", "cached", "output"]);
  const [input, output] = [numberIn(entry.input, 0, maxPrice), numberIn(entry.output, 0, maxPrice)];
  if (!entry.input || !entry.output) return mismatch(field, "`input` and `output`, in US dollars per million tokens");
  if (input === null || output === null) return null;
  return { input, cached: numberIn(entry.cached, 0, maxPrice) ?? input, output };
}

function missingName(field: Field): null {
  if (typeof field.value === "object" && field.value !== null)
    field.report(configBadModel(spanOf(field, "key"), { spec: "", suggestion: null }));
  return null;
}

function url(field: Field | undefined): string | null {
  const given = text(field);
  if (!field || given === null) return null;
  const isGood = /^https?:\/\/[^\s/]/i.test(given) && URL.canParse(given);
  if (!isGood) field.report(configBadUrl(spanOf(field), { key: nameOf(field), found: given }));
  else if (holdsKey(new URL(given))) field.report(configKeyInUrl(spanOf(field, "key"), { key: nameOf(field) }));
  else return given;
  return null;
}

function holdsKey({ password, searchParams }: URL): boolean {
  return password !== "" || [...searchParams.keys()].some((name) => /(key|token|secret|password)$/i.test(name));
}

/** The provider that a bare model name most likely belongs to. */
function suggestProvider(name: string): string | null {
  const families: readonly (readonly [RegExp, string])[] = [
    [/^claude/i, "anthropic"],
    [/^(gpt|o\d|chatgpt)/i, "openai"],
    [/^gemini/i, "google"],
    [/^(llama|qwen|mistral|gemma|phi|deepseek)/i, "ollama"],
  ];
  return families.find(([family]) => family.test(name))?.[1] ?? null;
}
