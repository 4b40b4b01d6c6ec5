import { types } from "tama/compiler";

const { bool, int, literal, list, null: none, object, text, union } = types;

const section = object({
  title: text,
  level: int,
  line: int,
  words: int,
  sentences: int,
  longest: int,
  ease: union(int, none),
  codeBlocks: int,
  links: int,
  isEmpty: bool,
});

const link = object({
  line: int,
  target: text,
  kind: union(literal("relative"), literal("anchor"), literal("external")),
  isBroken: bool,
});

/** The type of `Metrics`, as workers declare it. */
export const metricsType = object({
  title: text,
  words: int,
  sentences: int,
  ease: union(int, none),
  sections: list(section),
  longest: list(object({ line: int, words: int, text })),
  links: list(link),
  openFences: list(int),
});
