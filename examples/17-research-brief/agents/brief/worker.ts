import { defineWorker, types } from "tama/compiler";

export default defineWorker({
  capability: "set-out-brief",
  input: types.text,
  output: types.text,
  reads: ["open-questions"],
  run: (brief: string, { memory }) => [`# Brief\n\n${brief.trim()}`, ...openQuestions(memory["open-questions"])].join("\n"),
});

/** Nothing where no question was kept. */
function openQuestions(kept: unknown): readonly string[] {
  return Array.isArray(kept) ? ["\n## Open\n", ...kept.map((question) => `- ${question}`)] : [];
}
