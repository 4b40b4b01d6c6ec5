import type { Body, Repeat } from "../../ir/ops.ts";
import { type Drawing, type Drawn, edge, type Flow, type Into, join, node } from "./canvas.ts";
import type { Machine, Transition } from "./machine.ts";
import { endStyle, errorStyle, markerStyle, startStyle, terminalStyle } from "./style.ts";
import { type Attributes, nameOf, roomy } from "./text.ts";

/** What is drawn: the machine that `op` of a block is. */
interface Subject {
  readonly drawing: Drawing;
  readonly op: Repeat;
  readonly machine: Machine;
}

/** Draws a state machine: a dot before the initial state, a double border around what ends it, a ring where a key just stops. */
export function drawMachine(subject: Subject, into: Into, drawState: (body: Body, look: Attributes) => Drawn): Drawn {
  const { drawing, op, machine } = subject;
  const start = nameOf(drawing.block, op.id, "start");
  node(drawing.canvas, start, "start", { ...startStyle, tooltip: `${op.id}: at most ${op.max} steps` });
  join(drawing.canvas, into.flows, start, into.head);
  const ends = endsOf(machine);
  const states = new Map(machine.states.map(({ name, body }) => [name, drawState(body, ends.has(name) ? terminalStyle : {})]));
  const markers = new Map(machine.markers.map((name) => [name, marker(subject, name)]));
  const end = stop(subject);
  const nodeOf = (to: string | null) => (to === null ? end : (states.get(to)?.entries[0] ?? markers.get(to)));
  const first = nodeOf(machine.initial);
  if (first) edge(drawing.canvas, { from: start, to: first }, "flow");
  for (const way of merged(machine.transitions)) {
    const to = nodeOf(way.to);
    for (const { from } of states.get(way.from)?.exits ?? [])
      if (to) edge(drawing.canvas, { from, to }, isError(way.label) ? "error" : "flow", look(way.label));
  }
  const last = [...states].flatMap(([name, { exits }]) => (ends.has(name) ? exits : []));
  const stops: Flow[] = [...markers.values(), ...(end ? [end] : [])].map((from) => ({ from, label: "" }));
  return { entries: [start], exits: [...last, ...stops] };
}

/** The states that always stop: their borders say so, without an edge. */
function endsOf({ transitions }: Machine): ReadonlySet<string> {
  return new Set(transitions.flatMap((way) => (way.to === null && way.label === "" ? [way.from] : [])));
}

function marker({ drawing: { canvas, block }, op }: Subject, name: string): string {
  const id = nameOf(block, op.id, "marker", name);
  node(canvas, id, "marker", { label: name, tooltip: `${name}: passes key and value on`, ...markerStyle });
  return id;
}

/** One ring for every key that stops. */
function stop({ drawing: { canvas, block }, op, machine }: Subject): string | null {
  if (!machine.transitions.some((way) => way.to === null && way.label !== "")) return null;
  const id = nameOf(block, op.id, "end");
  node(canvas, id, "end", { ...endStyle, tooltip: "stops" });
  return id;
}

/** Ways between the same two states as one edge with all their labels, a guard below its key; those of failures apart. Border-drawn ends are left out. */
function merged(transitions: readonly Transition[]): readonly Transition[] {
  const edges = new Map<string, Transition>();
  for (const way of transitions) {
    if (way.to === null && way.label === "") continue;
    const id = JSON.stringify([way.from, way.to, isError(way.label)]);
    const known = edges.get(id);
    const label = way.label.replace(" [", "\n[");
    edges.set(id, { ...way, label: known ? `${known.label}, ${label}` : label });
  }
  return [...edges.values()];
}

function look(label: string) {
  return { ...(label === "" ? {} : { label: roomy(label) }), ...(isError(label) ? errorStyle : {}) };
}

function isError(label: string): boolean {
  return label.startsWith("!error");
}
