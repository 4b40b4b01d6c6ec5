import { planSchema } from "../ir/decode.ts";

/** The JSON Schemas that tama publishes, by what they are of. */
export const schemas = { plan: planSchema } as const;
