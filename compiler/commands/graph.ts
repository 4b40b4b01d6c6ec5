import { extname } from "node:path";
import { closest } from "../diagnostics/closest.ts";
import { cliTooLarge, cliUnknownAgent } from "../diagnostics/codes.generated.ts";
import type { Picture } from "../emit/dot/canvas.ts";
import { pictureInDot } from "../emit/dot.ts";
import { pictureInJson } from "../emit/graph-json.ts";
import { pictureInMermaid } from "../emit/mermaid.ts";
import { type PictureOptions, pictureOf } from "../emit/picture.ts";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import type { Plan } from "../ir/plan.ts";
import type { GraphFormat } from "./formats.ts";
import { load } from "./load.ts";
import { noSources, type Output, show } from "./terminal.ts";
import { writeWhole } from "./write.ts";

/** What `tamac graph` can be told besides what to draw. */
export interface GraphOptions extends Partial<PictureOptions> {
  /** Where the graph goes; `-`, or none, is stdout. */
  readonly output?: string | undefined;
  /** Default: what the name of the output says, else DOT. */
  readonly format?: GraphFormat | undefined;
}

/** How many edges are laid out at most: the time grows much faster than they do, and nobody reads what comes of it. */
const maxEdges = 2_000;

/** `tamac graph`: a project, or a plan that was built, as a drawing. Findings are text on stderr: stdout is the drawing's. */
export async function runGraph(target: string, options: GraphOptions, output: Output): Promise<ExitCode> {
  const people: Output = { ...output, format: "text" };
  const { plan, diagnostics, sources } = await load(target);
  await show(diagnostics, sources, people);
  if (!plan) return exitCodes.diagnostics;
  const { agent = null, output: path = "-" } = options;
  if (agent !== null && !Object.hasOwn(plan.blocks, agent)) return unknown(agent, target, plan, people);
  const picture = pictureOf(plan, options);
  const drawn = await written(picture, options.format ?? formatOf(path));
  if (drawn === null) {
    await show([cliTooLarge(null, { target, edges: picture.edges.length, limit: maxEdges })], noSources, people);
    return exitCodes.diagnostics;
  }
  if (path === "-") {
    output.stdout(drawn);
    return exitCodes.ok;
  }
  const failed = writeWhole(path, drawn);
  if (failed) await show([failed], noSources, people);
  return failed ? exitCodes.diagnostics : exitCodes.ok;
}

/** Graphviz is loaded only for what it draws. Null for what is too large to be laid out. */
async function written(picture: Picture, format: GraphFormat): Promise<string | null> {
  switch (format) {
    case "mermaid":
      return pictureInMermaid(picture);
    case "json":
      return pictureInJson(picture);
    case "svg":
      return picture.edges.length > maxEdges ? null : (await import("../emit/svg.ts")).svg(picture);
    default:
      return pictureInDot(picture);
  }
}

function formatOf(path: string): GraphFormat {
  const formats: Readonly<Record<string, GraphFormat>> = { ".svg": "svg", ".mmd": "mermaid", ".mermaid": "mermaid", ".json": "json" };
  return formats[extname(path)] ?? "dot";
}

async function unknown(name: string, target: string, plan: Plan, output: Output): Promise<ExitCode> {
  await show([cliUnknownAgent(null, { name, target, closest: closest(name, Object.keys(plan.blocks)) })], noSources, output);
  return exitCodes.usage;
}
