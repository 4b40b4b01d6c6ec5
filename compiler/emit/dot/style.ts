import type { Op } from "../../ir/ops.ts";
import type { Attributes } from "./text.ts";

const ink = "#1f2933";
const muted = "#7b8794";

/** How the whole graph looks: dark text on white, one face. */
export const graphStyle: Readonly<Record<"graph" | "node" | "edge", Attributes>> = {
  graph: {
    fontname: "Helvetica,Arial,sans-serif",
    fontsize: 13,
    fontcolor: ink,
    compound: "true",
    nodesep: 0.5,
    ranksep: 0.45,
    newrank: "true",
  },
  node: {
    fontname: "Helvetica,Arial,sans-serif",
    fontsize: 12,
    fontcolor: ink,
    color: "#52606d",
    shape: "box",
    style: "rounded,filled",
    fillcolor: "#ffffff",
    margin: "0.14,0.08",
    height: 0.36,
  },
  edge: { fontname: "Helvetica,Arial,sans-serif", fontsize: 11, fontcolor: ink, color: "#52606d", arrowsize: 0.7 },
};

/** The shape and the colour of an op by its kind. Those that hold bodies are drawn as clusters or by their branches. */
export const opStyle: Readonly<Record<Op["kind"], Attributes>> = {
  act: { fillcolor: "#d9e8fb", color: "#2f6db5" },
  ask: { fillcolor: "#eef4fc", color: "#2f6db5" },
  code: { shape: "component", style: "filled", fillcolor: "#dff3e4", color: "#2f855a" },
  pure: { shape: "ellipse", fillcolor: "#f2f4f7", color: muted, fontsize: 11, height: 0.3 },
  call: { fillcolor: "#ffffff" },
  wait: { shape: "octagon", style: "filled", fillcolor: "#fdf0d0", color: "#b7791f" },
  choose: { shape: "diamond", style: "filled", fillcolor: "#f2f4f7", color: muted, fontsize: 11, margin: "0.02,0.02" },
  map: { style: "rounded", color: "#b7791f", fontcolor: "#8a5a12", penwidth: 1.4 },
  repeat: { style: "rounded,dashed", color: muted, fontcolor: muted },
};

export const startStyle: Attributes = {
  label: "",
  ordering: "out",
  shape: "circle",
  style: "filled",
  fillcolor: ink,
  color: ink,
  width: 0.13,
  height: 0.13,
  margin: 0,
};
export const endStyle: Attributes = {
  label: "",
  shape: "doublecircle",
  style: "filled",
  fillcolor: ink,
  color: ink,
  width: 0.11,
  height: 0.11,
  margin: 0,
};
/** A state that stops after its agent ran. */
export const terminalStyle: Attributes = { peripheries: 2 };
/** A state that runs nothing. */
export const markerStyle: Attributes = { shape: "ellipse", style: "filled", fillcolor: "#e7e3f4", color: "#6b5b95", peripheries: 2 };
export const callStyle: Attributes = { style: "dashed", color: "#a0aab5", arrowhead: "vee", arrowsize: 0.6 };
export const errorStyle: Attributes = { color: "#c53030", fontcolor: "#c53030" };
export const agentStyle: Attributes = { style: "rounded,filled", color: "#cbd2d9", fillcolor: "#fafbfc", margin: 12, labeljust: "l" };
export const entryStyle: Attributes = { ...agentStyle, color: ink, penwidth: 1.6 };
export const skillStyle: Attributes = { shape: "note", style: "filled", fillcolor: "#fdf6d8", color: "#b7791f", fontsize: 11 };
export const toolStyle: Attributes = {
  shape: "cds",
  style: "filled",
  fillcolor: "#fbe6e0",
  color: "#c05621",
  fontsize: 11,
  margin: "0.16,0.06",
};
export const useStyle: Attributes = { style: "dotted", color: "#b7791f", arrowhead: "none" };
/** An agent drawn as one node. */
export const agentNodeStyle: Attributes = { fillcolor: "#fafbfc", color: "#52606d" };
export const entryNodeStyle: Attributes = { fillcolor: "#fafbfc", color: ink, penwidth: 1.8 };
