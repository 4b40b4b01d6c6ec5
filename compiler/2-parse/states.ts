import {
  exprTooComplex,
  parseDuplicateRoute,
  parseDuplicateRouteNotes,
  parseGuardedError,
  parseGuardPlace,
  parseNoFallback,
} from "../diagnostics/codes.generated.ts";
import type { ExprSource } from "../expr/source.ts";
import type { JsonObject } from "../ir/json.ts";
import type { ParsedRoute, ParsedState } from "./types.ts";
import { sourceOf } from "./types-of-values.ts";
import { mismatch, type Read, type Reading, shaped, text } from "./values.ts";
import type { Entry, Node } from "./yaml.ts";

const expectedTable = "a map of states";
const expectedState = "a state's name, a list of `key: target`, or `~`";
const expectedRoute = "a list of `key: target`";
const expectedGuard = "a condition, as text";

const targetSchema: JsonObject = { type: ["string", "null"] };
/** Where a guard may stand, and that it stands with one key, is told by the compiler. */
const statesSchema: JsonObject = {
  type: "object",
  minProperties: 1,
  additionalProperties: {
    anyOf: [
      targetSchema,
      {
        type: "array",
        minItems: 1,
        items: {
          type: "object",
          minProperties: 1,
          properties: { when: { type: ["string", "number", "boolean"] } },
          additionalProperties: targetSchema,
        },
      },
    ],
  },
};

/** Reads the `states` of an fsm: `{state: target | [{key: target | ~, when: guard}] | ~}`. */
export const states: Read<readonly ParsedState[]> = shaped(statesSchema, (node, reading) => {
  if (node.kind !== "map" || node.entries.length === 0) return mismatch(node, reading, expectedTable);
  return node.entries.map(({ key, value }) => {
    const routes = readRoutes(value, { key: key.value, report: reading.report });
    reportDuplicates(routes, reading);
    reportOpenGuards(routes, reading);
    reportManyGuards(routes, reading);
    return { name: key, routes };
  });
});

function readRoutes(node: Node, reading: Reading): readonly ParsedRoute[] {
  if (node.kind === "list" && node.items.length > 0) return node.items.flatMap((item) => readEntries(item, reading));
  if (isNothing(node)) return [];
  if (node.kind !== "scalar") return mismatch(node, reading, expectedState) ?? [];
  const target = text(node, reading);
  return target ? [{ key: null, target, when: null, span: node.span }] : [];
}

/** An entry's routes. A guard stands with exactly one. */
function readEntries(node: Node, reading: Reading): readonly ParsedRoute[] {
  if (node.kind !== "map" || node.entries.length === 0) return mismatch(node, reading, expectedRoute) ?? [];
  const guard = node.entries.find(({ key }) => key.value === "when");
  const routes = node.entries.filter((entry) => entry !== guard);
  const when = guard ? readGuard(guard, routes, reading) : null;
  if (guard && !when) return [];
  return routes.flatMap((entry) => readRoute(entry, when, reading));
}

function readGuard({ key, value }: Entry, routes: readonly Entry[], reading: Reading): ExprSource | null {
  const [route] = routes;
  if (routes.length !== 1) reading.report(parseGuardPlace(key.span, { count: routes.length === 0 ? "none" : routes.length }));
  else if (route?.key.value === "!error") reading.report(parseGuardedError(key.span));
  else if (value.kind === "scalar" && value.value !== null) return sourceOf(value);
  else mismatch(value, { ...reading, key: "when" }, expectedGuard);
  return null;
}

function readRoute({ key, value }: Entry, when: ExprSource | null, { report }: Reading): readonly ParsedRoute[] {
  const span = { file: key.span.file, start: key.span.start, end: Math.max(key.span.end, value.span.end) };
  if (isNothing(value)) return [{ key, target: null, when, span }];
  const target = text(value, { key: key.value, report });
  return target ? [{ key, target, when, span }] : [];
}

/** Keys are compared without case, as they are when a run looks them up. After an entry without a guard no other of its key is looked at. */
function reportDuplicates(routes: readonly ParsedRoute[], { report }: Reading): void {
  const firsts = new Map<string, ParsedRoute>();
  for (const route of routes) {
    if (!route.key) continue;
    const first = firsts.get(route.key.value.toLowerCase());
    const related = first ? [parseDuplicateRouteNotes.first(first.key?.span ?? first.span)] : [];
    if (first) report(parseDuplicateRoute(route.key.span, { key: route.key.value }, related));
    else if (!route.when) firsts.set(route.key.value.toLowerCase(), route);
  }
}

/** Guards are tried one within the other, and a plan nests no deeper than so many levels. */
const maxGuards = 64;

/** Tells of keys with more guards than can be told from one another at a glance. */
function reportManyGuards(routes: readonly ParsedRoute[], { report }: Reading): void {
  const counts = new Map<string, number>();
  for (const { key, when, span } of routes) {
    if (!when) continue;
    const word = key?.value.toLowerCase() ?? "*";
    const count = (counts.get(word) ?? 0) + 1;
    counts.set(word, count);
    if (count === maxGuards + 1) report(exprTooComplex(span, { what: `guards of \`${word}\``, limit: maxGuards }));
  }
}

/** Tells of keys whose entries are all guarded, where nothing takes what no guard lets through. */
function reportOpenGuards(routes: readonly ParsedRoute[], { report }: Reading): void {
  const keyOf = ({ key }: ParsedRoute) => key?.value.toLowerCase() ?? "*";
  const closed = new Set(routes.filter(({ when }) => !when).map(keyOf));
  const open = new Map(routes.filter((route) => !closed.has(keyOf(route))).map((route) => [keyOf(route), route]));
  if (closed.has("*")) return;
  for (const { key, span } of open.values()) report(parseNoFallback((key ?? { span }).span, { key: key?.value ?? "*" }));
}

function isNothing(node: Node): boolean {
  return node.kind === "scalar" && node.value === null;
}
