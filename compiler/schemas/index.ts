import { planSchema } from "../ir/decode.ts";
import type { JsonObject } from "../ir/json.ts";

/** The JSON Schemas that tama publishes, by what they are of. */
export const schemas = { plan: planSchema } as const satisfies Readonly<Record<string, () => JsonObject>>;
export type SchemaName = keyof typeof schemas;
