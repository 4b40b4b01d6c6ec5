import { type Digest, digestBytes } from "../../compiler/ir/digest.ts";
import { canonical, type JsonObject } from "../../compiler/ir/json.ts";
import type { Message } from "./task.ts";

interface Link {
  readonly parent: Digest | null;
  readonly digest: Digest;
}

const links = new WeakMap<Message, Link>();

/**
 * The digest of a message with all before it, of which `parent` is the digest: the row of the message in the log, and what a
 * request's key is made of. A message object is hashed once for each list of objects that stands before it: a loop that appends to
 * one list hashes each once.
 */
export function linkDigest(parent: Digest | null, message: Message): Digest {
  const known = links.get(message);
  if (known?.parent === parent) return known.digest;
  const digest = digestBytes(`${parent ?? ""}\n${canonical(plainMessage(message))}`);
  links.set(message, { parent, digest });
  return digest;
}

/** The digest of a list of messages: that of the last with all before it. Null for none. */
export function headDigest(messages: readonly Message[]): Digest | null {
  let head: Digest | null = null;
  for (const message of messages) head = linkDigest(head, message);
  return head;
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
