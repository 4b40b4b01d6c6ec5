/** How the bytes of an artifact are written as text. */
export const encodings = ["text", "base64"] as const;
export type Encoding = (typeof encodings)[number];

/** The bytes that a text stands for; null where it is no base64. A lone surrogate becomes U+FFFD. */
export function toBytes(content: string, encoding: Encoding): Uint8Array | null {
  if (encoding === "text") return Buffer.from(content);
  const bytes = Buffer.from(content, "base64");
  const plain = content.replace(/\s/g, "");
  return bytes.toString("base64") === plain.padEnd(Math.ceil(plain.length / 4) * 4, "=") ? bytes : null;
}

/** Bytes as text; null where they are no UTF-8. */
export function fromBytes(bytes: Uint8Array, encoding: Encoding): string | null {
  if (encoding === "base64") return Buffer.from(bytes).toString("base64");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // the caller says what to do instead
  }
}
