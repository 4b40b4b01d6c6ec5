import type { Located, ParsedAgent, ParsedProject, ParsedStep } from "../2-parse/types.ts";
import { routesUnmentionedKey, routesUnmentionedKeyNotes } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Endings, Followed } from "./endings.ts";

/**
 * Tells of keys that a state routes on and that the prompts which choose the key never name: a model that does not know what a word
 * means will hardly finish with it. `done` needs no word, because text without a tool call means it.
 */
export function checkPrompts(project: ParsedProject, { machines, agents }: Endings, report: Report): void {
  const textOf = readerOf(project);
  for (const followed of machines) {
    for (const { agent, keys } of choicesIn(followed)) {
      const decider = agents.get(agent);
      const prompts = decider ? choosersOf(decider, agents) : [];
      const related = prompts.map(({ span }) => routesUnmentionedKeyNotes.prompt(span));
      const unmentioned = prompts.length > 0 ? notMentioned(keys, prompts.map(textOf)) : [];
      for (const key of unmentioned) report(routesUnmentionedKey(key.span, { agent, key: key.value }, related));
    }
  }
}

/** The keys that each state which is reached routes on by name, and that its agent can finish with. */
function choicesIn({ machine, verdict }: Followed): readonly { readonly agent: string; readonly keys: readonly Located<string>[] }[] {
  return [...verdict.reached].flatMap((agent) => {
    const keys = (verdict.steps.get(agent)?.moves ?? []).flatMap(({ route }) => route?.key ?? []);
    const named = keys.filter(({ value }) => !["*", "!error", "done"].includes(value.toLowerCase()));
    return named.length > 0 && machine.endingOf(agent)?.keys ? [{ agent, keys: named }] : [];
  });
}

/** The prompts of an agent whose models choose the key that it ends with; those of a judge, where that ends it. */
function choosersOf(agent: ParsedAgent, agents: Endings["agents"]): readonly ParsedStep[] {
  const exits = agent.definition.exits;
  return exits.flatMap((exit) => {
    if (exit.kind === "prompt") {
      const step = exit.step === null ? agent.body : agent.steps.find(({ name }) => name === exit.step);
      return step?.kind === "act" ? [step] : [];
    }
    const field = exit.kind === "agent" ? agent.fields[exit.field] : undefined;
    const judge = field?.kind === "agent" ? agents.get(field.name.value) : undefined;
    return judge && judge !== agent ? choosersOf(judge, agents) : [];
  });
}

/** What a prompt's model reads: the prompt, and the skills that it can open. */
function readerOf({ skills }: ParsedProject): (prompt: ParsedStep) => string {
  const texts = new Map(skills.map(({ directory, description, body }) => [directory, `${description.value}\n${body.value}`]));
  return ({ body, uses }) => [body.value, ...uses.map(({ value }) => texts.get(value) ?? "")].join("\n");
}

/** The keys that no text holds. Most are found among the words of the texts: a table may have thousands of keys. */
function notMentioned(keys: readonly Located<string>[], texts: readonly string[]): readonly Located<string>[] {
  const words = new Set(texts.flatMap((text) => text.match(/[\p{L}\p{N}_-]+/gu) ?? []).map((word) => word.toLowerCase()));
  return keys.filter(({ value }) => !words.has(value.toLowerCase()) && !texts.some((text) => mentions(text, value)));
}

/** Whether a text holds a word, whatever its case, as a word of its own. */
function mentions(text: string, word: string): boolean {
  const literal = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_-])${literal}(?![\\p{L}\\p{N}_-])`, "iu").test(text);
}
