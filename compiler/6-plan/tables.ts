import type { WorkerSource } from "../1-source/types.ts";
import type { ResolvedSkill } from "../3-resolve/types.ts";
import { digestBytes } from "../ir/digest.ts";
import type { PlanSkill, PlanWorker } from "../ir/plan.ts";

/** A skill with its body by digest. */
export function planSkill({ description, body, tools }: ResolvedSkill): PlanSkill {
  return { description, body: digestBytes(body), tools };
}

/** A worker with its bundle by digest. */
export function planWorker({ bundle, capability, input, output, keys, reads, timeoutMs }: WorkerSource): PlanWorker {
  return { bundle: digestBytes(bundle), capability, input, output, keys, reads, timeoutMs };
}
