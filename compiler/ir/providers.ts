/** The providers that a model can be called through, as `provider:name` has them. All speak OpenAI's wire format. */
export const providerNames = ["anthropic", "openai", "google", "ollama"] as const;

export type ProviderName = (typeof providerNames)[number];
