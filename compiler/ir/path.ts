/**
 * The identity of a task: where in a run it happens. A list of segments, one for each enclosing `call` (with its attempt),
 * `repeat` (iteration) and `map` (item), then the op; an act's or ask's model requests add a turn, its tool calls an ordinal.
 * All count from 1. The text form:
 *
 *     editor@1/loop[2]/states/review@1/react:3.1
 *
 * call `editor`, attempt 1 / repeat `loop`, iteration 2 / call `states/review`, attempt 1 / act `react`, turn 3, tool call 1.
 * Op ids hold no `@ [ ] :` (they are escaped), so the text reads one way only. The run itself is a call of its entry's block.
 */
export type Path = string;

/** The path of a call's attempt, under `parent` ("" for the run itself). */
export function callPath(parent: Path, op: string, attempt: number): Path {
  return `${opPath(parent, op)}@${attempt}`;
}

/** The path of a repeat's iteration or a map's item. */
export function itemPath(parent: Path, op: string, index: number): Path {
  return `${opPath(parent, op)}[${index}]`;
}

/** The path of a leaf op. */
export function opPath(parent: Path, op: string): Path {
  return parent === "" ? op : `${parent}/${op}`;
}

/** The path of a model request: `op` is the path of its ask or act. */
export function turnPath(op: Path, turn: number): Path {
  return `${op}:${turn}`;
}

/** The path of a tool call: `turn` is the path of the model request that asked for it. */
export function toolPath(turn: Path, ordinal: number): Path {
  return `${turn}.${ordinal}`;
}

/** What stands around a path, the outermost first. An op's id may hold `/`: then there is a place among them that is none. */
export function enclosing(path: Path): readonly Path[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));
}

/** The path without attempts: what a retry has in common with the first try. */
export function withoutAttempts(path: Path): Path {
  return path.replace(/@\d+(?=\/|$)/g, "");
}

/** A source name as part of an op id: characters that paths use are percent-encoded. */
export function idPart(name: string): string {
  return name.replace(/[@[\]:/%~\s]/g, (char) => encodeURIComponent(char).replace("~", "%7E"));
}
