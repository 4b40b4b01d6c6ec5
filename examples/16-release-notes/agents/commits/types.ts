import { types } from "tama/compiler";

/** Commits of one kind. */
export type Group = { readonly title: string; readonly commits: readonly string[] };

/** The type of a list of groups, as workers declare it. */
export const groupsType = types.list(types.object({ title: types.text, commits: types.list(types.text) }));
