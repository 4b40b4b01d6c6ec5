/** A module's default export, or why there is none. */
export type Evaluated = { readonly kind: "ok"; readonly value: unknown } | { readonly kind: "failed"; readonly reason: string };

/** The longest time that a module may take to load. */
const timeoutMs = 10_000;
const maxDepth = 64;

/**
 * Loads a bundled module for its default export, as a copy whose objects and lists are plain. `undefined` where it has none.
 * This runs code of the project.
 */
export async function evaluate(bundle: string): Promise<Evaluated> {
  const stop = new AbortController();
  try {
    const loaded = import(`data:text/javascript;base64,${Buffer.from(bundle).toString("base64")}`);
    const module = await Promise.race([loaded, timeout(stop.signal)]);
    return { kind: "ok", value: plain(module.default, maxDepth) };
  } catch (error) {
    return { kind: "failed", reason: firstLine(error) };
  } finally {
    stop.abort();
  }
}

/** Rejects when the time is over; a timer also keeps Node awake, which otherwise exits on a promise that never settles. */
function timeout(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not load within ${timeoutMs / 1000} s`)), timeoutMs);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}

/** Functions and other values stay as they are: whoever decodes the copy tells what is wrong with them. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) throw new Error("its default export is nested too deep");
  if (Array.isArray(value)) return value.map((item) => plain(item, depth - 1));
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field, depth - 1)]));
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? `${error.name === "Error" ? "" : `${error.name}: `}${error.message}` : String(error);
  return message.split("\n")[0] ?? "";
}
