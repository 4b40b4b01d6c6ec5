import { defineWorker, types } from "tama/compiler";

type Notes = { readonly facts: { readonly commits: readonly string[]; readonly breaking: readonly string[] }; readonly written: string };

const texts = types.list(types.text);

export default defineWorker({
  capability: "assemble-notes",
  input: types.object({ facts: types.object({ commits: texts, breaking: texts }), written: types.text }),
  output: types.text,
  run: ({ facts, written }: Notes) => {
    const leftOut = facts.commits.filter((commit) => !isIn(written, commit));
    const parts = [
      `# Release notes\n\n${facts.commits.length} commits`,
      section("Take care: this breaks", facts.breaking),
      written.trim(),
      section("Not told above", leftOut),
    ];
    return parts.filter((part) => part !== "").join("\n\n");
  },
});

function isIn(written: string, commit: string): boolean {
  const [number] = /\(#\d+\)$/.exec(commit) ?? [];
  return number !== undefined && written.includes(number);
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `## ${title}\n\n${lines.map((line) => `- ${line}`).join("\n")}`;
}
