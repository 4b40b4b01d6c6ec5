import { parseDuplicateRoute, parseNotYet } from "../diagnostics/codes.generated.ts";
import type { ParsedRoute, ParsedState } from "./types.ts";
import { mismatch, type Read, type Reading, text } from "./values.ts";
import type { Entry, Node } from "./yaml.ts";

const expectedTable = "a map of states";
const expectedState = "a state's name, a list of `key: target`, or `~`";
const expectedRoute = "a list of `key: target`";

/** Reads the `states` of an fsm: `{state: target | [{key: target | ~}] | ~}`. */
export const states: Read<readonly ParsedState[]> = (node, reading) => {
  if (node.kind !== "map" || node.entries.length === 0) return mismatch(node, reading, expectedTable);
  return node.entries.map(({ key, value }) => {
    const routes = readRoutes(value, { key: key.value, report: reading.report });
    reportDuplicates(routes, reading);
    return { name: key, routes };
  });
};

function readRoutes(node: Node, reading: Reading): readonly ParsedRoute[] {
  if (node.kind === "list" && node.items.length > 0) return node.items.flatMap((item) => readEntries(item, reading));
  if (isNothing(node)) return [];
  if (node.kind !== "scalar") return mismatch(node, reading, expectedState) ?? [];
  const target = text(node, reading);
  return target ? [{ key: null, target, span: node.span }] : [];
}

function readEntries(node: Node, reading: Reading): readonly ParsedRoute[] {
  if (node.kind !== "map" || node.entries.length === 0) return mismatch(node, reading, expectedRoute) ?? [];
  return node.entries.flatMap((entry) => readRoute(entry, reading));
}

function readRoute({ key, value }: Entry, { report }: Reading): readonly ParsedRoute[] {
  const span = { file: key.span.file, start: key.span.start, end: Math.max(key.span.end, value.span.end) };
  if (key.value === "when") {
    report(parseNotYet(key.span, { what: "the guard `when`" }));
    return [];
  }
  if (isNothing(value)) return [{ key, target: null, span }];
  const target = text(value, { key: key.value, report });
  return target ? [{ key, target, span }] : [];
}

/** Keys are compared without case, as they are when a run looks them up. */
function reportDuplicates(routes: readonly ParsedRoute[], { report }: Reading): void {
  const firsts = new Map<string, ParsedRoute>();
  for (const route of routes) {
    if (!route.key) continue;
    const first = firsts.get(route.key.value.toLowerCase());
    const related = first ? [{ span: first.key?.span ?? first.span, message: "first routed here" }] : [];
    if (first) report(parseDuplicateRoute(route.key.span, { key: route.key.value }, related));
    else firsts.set(route.key.value.toLowerCase(), route);
  }
}

function isNothing(node: Node): boolean {
  return node.kind === "scalar" && node.value === null;
}
