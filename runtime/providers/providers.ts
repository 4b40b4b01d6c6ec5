import type { ProviderName } from "../../compiler/ir/providers.ts";

/** What is known of a provider before anything is configured. */
export interface ProviderFacts {
  readonly baseUrl: string;
  /** The environment variable that usually holds its key; null where none is needed. */
  readonly keyEnv: string | null;
}

/** Every provider that speaks OpenAI's wire format, by its prefix in `provider:model`. */
export const providers: Readonly<Record<ProviderName, ProviderFacts>> = {
  anthropic: { baseUrl: "https://api.anthropic.com/v1/", keyEnv: "ANTHROPIC_API_KEY" },
  google: {
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai/",
    keyEnv: "GEMINI_API_KEY",
  },
  ollama: { baseUrl: "http://localhost:11434/v1/", keyEnv: null },
  openai: { baseUrl: "https://api.openai.com/v1/", keyEnv: "OPENAI_API_KEY" },
};

/** The facts of a provider; undefined for one that is not known. */
export function factsOf(provider: string): ProviderFacts | undefined {
  return isKnown(provider) ? providers[provider] : undefined;
}

function isKnown(provider: string): provider is ProviderName {
  return Object.hasOwn(providers, provider);
}

/** What stands where a server asks for a key and needs none. */
export const noKey = "ollama";
