/** What a plan has: an agent, a model, the plan itself. */
export type Subject = "plan" | "agent" | "model" | "tool" | "skill" | "worker";

/** Something that holds in a plan. Two are the same if `exact` is; `shown` is for people. */
export interface Fact {
  readonly shown: string;
  readonly exact: string;
  /** A text of its own (a prompt), whose lines are compared. */
  readonly isText: boolean;
  /** How steps hang together, which mostly follows from what else was changed: told only where nothing else is. */
  readonly isWiring: boolean;
  /** What the fact belongs to: one that is new, or gone, is told by that alone. */
  readonly of: string | null;
}

/** All facts of a subject, by what they are about: `draft: model`. */
export interface Described {
  readonly subject: Subject;
  readonly name: string;
  /** One line that says what it is, for what was added. */
  readonly summary: string;
  readonly facts: ReadonlyMap<string, Fact>;
}

/** A fact that is not as it was; null where it was not, or is no more. */
export interface Detail {
  readonly about: string;
  readonly from: string | null;
  readonly to: string | null;
  /** The lines that differ, for a text. */
  readonly lines: readonly string[] | null;
}

/** A subject that is not as it was. */
export interface Change {
  readonly kind: "added" | "removed" | "changed";
  readonly subject: Subject;
  readonly name: string;
  readonly summary: string;
  readonly details: readonly Detail[];
}

/** How two plans differ in what a run depends on. */
export interface PlanDiff {
  readonly same: boolean;
  readonly changes: readonly Change[];
}
