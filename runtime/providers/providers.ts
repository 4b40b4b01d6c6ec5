/** What is known of a provider before anything is configured. */
export interface ProviderFacts {
  readonly baseUrl: string;
  /** The environment variable that usually holds its key; null where none is needed. */
  readonly keyEnv: string | null;
  /** The request field that bounds the length of an answer. Other servers at another base URL are asked with `max_tokens`. */
  readonly lengthField: "max_tokens" | "max_completion_tokens";
}

/** Every provider that speaks OpenAI's wire format, by its prefix in `provider:model`. */
export const providers: Readonly<Record<string, ProviderFacts>> = {
  anthropic: { baseUrl: "https://api.anthropic.com/v1/", keyEnv: "ANTHROPIC_API_KEY", lengthField: "max_tokens" },
  google: {
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai/",
    keyEnv: "GEMINI_API_KEY",
    lengthField: "max_tokens",
  },
  ollama: { baseUrl: "http://localhost:11434/v1/", keyEnv: null, lengthField: "max_tokens" },
  openai: { baseUrl: "https://api.openai.com/v1/", keyEnv: "OPENAI_API_KEY", lengthField: "max_completion_tokens" },
};

/** The facts of a provider; undefined for one that is not known. */
export function factsOf(provider: string): ProviderFacts | undefined {
  return Object.hasOwn(providers, provider) ? providers[provider] : undefined;
}

/** What stands where a server asks for a key and needs none. */
export const noKey = "ollama";
