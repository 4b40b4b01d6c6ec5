/** The text of an event in the tests that kill: made from its number, mostly short, some over many pages of memory. */
export function killedText(seq: number): string {
  const length = seq % 499 === 0 ? 200_000 : seq % 61 === 0 ? 20_000 : (seq * 37) % 300;
  return `${seq} é🙂 ${"x".repeat(length)}`;
}
