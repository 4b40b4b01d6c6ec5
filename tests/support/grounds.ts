/**
 * Why each error of sources is an error and no warning: a run dies of it, a reference leads to nothing, or a word is not ours. What can be
 * seen of that without the code that reports it is looked at; the rest has a reason.
 */
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import type { FailureCode } from "../../compiler/ir/failure.ts";
import type { Plan } from "../../compiler/ir/plan.ts";
import { providerNames } from "../../compiler/ir/providers.ts";
import { patterns } from "../../stdlib/patterns/index.ts";
import { tools } from "../../stdlib/tools/index.ts";
import { agent, forcedPlanOf, planOf } from "./plan-of.ts";

/** The files of a project. */
export type Project = Readonly<Record<string, string>>;

type Witness = (error: Diagnostic, project: Project) => boolean;

export type Ground =
  /** A run that catches nothing ends so: of the project, or where that gives no plan, of one made by hand. */
  | { readonly clause: "dies"; readonly of: FailureCode; readonly plan: (error: Diagnostic, project: Project) => Plan }
  | { readonly clause: "missing" | "foreign"; readonly why: string; readonly holds: Witness | null };

/** By code, every error that reading and compiling a project can report. */
export const grounds: Readonly<Record<string, Ground>> = {
  "check/cycle": missing("no order in which blocks could be made", (_, project) => !canLower(project)),
  "check/deep-calls": foreign("more than a path has room for: a plan with such calls is refused"),
  "config/bad-model": foreign("a model is `provider:model`", ({ message }) => !/^\w+:./.test(word(message))),
  "config/bad-pattern": missing("nothing that could lower an agent"),
  "config/bad-root": foreign("a project's folders are in it", ({ message }) => /^(\/|\.\.)/.test(word(message, 1))),
  "config/bad-url": foreign("models are asked over http and https", ({ message }) => !/^https?:\/\//.test(word(message, 1))),
  "config/below-floor": foreign("silenced, it would leave a build that fails and does not say why"),
  "config/key-in-url": foreign("a plan has no word for keys", (_, project) => /:[^/]*@|[?&]\w*key/.test(configOf(project))),
  "config/taken-pattern": foreign("a name given twice"),
  "config/unknown-code": foreign("no finding is called so"),
  "config/unknown-key": foreign("nothing reads it"),
  "config/unknown-provider": missing("nobody to ask", ({ message }) => !providerNames.some((name) => name === word(message))),
  "config/wrong-type": foreign("no value of its key"),
  "cost/limit-below-minimum": dies("limit"),
  "effects/beyond-permissions": foreign(
    "`permissions` is the list of what agents may be made for; what is not in it is refused when it is called",
  ),
  "expr/argument-count": foreign("no function of that many arguments: a plan with one is refused"),
  "expr/duplicate-field": foreign("a field given twice"),
  "expr/foreign-operator": foreign("no operator of the language"),
  "expr/no-fields": missing("only objects have fields"),
  "expr/syntax": foreign("not of the language"),
  "expr/too-complex": foreign("more than the language has room for"),
  "expr/unclosed-hole": foreign("not of the language"),
  "expr/unclosed-text": foreign("not of the language"),
  "expr/unknown-field": missing("no type has it", ({ message }, project) => !declares(project, word(message, 1))),
  "expr/unknown-function": missing("the list of functions is closed: a plan with another one is refused"),
  "expr/unknown-name": missing("nothing is called so", ({ message }) => !["input", "key", "task", "value"].includes(word(message))),
  "expr/unknown-type": missing("the list of types is closed"),
  "expr/wrong-argument": foreign("no function of such values: it answers as if nothing were there"),
  "expr/wrong-operand": foreign("no operator of such values: it answers as if nothing were there"),
  "lower/bad-pattern": missing("no block of the agent"),
  "lower/unlisted-exit": missing("routes were proved of other keys than runs end with"),
  "parse/after-quotes": foreign("no YAML"),
  "parse/bad-indent": foreign("no YAML"),
  "parse/bad-yaml": foreign("no YAML"),
  "parse/colon-in-value": foreign("no YAML"),
  "parse/duplicate-key": foreign("a key given twice"),
  "parse/duplicate-route": foreign("a routing key given twice without a guard"),
  "parse/empty-frontmatter": missing("no key that an agent needs", ({ span }, project) =>
    /^---\s*(#.*\s*)*---/.test(textAt(span, project)),
  ),
  "parse/guard-place": foreign("a guard is of one route"),
  "parse/guarded-error": foreign("a route for failures has no guard"),
  "parse/indented-fence": missing("the second `---`", ({ span }, project) => / ---/.test(textAt(span, project))),
  "parse/misplaced-key": foreign("nothing reads it there"),
  "parse/missing-key": missing("the key", ({ message, span }, project) => !hasKey(textAt(span, project), word(message))),
  "parse/missing-step-file": missing("the file", (error, project) => filesNamed(error).every((file) => !(beside(error, file) in project))),
  "parse/more-documents": foreign("nothing reads a second document"),
  "parse/name-differs": foreign("a name that is not its directory's", ({ message }) => word(message) !== word(message, 1)),
  "parse/needs-quotes": foreign("no YAML"),
  "parse/no-agent-file": missing("AGENT.md", ({ message }, project) => !(`${bare(message)}/AGENT.md` in project)),
  "parse/no-colon": foreign("no YAML"),
  "parse/no-fallback": dies("no-route", withoutFallback),
  "parse/no-frontmatter": missing("the first `---`", ({ span }, project) => !/^\s*---/.test(textAt(span, project))),
  "parse/no-skill-file": missing("SKILL.md", ({ message }, project) => !(`${bare(message)}/SKILL.md` in project)),
  "parse/not-kebab-case": foreign(
    "no name by the Agent Skills specification",
    ({ message }) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(word(message)),
  ),
  "parse/skill-form": foreign("neither `name`, `./path` nor `std/name`", ({ message }) => !/^(\.\/|std\/|[^/]+$)/.test(word(message))),
  "parse/skill-outside": foreign("a project's skills are in it", ({ message }) => word(message).includes("..")),
  "parse/step-pattern": foreign("a step is oneshot or react", ({ message }) => !/^(oneshot|react)$/.test(word(message))),
  "parse/tab-indent": foreign("no YAML"),
  "parse/too-deep": foreign("more than the language has room for"),
  "parse/too-many-aliases": foreign("more than the language has room for"),
  "parse/unclosed": foreign("no YAML"),
  "parse/unclosed-frontmatter": missing("the second `---`", ({ span }, project) => !/\n---\s*\n/.test(textAt(span, project))),
  "parse/unknown-alias": missing(
    "the anchor",
    ({ message, span }, project) => !textAt(span, project).includes(`&${word(message).slice(1)} `),
  ),
  "parse/unknown-key": foreign("nothing reads it"),
  "parse/unknown-pattern": missing("the pattern", ({ message }) => !(word(message) in patterns)),
  "parse/unknown-tag": foreign("nothing reads a tag"),
  "parse/wrong-type": foreign("no value of its key"),
  "resolve/no-agents": missing("agents", (_, project) => !namesIn(project, "agents").length),
  "resolve/no-entry": missing("an entry", (_, project) => !/entr(ies|ypoint)/.test(configOf(project))),
  "resolve/no-models": missing("models", (_, project) => !/^\[models\]\n\w/m.test(configOf(project))),
  "resolve/no-worker": missing("the worker", (error, project) => !(beside(error, "worker.ts") in project)),
  "resolve/same-skill-name": foreign("a model knows skills by their names alone: a name given twice"),
  "resolve/two-workers": foreign("a worker given twice"),
  "resolve/unknown-agent": missing("the agent", ({ message }, project) => !namesIn(project, "agents").includes(word(message))),
  "resolve/unknown-entry": missing("the agent", ({ message }, project) => !namesIn(project, "agents").includes(word(message))),
  "resolve/unknown-role": missing("the model", ({ message }, project) => !hasKey(configOf(project), word(message))),
  "resolve/unknown-skill": missing("the skill", ({ message }, project) => !namesIn(project, "skills").includes(word(message))),
  "resolve/unknown-state": missing("the state", ({ message, span }, project) => !hasKey(textAt(span, project), word(message))),
  "resolve/unknown-tool": missing("the tool", ({ message }) => !(word(message) in tools)),
  "resolve/unknown-worker": missing("the worker"),
  "routes/bound-too-low": dies("exhausted"),
  "routes/no-end": dies("exhausted"),
  "routes/no-route": dies("no-route"),
  "source/bad-toml": foreign("no TOML"),
  "source/bad-tool": missing("a tool that models could be told of"),
  "source/bad-worker": missing("a worker that could be called"),
  "source/bundle-failed": missing("what the module imports"),
  "source/load-failed": missing("what the module declares"),
  "source/no-default-export": missing("what the module declares"),
  "source/no-directory": missing("the directory"),
  "source/no-project": missing("the project"),
  "source/no-tool": missing("the file"),
  "source/not-utf8": foreign("no text"),
  "source/taken-tool": foreign("a name given twice"),
  "source/too-large": foreign("more than the language has room for"),
  "source/two-configs": foreign("a config given twice"),
  "source/unreadable": missing("the file"),
  "types/mismatch": dies("schema"),
  "types/wrong-default": dies("schema"),
  "types/wrong-output": dies("schema", withReader),
};

function dies(of: FailureCode, plan: (error: Diagnostic, project: Project) => Plan = withoutCatches): Ground {
  return { clause: "dies", of, plan };
}

function missing(why: string, holds: Witness | null = null): Ground {
  return { clause: "missing", why, holds };
}

function foreign(why: string, holds: Witness | null = null): Ground {
  return { clause: "foreign", why, holds };
}

function withoutCatches(_: Diagnostic, project: Project): Plan {
  const uncaught = Object.entries(project).map(([path, text]) => [path, text.replace(/^ *- "!error": .*\n/gm, "")]);
  return forcedPlanOf(Object.fromEntries(uncaught));
}

/** A reader of what the agent says that it answers. */
function withReader({ message }: Diagnostic, project: Project): Plan {
  const [of, type] = [word(message), /answers (.*?)(?: in `|, and it)/.exec(message)?.[1] ?? ""];
  const reader = agent("reader", `pattern: oneshot\ninput: '${type}'`);
  const caller = agent("caller", `pattern: fsm\ninitial: ${of}\nstates: {${of}: reader, reader: ~}`);
  return forcedPlanOf({ ...project, ...reader, ...caller, "tama.toml": config("caller") });
}

/** A sound machine whose first way leads nowhere, once it is a plan. */
function withoutFallback(): Plan {
  const plan = planOf({
    ...agent(
      "main",
      "pattern: fsm\ninitial: work\nstates: {work: [{approve: ~, when: 'value.score > 99'}, {approve: nowhere}], nowhere: ~}",
    ),
    ...agent("work", "pattern: react\nkeys: [approve]\noutput: {score: int}", "approve"),
  });
  return JSON.parse(JSON.stringify(plan).replaceAll('{"kind":"literal","value":"nowhere"}', '{"kind":"literal","value":false}'));
}

function canLower(project: Project): boolean {
  try {
    return Object.keys(forcedPlanOf(project).blocks).length > 0;
  } catch {
    return false;
  }
}

/** The words that a message quotes. */
function word(message: string, place = 0): string {
  return [...message.matchAll(/`([^`]*)`/g)][place]?.[1] ?? "";
}

/** The first path in a message. */
function bare(message: string): string {
  return /[^\s`]+\/[^\s`]+/.exec(message)?.[0] ?? "";
}

function filesNamed({ message }: Diagnostic): readonly string[] {
  return [...message.matchAll(/`?([\w-]+\.md)`?/g)].flatMap(([, file = ""]) => (file === "AGENT.md" ? [] : [file]));
}

function textAt(span: Diagnostic["span"], project: Project): string {
  return project[span?.file ?? ""] ?? "";
}

function beside({ span }: Diagnostic, file: string): string {
  return (span?.file ?? "").replace(/[^/]*$/, file);
}

/** Whether YAML or TOML has a key, wherever. */
function hasKey(text: string, key: string): boolean {
  return new RegExp(`^[\\s-]*["']?${key}["']?\\s*[:=]`, "m").test(text);
}

function declares(project: Project, field: string): boolean {
  return Object.values(project).some((text) => new RegExp(`\\b${field}\\??: `).test(text));
}

/** The names of agents or skills that have a file. */
function namesIn(project: Project, kind: "agents" | "skills"): readonly string[] {
  const file = kind === "agents" ? /([^/]+)\/AGENT\.md$/ : /([^/]+)\/SKILL\.md$/;
  return Object.keys(project).flatMap((path) => file.exec(path)?.[1] ?? []);
}

function configOf(project: Project): string {
  return project["tama.toml"] ?? "";
}

function config(entry: string): string {
  return `[project]\nname = "grounds"\nentrypoint = "${entry}"\n[models]\ndefault = "openai:gpt-4o"\n`;
}
