import { toText } from "../../compiler/ir/json.ts";
import { show } from "../../compiler/ir/types.ts";
import { namesOf, type OpenQuestion } from "../people/open-questions.ts";

/** How a command was told where runs are: what is to be said again to be understood there. */
export interface Where {
  readonly directory?: string;
  readonly state?: string;
}

/** More than so many questions of a run are told by their number. */
const mostShown = 20;

/** The open questions of a run for people: channel, question, type, deadline, and the command that answers each. */
export function questionLines(traceId: string, questions: readonly OpenQuestion[], where: Where): readonly string[] {
  const names = namesOf(questions);
  const run = traceId.slice(0, 8);
  const shown = questions.slice(0, mostShown).flatMap((question) => {
    const name = names.get(question.path) ?? question.path;
    return ["", ...aboutLines(question), `    ${commandText(["tama", "answer", run, name, "VALUE"], where)}`];
  });
  const more = questions.length - mostShown;
  return [...shown, ...(more > 0 ? ["", `  and ${more} more: ${commandText(["tama", "inbox"], where)}`] : []), ""];
}

/** A command as one types it into a shell. */
export function commandText(words: readonly string[], { directory, state }: Where): string {
  const flags = [...(directory === undefined ? [] : ["-C", directory]), ...(state === undefined ? [] : ["--state", state])];
  return [...words, ...flags].map(shellWord).join(" ");
}

/** A word as a shell reads it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Until when a question waits, and what stands then; empty where it waits for ever. */
function deadlineText({ deadline }: OpenQuestion): string {
  if (!deadline) return "";
  return `until ${new Date(deadline.atUs / 1000).toISOString().slice(0, 16).replace("T", " ")} UTC, then: ${toText(deadline.default)}`;
}

function aboutLines(question: OpenQuestion): readonly string[] {
  const { channel, path, answer } = question;
  const until = deadlineText(question);
  return [
    `  ${channel} (${show(answer)}) at ${path}`,
    ...(question.question ?? "its text is not kept").split("\n").map((line) => `    | ${line}`.trimEnd()),
    ...(until === "" ? [] : [`    ${until}`]),
  ];
}
