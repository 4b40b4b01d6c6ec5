/** What is measured of a document. Types, not interfaces, because only those pass as JSON. Lines count from 1. */
export type Metrics = {
  /** The first heading; empty where there is none. */
  readonly title: string;
  readonly words: number;
  readonly sentences: number;
  /** Flesch reading ease: 100 is easy, 0 is hard. Null without a sentence. */
  readonly ease: number | null;
  readonly sections: readonly Section[];
  /** The five longest sentences, the longest first. */
  readonly longest: readonly Sentence[];
  readonly links: readonly Link[];
  /** Lines that open a code block which nothing closes. */
  readonly openFences: readonly number[];
};

/** A heading and what stands below it, up to the next heading. Level 0 is the text before the first one. */
export type Section = {
  readonly title: string;
  readonly level: number;
  readonly line: number;
  readonly words: number;
  readonly sentences: number;
  /** Words in its longest sentence. */
  readonly longest: number;
  readonly ease: number | null;
  readonly codeBlocks: number;
  readonly links: number;
  /** Neither text, table nor code, nor a section of a deeper level. */
  readonly isEmpty: boolean;
};

export type Sentence = {
  readonly line: number;
  readonly words: number;
  readonly text: string;
};

/** `relative` names a file, `anchor` a heading of the document. */
export type Link = {
  readonly line: number;
  readonly target: string;
  readonly kind: "relative" | "anchor" | "external";
  /** An anchor that no heading answers to. */
  readonly isBroken: boolean;
};
