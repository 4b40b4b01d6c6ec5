import type { Step } from "../../stdlib/pattern.ts";
import type { ResolvedAgent, ResolvedProject, ResolvedStep } from "../3-resolve/types.ts";
import { type Digest, digestBytes } from "../ir/digest.ts";
import type { Expr } from "../ir/expr.ts";
import { defaultMaxItems } from "../ir/plan.ts";
import type { Span } from "../ir/span.ts";
import { bug } from "../ir/unreachable.ts";

/** What the builders of one agent's bodies share: the agent, and what they find out while placing ops. */
export interface Context {
  readonly project: ResolvedProject;
  readonly agent: ResolvedAgent;
  /** The prompts that a pattern may place. */
  readonly prompts: ReadonlyMap<Step, ResolvedStep>;
  /** The most items that a fan-out of the agent may have. */
  readonly maxItems: number;
  /** How often a call of an agent is tried. */
  readonly attempts: (agent: string) => number;
  /** How often each name of a list was used: `workers/critic`. */
  readonly members: Map<string, number>;
  /** Embedded texts of the project by digest. */
  readonly texts: Map<Digest, string>;
  /** Where each op of the agent comes from, by its id: a second op of an id is a bug. */
  readonly origins: Map<string, Span>;
}

/** How many ops a pattern of the project's own may place for an agent: it may do so in a loop without end. */
const maxOps = 100_000;

/** The context for lowering `agent`. */
export function contextOf(project: ResolvedProject, agent: ResolvedAgent, shared: Pick<Context, "texts" | "attempts">): Context {
  const prompts = new Map<Step, ResolvedStep>([agent.body, ...Object.values(agent.steps)].map((step) => [step, step]));
  const bounds = [agent.limits.items, project.limits.items].filter((bound) => bound !== null);
  const maxItems = bounds.length === 0 ? defaultMaxItems : Math.min(...bounds);
  return { project, agent, prompts, maxItems, members: new Map(), origins: new Map(), ...shared };
}

/** Embeds a text once, whatever the number of its uses. */
export function embed(context: Context, text: string): Expr {
  const digest = digestBytes(text);
  context.texts.set(digest, text);
  return { kind: "text", text: digest };
}

/** Notes where an op comes from: its own source, else what its id names in a frontmatter field, else that field, else the agent. Throws at an id that is taken. */
export function claimId(context: Context, id: string, span?: Span): string {
  if (context.agent.patternSpan && context.origins.size >= maxOps) throw new Error(`it places more than ${maxOps} ops`);
  if (context.origins.has(id)) throw bug(`two ops of ${context.agent.name} have the id ${id}`);
  const [list = ""] = id.split("/");
  const { fieldSpans } = context.agent;
  context.origins.set(id, span ?? fieldSpans.get(id) ?? fieldSpans.get(list) ?? context.agent.span);
  return id;
}
