import { defineWorker, types } from "tama/compiler";
import { type Group, groupsType } from "./types.ts";

const titles: Readonly<Record<string, string>> = { feat: "New", fix: "Mended", perf: "Faster" };

export default defineWorker({
  capability: "read-commits",
  input: types.text,
  output: groupsType,
  run: (log: string): Group[] => {
    const lines = log.split(/\r?\n/).flatMap((line) => line.trim() || []);
    return [...Object.values(titles), "Other"]
      .map((title) => ({ title, commits: lines.filter((line) => titleOf(line) === title) }))
      .filter(({ commits }) => commits.length > 0);
  },
});

function titleOf(line: string): string {
  const [, kind = ""] = /^(\w+)(?:\([^)]*\))?!?:/.exec(line) ?? [];
  return titles[kind] ?? "Other";
}
