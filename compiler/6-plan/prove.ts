import type { Report } from "../diagnostics/diagnostic.ts";
import { spendsOf, type Turns, turnsOf } from "./cost/index.ts";
import { checkExits } from "./exits.ts";
import { checkLimits, type Given } from "./limits.ts";
import { checkPrices } from "./prices.ts";
import { checkFlows } from "./taint/index.ts";

/** Proves what only ops can tell: that patterns end as they say, where untrusted text flows, and what runs cost. Gives back the turns of each block. */
export function prove(given: Given, report: Report): ReadonlyMap<string, Turns> {
  const { project, lowered } = given;
  const workers = Object.fromEntries(project.agents.flatMap(({ name, worker }) => (worker ? [[name, worker]] : [])));
  const spends = spendsOf(lowered.blocks, workers);
  const turns = turnsOf(lowered.blocks, spends);
  checkExits(given, spends, report);
  checkFlows(project, lowered, report);
  checkLimits(given, turns, report);
  checkPrices(given, report);
  return turns;
}
