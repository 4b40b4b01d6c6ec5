import type { JsonObject } from "./json.ts";
import { type Limits, noLimits } from "./plan.ts";

/** A limit by the word that people use for it, and how its amount is written. */
export interface LimitKind {
  readonly field: keyof Limits;
  /** What is counted, for messages. */
  readonly unit: string;
  readonly expected: string;
  /** What of it a JSON Schema can say. */
  readonly schema: JsonObject;
  /** The amount that a number or a text stands for; null for any other. */
  readonly read: (value: unknown) => number | null;
}

export type LimitName = "calls" | "tokens" | "wall" | "usd" | "items" | "concurrency";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const duration = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6 };
const count = /^(\d+(?:\.\d+)?)([kM]?)$/;
const money = /^\d+(?:\.\d+)?$/;

const counted = {
  expected: "a whole number from 1, such as `40`, `200k` or `1.5M`",
  schema: {
    anyOf: [
      { type: "integer", minimum: 1 },
      { type: "string", pattern: count.source },
    ],
  },
  read: readCount,
} as const;

/** Every limit. One reader serves agents, configs and command lines. */
export const limitKinds: Readonly<Record<LimitName, LimitKind>> = {
  calls: { field: "calls", unit: "model calls", ...counted },
  tokens: { field: "tokens", unit: "tokens", ...counted },
  wall: {
    field: "wallMs",
    unit: "of time at work",
    expected: "a time such as `30s`, `10m` or `1h30m`",
    schema: { type: "string", pattern: duration.source },
    read: readDuration,
  },
  usd: {
    field: "usd",
    unit: "USD",
    expected: "a number above 0, such as `2.50`",
    schema: {
      anyOf: [
        { type: "number", exclusiveMinimum: 0 },
        { type: "string", pattern: money.source },
      ],
    },
    read: readMoney,
  },
  items: { field: "items", unit: "items", ...counted },
  concurrency: { field: "concurrency", unit: "model calls at once", ...counted },
};

/** The limits in the order in which they are told. */
export const limitNames = Object.keys(limitKinds) as readonly LimitName[]; // Object.keys forgets the keys' type

/** Limits of what is known of each; the others are none. */
export function limitsOf(amount: (name: LimitName) => number | null | undefined): Limits {
  const given = limitNames.map((name) => [limitKinds[name].field, amount(name) ?? null] as const);
  return { ...noLimits, ...Object.fromEntries(given) };
}

function readCount(value: unknown): number | null {
  const [, number, unit = ""] = count.exec(textOf(value)) ?? [];
  const amount = number === undefined ? 0 : Math.round(Number(number) * (factors[unit] ?? 1) * 1e6) / 1e6;
  return Number.isSafeInteger(amount) && amount >= 1 ? amount : null;
}

function readDuration(value: unknown): number | null {
  if (typeof value !== "string" || !duration.test(value)) return null;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  const ms = Math.round(parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (unitsMs[unit] ?? 0), 0));
  return Number.isSafeInteger(ms) && ms >= 1 ? ms : null;
}

function readMoney(value: unknown): number | null {
  const amount = money.test(textOf(value)) ? Number(value) : 0;
  return Number.isFinite(amount) && amount > 0 ? amount : null;
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
