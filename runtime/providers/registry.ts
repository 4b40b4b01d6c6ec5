import type { OpenaiOptions } from "./openai.ts";
import type { Provider } from "./provider.ts";

/** Finds the provider of a model, loading it when first asked for. */
export type ProviderRegistry = (name: string) => Promise<Provider>;

/** A registry with its own instances, so that what a provider learns of a model lives as long as the registry. */
export function providerRegistry(options: Partial<OpenaiOptions> = {}): ProviderRegistry {
  const loaded = new Map<string, Promise<Provider>>();
  return (name) => {
    const kind = isOffline(name) ? name : "openai";
    const provider = loaded.get(kind) ?? loaders[kind](options);
    loaded.set(kind, provider);
    return provider;
  };
}

/** Providers that ask no server. */
const offline = ["sim", "scripted", "recorded"] as const;

/** Whether a provider answers without a server, a key and a price. */
export function isOffline(name: string): name is (typeof offline)[number] {
  return offline.some((known) => known === name);
}

const loaders = {
  sim: async () => (await import("./sim.ts")).sim,
  scripted: async () => (await import("./scripted.ts")).scriptedProvider(),
  recorded: async () => (await import("./recorded.ts")).recordedProvider(),
  openai: async (options: Partial<OpenaiOptions>) => (await import("./openai.ts")).openaiProvider(options),
};
