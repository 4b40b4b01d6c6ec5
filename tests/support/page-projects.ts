/** The projects that a page of `tamac explain` shows, by the file names in the info strings of its fenced blocks. */
export function projectUnder(heading: "Bad" | "Good", body: string): Readonly<Record<string, string>> {
  const section = body.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const blocks = [...section.matchAll(/^(`{3,})\w* file=(\S+)\n(.*?)^\1$/gms)];
  return Object.fromEntries(blocks.map(([, , file = "", text = ""]) => [file, text]));
}
