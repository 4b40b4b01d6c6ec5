import colors from "picocolors";
import type { Json } from "../../compiler/ir/json.ts";

/** A status in its colour. */
export function paintStatus(status: string, color = false): string {
  const paint = colors.createColors(color);
  if (status === "ok") return paint.green(status);
  return ["running", "waiting", "interrupted", "cancelled"].includes(status) ? paint.yellow(status) : paint.red(status);
}

/** A bar of the tree: red where something went wrong. */
export function paintBar(bar: string, isOk: boolean, color = false): string {
  const paint = colors.createColors(color);
  return isOk ? paint.cyan(bar) : paint.red(bar);
}

/** Tokens in and out: `1.2k→340`; empty where nothing was counted. Cached ones count as in, reasoning as out. */
export function formatTokens(row: Readonly<Record<string, Json>>): string {
  const sum = (...names: readonly string[]) => names.reduce((total, name) => total + Number(row[name] ?? 0), 0);
  const [input, output] = [sum("input_tokens", "cached_tokens"), sum("output_tokens", "reasoning_tokens")];
  return input + output === 0 ? "" : `${short(input)}→${short(output)}`;
}

/** Dollars for people: `$1.25`, and small ones to two digits, `$0.00042`. */
export function formatUsd(usd: number): string {
  return usd >= 0.01 || usd === 0 ? `$${usd.toFixed(2)}` : `$${Number(usd.toPrecision(2)).toFixed(2 + Math.ceil(-Math.log10(usd) - 1))}`;
}

/** What a run cost, `$1.25`; empty where no price is told. */
export function formatCost({ cost_usd: usd }: Readonly<Record<string, Json>>): string {
  return typeof usd === "number" ? formatUsd(usd) : "";
}

function short(count: number): string {
  if (count < 1000) return String(count);
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

/** A size for people: `340 B`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
