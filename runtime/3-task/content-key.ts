import { createHash } from "node:crypto";
import { type Digest, digest, shortDigest } from "../../compiler/ir/digest.ts";
import { canonical, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import type { Type } from "../../compiler/ir/types.ts";
import type { ArtifactTask, CodeTask, Message, ModelTask, ToolSchema } from "./task.ts";

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
  /** The digest of each message with all before it: `chain[i]` stands for the first `i + 1` messages. */
  readonly chain: (messages: readonly Message[]) => readonly Digest[];
  readonly model: (task: ModelTask) => Digest;
  readonly tool: (call: ToolIdentity) => Digest;
  readonly code: (task: CodeTask) => Digest;
  readonly wait: (wait: WaitIdentity) => Digest;
  readonly artifact: (task: ArtifactTask) => Digest;
  /** What a model's key holds besides columns and messages, short and without what is absent: it tells which part of a key differs. */
  readonly modelFacts: (task: ModelTask) => JsonObject;
}

/**
 * Makes keys, remembering the digests of message and schema objects that it has seen.
 *
 * K1 a message object is hashed once for each list of objects that stands before it: a loop that appends to one list hashes each once.
 * K2 what is remembered lives no longer than the objects.
 */
export function contentKeys(): ContentKeys {
  const links = new WeakMap<Message, Link>();
  const schemas = new WeakMap<ToolSchema, Digest>();
  const chain = (messages: readonly Message[]) => chainOf(messages, links);
  return {
    chain,
    model: (task) => modelKey(task, chain(task.messages).at(-1) ?? null, schemas),
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

interface Link {
  readonly parent: Digest | null;
  readonly digest: Digest;
}

function chainOf(messages: readonly Message[], links: WeakMap<Message, Link>): readonly Digest[] {
  let parent: Digest | null = null;
  return messages.map((message) => {
    const known = links.get(message);
    const link: Link = known?.parent === parent ? known : { parent, digest: linkDigest(parent, message) };
    links.set(message, link);
    parent = link.digest;
    return link.digest;
  });
}

function linkDigest(parent: Digest | null, message: Message): Digest {
  const hash = createHash("sha256").update(parent ?? "");
  return `sha256:${hash
    .update("\n")
    .update(canonical(plainMessage(message)))
    .digest("hex")}`;
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

function plainMessage(message: Message): JsonObject {
  const parts = message.parts.map(({ kind, text }) => ({ kind, text }));
  switch (message.role) {
    case "assistant":
      return { role: message.role, parts, calls: message.calls.map(({ id, name, args }) => ({ id, name, args })) };
    case "tool":
      return { role: message.role, parts, call: message.call };
    default:
      return { role: message.role, parts };
  }
}

/** A type is JSON but for its interface, which has no index signature. */
export function plainType(type: Type): Json {
  return JSON.parse(JSON.stringify(type));
}
