import { Graphviz } from "@hpcc-js/wasm-graphviz";

/** A drawing in DOT as SVG, laid out by the Graphviz that comes with tama: the same bytes on every machine. */
export async function svg(dot: string): Promise<string> {
  const graphviz = await Graphviz.load();
  return `${graphviz.dot(dot, "svg").trimEnd()}\n`;
}
