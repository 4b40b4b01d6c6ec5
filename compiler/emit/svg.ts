import { Graphviz } from "@hpcc-js/wasm-graphviz";
import type { Picture } from "./dot/canvas.ts";
import { pictureInDot } from "./dot.ts";

/** From how many edges on they are straight and the layout settles for less: a machine of 300 states took minutes. */
const crowdedEdges = 300;
const hasty = "  splines=line; nslimit=0.1; nslimit1=0.1; mclimit=0.1;\n";

/** A drawing as SVG, laid out by the Graphviz that comes with tama: the same bytes on every machine. */
export async function svg(picture: Picture): Promise<string> {
  const dot = pictureInDot(picture);
  const isCrowded = picture.edges.length > crowdedEdges;
  const graphviz = await Graphviz.load();
  return `${graphviz.dot(isCrowded ? dot.replace(/\}\n$/, `${hasty}}\n`) : dot, "svg").trimEnd()}\n`;
}
