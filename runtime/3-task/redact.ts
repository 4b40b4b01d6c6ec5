/** A value that nobody is to see, and the variable that holds it. */
export interface Secret {
  readonly name: string;
  readonly value: string;
}

/** Shorter values are words that stand in any text (`true`, `8080`), and hide nothing. */
const minLength = 6;

/** Takes secrets out of texts: as they are, as they stand in a URL, as the name of a host (which is lower case), in JSON, and in base64. */
export function redactor(secrets: readonly Secret[]): (text: string) => string {
  const forms = secrets
    .map(({ name, value }) => ({ name, value: value.trim() }))
    .filter(({ value }) => value.length >= minLength)
    .flatMap(({ name, value }) => formsOf(value).map((form) => ({ name, form })))
    .sort((a, b) => b.form.length - a.form.length); // one may be part of another
  return (text) => forms.reduce((rest, { name, form }) => rest.replaceAll(form, () => `[redacted ${name}]`), text);
}

function formsOf(value: string): readonly string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const base64 = Buffer.from(value).toString("base64");
  return [...new Set([value, value.toLowerCase(), encodeURIComponent(value.toWellFormed()), inJson, base64])];
}
