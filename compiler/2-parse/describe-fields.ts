import type { JsonObject } from "../ir/json.ts";
import type { Fields } from "./fields.ts";
import type { Entry } from "./yaml.ts";

interface Described {
  /** By key; made when all of it has been asked for. */
  readonly properties: Map<string, () => JsonObject>;
  readonly required: Set<string>;
}

/**
 * The JSON Schema of the keys that `read` asks for. It is found by reading nothing and noting each question, so that a schema
 * cannot say anything else than the reader does.
 */
export function describeFields(read: (fields: Fields) => void): JsonObject {
  const described: Described = { properties: new Map(), required: new Set() };
  read(noting(described));
  return schemaOf(described);
}

function noting(described: Described): Fields {
  const { properties, required } = described;
  return {
    report: () => undefined,
    entry: (key) => {
      if (!properties.has(key)) properties.set(key, () => ({}));
      return nothingAt(key);
    },
    given: () => null,
    optional: (key, read) => {
      properties.set(key, () => orNothing(read.schema ?? {}));
      return null;
    },
    required: (key, read) => {
      properties.set(key, () => read.schema ?? {});
      required.add(key);
      return null;
    },
    inner: (key) => {
      const nested: Described = { properties: new Map(), required: new Set() };
      properties.set(key, () => orNothing(schemaOf(nested)));
      return noting(nested);
    },
    close: () => undefined,
  };
}

function schemaOf({ properties, required }: Described): JsonObject {
  const schemas = [...properties].map(([key, make]) => [key, make()] as const);
  return { type: "object", properties: Object.fromEntries(schemas), required: [...required], additionalProperties: false };
}

/** An optional key may stand there empty. */
function orNothing(schema: JsonObject): JsonObject {
  return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: "null" }] };
}

/** An entry that is there and empty, for who only asks where it stands. */
function nothingAt(key: string): Entry {
  const span = { file: "", start: 0, end: 0 };
  return { key: { value: key, span }, value: { kind: "scalar", span, value: null, source: "", raw: "" } };
}
