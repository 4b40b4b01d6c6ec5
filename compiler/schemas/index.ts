import { planSchema } from "../ir/decode.ts";
import { agentSchema, skillSchema } from "./frontmatter.ts";

/** The JSON Schemas that tama publishes, by what they are of. */
export const schemas = { agent: agentSchema, skill: skillSchema, plan: planSchema } as const;
