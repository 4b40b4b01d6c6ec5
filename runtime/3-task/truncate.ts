/** The longest tool result that a model is shown, in UTF-8 bytes. */
export const maxResultBytes = 12_000;

/** Cuts a text on a code point boundary at `maxResultBytes` and says how much is missing. */
export function truncate(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxResultBytes) return text;
  let end = maxResultBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.subarray(0, end).toString()}…[truncated ${bytes.length - end} bytes]`;
}
