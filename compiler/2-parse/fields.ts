import { closest } from "../diagnostics/closest.ts";
import { parseMissingKey, parseUnknownKey } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Span } from "../ir/span.ts";
import { mismatch, type Read } from "./values.ts";
import type { Entry, MapNode } from "./yaml.ts";

/** The keys of a map while they are read. Each key that was asked for is known; `close` reports the others. */
export interface Fields {
  readonly report: Report;
  /** The entry of a key, also where it is empty. */
  readonly entry: (key: string) => Entry | null;
  /** As `entry`, for a key that is no key here: nothing proposes it. */
  readonly given: (key: string) => Entry | null;
  /** Null where the key is absent or empty, or its value was reported. */
  readonly optional: <T>(key: string, read: Read<T>) => T | null;
  /** As `optional`, but an absent key is reported too, with a line to add. */
  readonly required: <T>(key: string, read: Read<T>, example: string) => T | null;
  /** Opens the map that is a key's value; null where it is absent, empty or no map. */
  readonly inner: (key: string) => Fields | null;
  /** Reports every key that nothing asked for. `owner` is whose keys they are, in the plural: `step files`. */
  readonly close: (owner: string) => void;
}

/** Opens a map. A missing key is reported at `head`. */
export function openFields(map: MapNode, head: Span, report: Report): Fields {
  const entries = new Map(map.entries.map((entry) => [entry.key.value, entry]));
  const known = new Set<string>();
  const entry = (key: string) => {
    known.add(key);
    return entries.get(key) ?? null;
  };
  const foreign = new Set<string>();
  const given = (key: string) => {
    foreign.add(key);
    return entries.get(key) ?? null;
  };
  const optional: Fields["optional"] = (key, read) => {
    const found = entry(key);
    return found === null || isEmpty(found) ? null : read(found.value, { key, report });
  };
  return {
    report,
    entry,
    given,
    optional,
    inner: (key) => {
      const inner = optional<MapNode>(key, (node, reading) => (node.kind === "map" ? node : mismatch(node, reading, "keys and values")));
      return inner && openFields(inner, inner.span, report);
    },
    required: (key, read, example) => {
      const found = entry(key);
      if (found) return read(found.value, { key, report });
      report(parseMissingKey(head, { key, example }));
      return null;
    },
    close: (owner) => {
      for (const { key } of map.entries.filter(({ key }) => !known.has(key.value) && !foreign.has(key.value))) {
        report(parseUnknownKey(key.span, { key: key.value, owner, closest: closest(key.value, known) }));
      }
    },
  };
}

function isEmpty({ value }: Entry): boolean {
  return value.kind === "scalar" && value.value === null;
}
