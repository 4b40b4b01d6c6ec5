/** Amounts as people write them on the command line. */

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const unitsBytes: Readonly<Record<string, number>> = { "": 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/** A point in time as milliseconds since 1970: how long ago (`90m`, `2h`, `3d`, `1w`), or a date (`2026-11-20`, `2026-11-20T18:00`). Null for anything else. */
export function parseTime(text: string, nowMs: number): number | null {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([a-z])$/.exec(text) ?? [];
  const unitMs = unitsMs[unit];
  if (number !== undefined && unitMs !== undefined) return nowMs - Number(number) * unitMs;
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return null;
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text).getTime();
  return Number.isNaN(at) ? null : at;
}

/** A size in bytes: `500MB`, `2gb`, `1000000`. Null for anything else. */
export function parseBytes(text: string): number | null {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kmg]b)?$/i.exec(text) ?? [];
  const bytes = unitsBytes[unit.toLowerCase()];
  return number === undefined || bytes === undefined ? null : Number(number) * bytes;
}
