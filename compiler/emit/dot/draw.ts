import { evaluate } from "../../ir/eval.ts";
import type { Expr } from "../../ir/expr.ts";
import { toText } from "../../ir/json.ts";
import type { Body, Choose, MapOp, Op, Repeat } from "../../ir/ops.ts";
import { defaultMaxItems } from "../../ir/plan.ts";
import { showExpr } from "../show-expr.ts";
import { box, type Canvas, type Drawing, type Drawn, type Into, join, node } from "./canvas.ts";
import { drawMachine } from "./draw-machine.ts";
import { machineOf } from "./machine.ts";
import { needsOf } from "./needs.ts";
import { endStyle, opStyle } from "./style.ts";
import { nameOf, roomy } from "./text.ts";

/** Draws the ops of a body: an edge for each op that another one waits for, less those that a longer way implies. */
export function drawBody(drawing: Drawing, body: Body, into: Into): Drawn {
  const needs = needsOf(body);
  const drawn = new Map<string, Drawn>();
  for (const op of body.ops) {
    const before = needs.get(op.id) ?? [];
    const flows = before.flatMap((id) => drawn.get(id)?.exits ?? []);
    drawn.set(op.id, drawOp(drawing, op, before.length === 0 ? into : { flows }));
  }
  const waitedFor = new Set([...needs.values()].flat());
  const first = body.ops.filter((op) => needs.get(op.id)?.length === 0);
  const last = body.ops.filter((op) => !waitedFor.has(op.id));
  const exits = body.ops.length === 0 ? into.flows : last.flatMap((op) => drawn.get(op.id)?.exits ?? []);
  return { entries: first.flatMap((op) => drawn.get(op.id)?.entries ?? []), exits };
}

function drawOp(drawing: Drawing, op: Op, into: Into): Drawn {
  switch (op.kind) {
    case "map":
      return drawMap(drawing, op, into);
    case "repeat":
      return drawRepeat(drawing, op, into);
    case "choose":
      return drawChoose(drawing, op, into);
    default:
      return drawLeaf(drawing, op, into);
  }
}

function drawLeaf({ canvas, block, calls, noteOf }: Drawing, op: Op, into: Into): Drawn {
  const name = nameOf(block, op.id);
  if (op.kind === "call") calls.push({ from: name, block: op.block });
  const note = noteOf(op);
  node(canvas, name, op.kind, {
    label: roomy(note === "" ? labelOf(op) : `${labelOf(op)}\n${note}`),
    tooltip: tooltipOf(op),
    ...opStyle[op.kind],
    ...into.look,
  });
  join(canvas, into.flows, name, into.head);
  return { entries: [name], exits: [{ from: name, label: "" }] };
}

function drawMap(drawing: Drawing, op: MapOp, into: Into): Drawn {
  const bound = op.max === defaultMaxItems ? "" : ` \u2264 ${op.max}`;
  return drawBox(drawing, op, `${labelOf(op)} \u00d7 n${bound}`, into);
}

function drawRepeat(drawing: Drawing, op: Repeat, into: Into): Drawn {
  const machine = machineOf(op);
  return machine
    ? drawMachine({ drawing, op, machine }, into, (body, look) => drawBody(drawing, body, { flows: [], look }))
    : drawBox(drawing, op, `${labelOf(op)}: up to ${op.max} times`, into);
}

/** A body in a box; what enters or leaves it ends at its border. */
function drawBox(drawing: Drawing, op: MapOp | Repeat, label: string, into: Into): Drawn {
  const name = nameOf("cluster", drawing.block, op.id);
  const look = { label: roomy(label), tooltip: tooltipOf(op), ...opStyle[op.kind] };
  const drawn = box(drawing.canvas, { name, role: op.kind, values: look }, (canvas) =>
    closed(canvas, nameOf(drawing.block, op.id, "end"), drawBody({ ...drawing, canvas }, op.body, { flows: into.flows, head: name })),
  );
  return { entries: drawn.entries, exits: drawn.exits.map((flow) => ({ ...flow, tail: name })) };
}

/** A part that ends in a ring where a key alone ends it, or where it holds nothing: an edge that nothing follows would not be seen. */
export function closed(canvas: Canvas, name: string, drawn: Drawn): Drawn {
  if (drawn.entries.length > 0 && drawn.exits.every(({ label }) => label === "")) return drawn;
  node(canvas, name, "end", { ...endStyle, tooltip: "ends" });
  join(canvas, drawn.exits, name);
  return { ...drawn, exits: [{ from: name, label: "" }] };
}

/** Branches by the key of the op before need no node of their own: the key stands on the edge. */
function drawChoose(drawing: Drawing, op: Choose, into: Into): Drawn {
  const byKey = op.on.kind === "outcome" && op.on.field === "key" && into.flows.length > 0;
  const fork = byKey ? null : drawLeaf(drawing, op, into);
  const flows = fork ? fork.exits : into.flows;
  const branches = op.cases.map(({ is, body }) => ({ label: is, body }));
  if (op.otherwise) branches.push({ label: "*", body: op.otherwise });
  const drawn = branches.map(({ label, body }) => drawBody(drawing, body, { flows: flows.map((flow) => ({ ...flow, label })) }));
  return { entries: fork ? fork.entries : drawn.flatMap(({ entries }) => entries), exits: drawn.flatMap(({ exits }) => exits) };
}

function labelOf(op: Op): string {
  if (op.kind === "choose") return `${op.id}?`;
  const label = shown(op.label);
  return op.kind === "call" && op.block !== label ? `${label}\n(${op.block})` : label;
}

/** A label with `i` for each index. */
function shown(label: Expr): string {
  const none = () => null;
  return toText(evaluate(label, { text: () => "", task: none, input: none, keys: none, loop: () => "i", outcome: none }));
}

function tooltipOf(op: Op): string {
  if (op.kind === "act") {
    const skills = op.skills.length === 0 ? "" : `, skills ${op.skills.join(", ")}`;
    return `${op.id}: model ${op.model}, at most ${op.maxTurns} turns${skills}`;
  }
  if (op.kind === "choose") return `${op.id}: ${showExpr(op.on)}`;
  return op.kind === "ask" ? `${op.id}: model ${op.model}` : op.id;
}
