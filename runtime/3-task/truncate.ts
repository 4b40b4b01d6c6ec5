/** The longest tool result that a model is shown, in UTF-8 bytes. */
export const maxResultBytes = 12_000;

/** What belongs to a text that may be cut: `tail` is always kept, `dropped` bytes of the text are missing already. */
export interface Around {
  readonly tail?: string;
  readonly dropped?: number;
}

/** Cuts a text on a code point boundary at `maxResultBytes`, its tail included, and says how much is missing. */
export function truncate(text: string, { tail = "", dropped = 0 }: Around = {}): string {
  const bytes = Buffer.from(text);
  const room = Math.max(0, maxResultBytes - Buffer.byteLength(tail));
  if (bytes.length <= room && dropped === 0) return text + tail;
  let end = Math.min(room, bytes.length);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${bytes.subarray(0, end).toString()}…[truncated ${bytes.length - end + dropped} bytes]${tail}`;
}
