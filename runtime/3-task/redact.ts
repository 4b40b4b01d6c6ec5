/** A value that nobody is to see, and the variable that holds it. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** Shorter values are words that stand in any text (`true`, `8080`), and hide nothing. */
const minLength = 6;

/** Takes secrets out of texts: as they are, as they stand in a URL, as the name of a host (which is lower case), in JSON, and in base64. */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const forms = formsOf(secrets);
  return (text) => replaced(text, forms);
}

/** Takes secrets out of a text that comes in pieces. */
export interface PieceRedactor {
  /** What can be shown now that a piece has come: what may be the beginning of a secret is held back. */
  readonly take: (piece: string) => string;
  /** What is held back, where nothing more comes; a text begins anew. */
  readonly rest: () => string;
}

/** All that it gives together is what `redactor` makes of the whole text. */
export function pieceRedactor(secrets: readonly Secret[]): PieceRedactor {
  const forms = formsOf(secrets);
  let held = "";
  const give = (text: string, end: number) => {
    held = text.slice(end);
    return replaced(text.slice(0, end), forms);
  };
  return {
    take: (piece) => give(held + piece, certain(held + piece, forms)),
    rest: () => give(held, held.length),
  };
}

interface Form {
  readonly name: string;
  readonly form: string;
}

/** The longest first, for one may be part of another. */
function formsOf(secrets: readonly Secret[]): readonly Form[] {
  return secrets
    .map(({ name, value }) => ({ name, value: value.trim() }))
    .filter(({ value }) => value.length >= minLength)
    .flatMap(({ name, value }) => spellings(value).map((form) => ({ name, form })))
    .sort((a, b) => b.form.length - a.form.length);
}

function spellings(value: string): readonly string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const base64 = Buffer.from(value).toString("base64");
  return [...new Set([value, value.toLowerCase(), encodeURIComponent(value.toWellFormed()), inJson, base64])];
}

function replaced(text: string, forms: readonly Form[]): string {
  return forms.reduce((rest, { name, form }) => rest.replaceAll(form, () => `[redacted ${name}]`), text);
}

/** How much of a text nothing that follows can make part of a secret; never the middle of one that is there. */
function certain(text: string, forms: readonly Form[]): number {
  const longest = forms[0]?.form.length ?? 0;
  let end = Math.max(0, text.length - longest + 1);
  while (end < text.length && !forms.some(({ form }) => form.startsWith(text.slice(end)))) end += 1;
  for (let at = cutThrough(text, end, forms); at !== null; at = cutThrough(text, end, forms)) end = at;
  return end;
}

/** Where a secret begins that has its end beyond a place; null where none has. */
function cutThrough(text: string, place: number, forms: readonly Form[]): number | null {
  for (const { form } of forms) {
    const at = text.indexOf(form, Math.max(0, place - form.length + 1));
    if (at !== -1 && at < place) return at;
  }
  return null;
}
