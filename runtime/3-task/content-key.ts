import { type Digest, digest, shortDigest } from "../../compiler/ir/digest.ts";
import type { Json, JsonObject } from "../../compiler/ir/json.ts";
import type { Type } from "../../compiler/ir/types.ts";
import { headDigest } from "./message-chain.ts";
import type { ArtifactTask, CodeTask, ModelTask, ToolSchema } from "./task.ts";

/** What a tool call is, for its key: `fingerprint` says which tool the name meant. */
export interface ToolIdentity {
  readonly tool: string;
  readonly fingerprint: Digest;
  readonly args: JsonObject;
}

export interface WaitIdentity {
  readonly channel: string;
  readonly question: Json;
  readonly answer: Type;
}

/** Journal keys by content: tasks with equal keys may share a result. No path, label, base URL, timeout or secret is in any. */
export interface ContentKeys {
  readonly model: (task: ModelTask) => Digest;
  readonly tool: (call: ToolIdentity) => Digest;
  readonly code: (task: CodeTask) => Digest;
  readonly wait: (wait: WaitIdentity) => Digest;
  readonly artifact: (task: ArtifactTask) => Digest;
  /** What a model's key holds besides columns and messages, short and without what is absent: it tells which part of a key differs. */
  readonly modelFacts: (task: ModelTask) => JsonObject;
}

/** Makes keys, remembering the digests of schema objects that it has seen, no longer than the objects live. */
export function contentKeys(): ContentKeys {
  const schemas = new WeakMap<ToolSchema, Digest>();
  return {
    model: (task) => modelKey(task, headDigest(task.messages), schemas),
    modelFacts: ({ model, tools, output, sample }) => ({
      ...(tools.length > 0 ? { tools: shortDigest(digest(offered(tools, schemas))) } : {}),
      ...(output === null ? {} : { output: shortDigest(digest(output)) }),
      ...(model.maxTokens === null ? {} : { max_tokens: model.maxTokens }),
      ...(model.seed === null ? {} : { seed: model.seed }),
      ...(sample === null ? {} : { sample }),
    }),
    tool: ({ tool, fingerprint, args }) => digest(["tool", tool, fingerprint, args]),
    code: ({ bundle, worker, input, memory }) => digest(["code", bundle, worker, input, memory]),
    wait: ({ channel, question, answer }) => digest(["wait", channel, question, plainType(answer)]),
    artifact: (task) => digest(["artifact", task.digest, task.encoding]),
  };
}

function modelKey({ model, tools, output, sample }: ModelTask, head: Digest | null, schemas: WeakMap<ToolSchema, Digest>): Digest {
  const { provider, name, temperature, maxTokens, seed } = model;
  return digest(["model", { provider, name, temperature, maxTokens, seed, head, tools: offered(tools, schemas), output, sample }]);
}

function offered(tools: readonly ToolSchema[], schemas: WeakMap<ToolSchema, Digest>): readonly Digest[] {
  return tools.map((schema) => {
    const known = schemas.get(schema) ?? digest([schema.name, schema.description, schema.parameters]);
    schemas.set(schema, known);
    return known;
  });
}

/** A type is JSON but for its interface, which has no index signature. */
export function plainType(type: Type): Json {
  return JSON.parse(JSON.stringify(type));
}
