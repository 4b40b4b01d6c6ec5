import type { Provider } from "./provider.ts";

/** Finds the provider of a model, loading it when first asked for. */
export type ProviderRegistry = (name: string) => Promise<Provider>;

/** A registry with its own instances, so that what a provider learns of a model lives as long as the registry. */
export function providerRegistry(): ProviderRegistry {
  const loaded = new Map<string, Promise<Provider>>();
  return (name) => {
    const kind = name === "sim" || name === "scripted" ? name : "openai";
    const provider = loaded.get(kind) ?? loaders[kind]();
    loaded.set(kind, provider);
    return provider;
  };
}

const loaders = {
  sim: async () => (await import("./sim.ts")).sim,
  scripted: async () => (await import("./scripted.ts")).scriptedProvider(),
  openai: async () => (await import("./openai.ts")).openaiProvider(),
};
