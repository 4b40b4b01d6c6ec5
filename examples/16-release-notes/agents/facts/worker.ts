import { defineWorker, types } from "tama/compiler";
import { type Group, groupsType } from "../commits/types.ts";

export default defineWorker({
  capability: "count-commits",
  input: groupsType,
  output: types.object({ commits: types.list(types.text), breaking: types.list(types.text) }),
  run: (groups: readonly Group[]) => {
    const commits = groups.flatMap((group) => group.commits);
    return { commits, breaking: commits.filter((commit) => /^\w+(?:\([^)]*\))?!:/.test(commit)) };
  },
});
