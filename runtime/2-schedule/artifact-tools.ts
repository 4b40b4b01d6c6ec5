import { type Digest, digestBytes } from "../../compiler/ir/digest.ts";
import { canonical, type Json, type JsonObject } from "../../compiler/ir/json.ts";
import { type ArtifactWritten, artifactOf, artifactsOf, badName, type Stored, tooLarge, writeArtifact } from "../session/artifacts.ts";
import { type Encoding, encodings, toBytes } from "../session/encoding.ts";
import type { Memory } from "../session/memory.ts";

/** What a tool on artifacts came to. `stored`: bytes to keep; `read`: bytes to fetch, for they are not in memory. */
export type ArtifactReply =
  | { readonly kind: "ok"; readonly text: string }
  | { readonly kind: "failed"; readonly message: string }
  | {
      readonly kind: "stored";
      readonly text: string;
      readonly written: ArtifactWritten;
      readonly digest: Digest;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: "read"; readonly artifact: Stored; readonly encoding: Encoding };

/** What there is to a call besides its arguments. */
export interface ArtifactScope {
  readonly memory: Memory;
  readonly maxBytes: number;
}

type ArtifactTool = (args: JsonObject, scope: ArtifactScope) => ArtifactReply;

const artifactTools: Readonly<Record<string, ArtifactTool>> = {
  tama_artifact_write(args, { memory, maxBytes }) {
    const { name, content } = args;
    const encoding = encodingOf(args["encoding"]);
    const bad = badName(name);
    if (bad || typeof name !== "string") return failed(bad ?? "");
    if (typeof content !== "string") return failed("`content` must be a text");
    if (!encoding) return failed(badEncoding);
    const bytes = toBytes(content, encoding);
    if (!bytes) return failed("`content` is not base64");
    const large = tooLarge(bytes.length, maxBytes);
    return large ? failed(large) : store(memory, name, bytes);
  },
  tama_artifact_read(args, { memory }) {
    const { name } = args;
    const version = args["version"] ?? null;
    const encoding = encodingOf(args["encoding"]);
    if (!encoding) return failed(badEncoding);
    if (version !== null && !Number.isSafeInteger(version)) return failed("`version` must be a whole number");
    const artifact = typeof name === "string" ? artifactOf(memory, name, version === null ? null : Number(version)) : null;
    if (artifact) return { kind: "read", artifact, encoding };
    const which = version === null ? "" : ` in version ${canonical(version)}`;
    return failed(`there is no artifact ${canonical(name ?? "")}${which}`);
  },
  tama_artifact_list(_args, { memory }) {
    return { kind: "ok", text: canonical(artifactsOf(memory).map(({ name, size, version }) => ({ name, size, version }))) };
  },
};

/** Whether a tool is one on artifacts. */
export function isArtifactTool(name: string): boolean {
  return Object.hasOwn(artifactTools, name);
}

/** Runs a tool on a view's artifacts. */
export function runArtifactTool(name: string, args: JsonObject, scope: ArtifactScope): ArtifactReply {
  return artifactTools[name]?.(args, scope) ?? failed(`no tool on artifacts is named '${name}'`);
}

function store(memory: Memory, name: string, bytes: Uint8Array): ArtifactReply {
  const digest = digestBytes(bytes);
  const written = writeArtifact(memory, { kind: "store", key: name, digest, size: bytes.length });
  return { kind: "stored", text: `wrote '${name}' (${bytes.length} bytes, version ${written.artifact.version})`, written, digest, bytes };
}

function encodingOf(given: Json | undefined): Encoding | null {
  return encodings.find((encoding) => encoding === (given ?? "text")) ?? null;
}

const badEncoding = `\`encoding\` must be one of: ${encodings.join(", ")}`;

function failed(message: string): ArtifactReply {
  return { kind: "failed", message };
}
