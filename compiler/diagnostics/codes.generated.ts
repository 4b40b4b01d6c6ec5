// Made by generate.ts from codes/. Edit the pages, then run `npm run generate`.
import type { Span } from "../ir/span.ts";
import type { Diagnostic, Related } from "./diagnostic.ts";

/** {count} of the findings in the baseline `{path}` are no more */
export function baselineStale(
  span: Span | null,
  facts: { readonly count: string | number; readonly path: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.count} of the findings in the baseline \`${facts.path}\` are no more`;
  const help = `shrink it with \`--write-baseline\`, so that they cannot come back unseen`;
  return { code: "baseline/stale", severity: "info", message, help, span, related };
}

/** the baseline `{path}` cannot be read: {reason} */
export function baselineUnreadable(
  span: Span | null,
  facts: { readonly path: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the baseline \`${facts.path}\` cannot be read: ${facts.reason}`;
  const help = `\`--write-baseline\` writes one from what is found now`;
  return { code: "baseline/unreadable", severity: "error", message, help, span, related };
}

/** agents call each other in a cycle: {path} */
export function checkCycle(
  span: Span | null,
  facts: { readonly path: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `agents call each other in a cycle: ${facts.path}`;
  const help = "let one of them call another agent, or make the loop an fsm, whose steps are bounded";
  return { code: "check/cycle", severity: "error", message, help, span, related };
}

/** What `check/cycle` says at related places. */
export const checkCycleNotes = {
  call: (span: Span, facts: { readonly callee: string | number; readonly caller: string | number }): Related => ({ span, message: `\`${facts.caller}\` calls \`${facts.callee}\` here` }),
};

/** the calls of `{agent}` go deeper than {limit} agents */
export function checkDeepCalls(
  span: Span | null,
  facts: { readonly agent: string | number; readonly limit: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the calls of \`${facts.agent}\` go deeper than ${facts.limit} agents`;
  const help = "let states of one fsm do in turn what calls do within one another";
  return { code: "check/deep-calls", severity: "error", message, help, span, related };
}

/** no transition leads to the state `{name}` */
export function checkUnreachableState(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no transition leads to the state \`${facts.name}\``;
  const help = "route a key to it, or remove it";
  return { code: "check/unreachable-state", severity: "warning", message, help, span, related };
}

/** the name `{name}` is not kebab-case */
export function cliBadName(
  span: Span | null,
  facts: { readonly name: string | number; readonly suggestion: string | number | null },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the name \`${facts.name}\` is not kebab-case`;
  const help = facts.suggestion === null ? null : `write \`${facts.suggestion}\``;
  return { code: "cli/bad-name", severity: "error", message, help, span, related };
}

/** `{path}` is there already, so nothing was written */
export function cliExists(
  span: Span | null,
  facts: { readonly path: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.path}\` is there already, so nothing was written`;
  const help = "choose another name, or remove it first";
  return { code: "cli/exists", severity: "error", message, help, span, related };
}

/** `--write-baseline` does not say where to */
export function cliNoBaseline(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`--write-baseline\` does not say where to`;
  const help = `name the file: \`--baseline tama-baseline.json --write-baseline\``;
  return { code: "cli/no-baseline", severity: "error", message, help, span, related };
}

/** {target} has {edges} edges, and SVG is drawn of at most {limit} */
export function cliTooLarge(
  span: Span | null,
  facts: { readonly edges: string | number; readonly limit: string | number; readonly target: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.target} has ${facts.edges} edges, and SVG is drawn of at most ${facts.limit}`;
  const help = `draw a part, \`--agent NAME\`, or only who calls whom, \`--level agents\`; DOT and JSON have no bound`;
  return { code: "cli/too-large", severity: "error", message, help, span, related };
}

/** too many warnings: {count}, where at most {max} may be */
export function cliTooManyWarnings(
  span: Span | null,
  facts: { readonly count: string | number; readonly max: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `too many warnings: ${facts.count}, where at most ${facts.max} may be`;
  const help = `mend them, or allow for them with \`--max-warnings ${facts.count}\``;
  return { code: "cli/too-many-warnings", severity: "error", message, help, span, related };
}

/** {target} has no agent named `{name}` */
export function cliUnknownAgent(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number; readonly target: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.target} has no agent named \`${facts.name}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "cli/unknown-agent", severity: "error", message, help, span, related };
}

/** there is no code `{code}` */
export function cliUnknownCode(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly code: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `there is no code \`${facts.code}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "cli/unknown-code", severity: "error", message, help, span, related };
}

/** no pattern is named `{pattern}`; there is {known} */
export function cliUnknownPattern(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly known: string | number; readonly pattern: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no pattern is named \`${facts.pattern}\`; there is ${facts.known}`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "cli/unknown-pattern", severity: "error", message, help, span, related };
}

/** `{spec}` does not name a model: expected `provider:model` */
export function configBadModel(
  span: Span | null,
  facts: { readonly spec: string | number; readonly suggestion: string | number | null },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.spec}\` does not name a model: expected \`provider:model\``;
  const help = facts.suggestion === null ? null : `write \`${facts.suggestion}\``;
  return { code: "config/bad-model", severity: "error", message, help, span, related };
}

/** `{key}`: {problem} */
export function configBadPattern(
  span: Span | null,
  facts: { readonly key: string | number; readonly problem: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\`: ${facts.problem}`;
  const help = null;
  return { code: "config/bad-pattern", severity: "error", message, help, span, related };
}

/** `{key}` must be a folder inside the project, found `{found}` */
export function configBadRoot(
  span: Span | null,
  facts: { readonly found: string | number; readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` must be a folder inside the project, found \`${facts.found}\``;
  const help = null;
  return { code: "config/bad-root", severity: "error", message, help, span, related };
}

/** `{key}` must be an http or https address, found `{found}` */
export function configBadUrl(
  span: Span | null,
  facts: { readonly found: string | number; readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` must be an http or https address, found \`${facts.found}\``;
  const help = null;
  return { code: "config/bad-url", severity: "error", message, help, span, related };
}

/** `{code}` cannot be set to {setting} */
export function configBelowFloor(
  span: Span | null,
  facts: { readonly code: string | number; readonly floor: string | number; readonly setting: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.code}\` cannot be set to ${facts.setting}`;
  const help = `the least that it can be set to is ${facts.floor}`;
  return { code: "config/below-floor", severity: "error", message, help, span, related };
}

/** `{key}` holds a key, which would stand in the plan */
export function configKeyInUrl(
  span: Span | null,
  facts: { readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` holds a key, which would stand in the plan`;
  const help = `take it out; \`TAMA_PROVIDER_<PROVIDER>_BASE_URL\` may hold it when a plan runs`;
  return { code: "config/key-in-url", severity: "error", message, help, span, related };
}

/** there is already a pattern named `{name}` */
export function configTakenPattern(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `there is already a pattern named \`${facts.name}\``;
  const help = "give it a name of its own";
  return { code: "config/taken-pattern", severity: "error", message, help, span, related };
}

/** What `config/taken-pattern` says at related places. */
export const configTakenPatternNotes = {
  first: (span: Span): Related => ({ span, message: "first declared here" }),
};

/** no code is named `{code}` */
export function configUnknownCode(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly code: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no code is named \`${facts.code}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "config/unknown-code", severity: "error", message, help, span, related };
}

/** the config has no key `{key}` */
export function configUnknownKey(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the config has no key \`${facts.key}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "config/unknown-key", severity: "error", message, help, span, related };
}

/** unknown provider `{provider}`: supported providers are anthropic, openai, google and ollama */
export function configUnknownProvider(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly provider: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `unknown provider \`${facts.provider}\`: supported providers are anthropic, openai, google and ollama`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "config/unknown-provider", severity: "error", message, help, span, related };
}

/** `{key}` must be {expected}, found {found} */
export function configWrongType(
  span: Span | null,
  facts: { readonly expected: string | number; readonly found: string | number; readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` must be ${facts.expected}, found ${facts.found}`;
  const help = null;
  return { code: "config/wrong-type", severity: "error", message, help, span, related };
}

/** `{agent}` needs at least {least} {unit}, more than the limit of {limit} */
export function costLimitBelowMinimum(
  span: Span | null,
  facts: { readonly agent: string | number; readonly least: string | number; readonly limit: string | number; readonly unit: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.agent}\` needs at least ${facts.least} ${facts.unit}, more than the limit of ${facts.limit}`;
  const help = `raise the limit to ${facts.least} or more`;
  return { code: "cost/limit-below-minimum", severity: "error", message, help, span, related };
}

/** the limit of {limit} USD does not count what `{models}` costs: no price is told */
export function costNoPrice(
  span: Span | null,
  facts: { readonly limit: string | number; readonly models: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the limit of ${facts.limit} USD does not count what \`${facts.models}\` costs: no price is told`;
  const help = `give the model a \`price\`, in US dollars per million tokens`;
  return { code: "cost/no-price", severity: "warning", message, help, span, related };
}

/** `{effect}` is not among the `permissions` of the config: {path} */
export function effectsBeyondPermissions(
  span: Span | null,
  facts: { readonly effect: string | number; readonly path: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.effect}\` is not among the \`permissions\` of the config: ${facts.path}`;
  const help = `add \`${facts.effect}\` to \`permissions\`, or take this way to it away`;
  return { code: "effects/beyond-permissions", severity: "error", message, help, span, related };
}

/** What `effects/beyond-permissions` says at related places. */
export const effectsBeyondPermissionsNotes = {
  unlocked: (span: Span, facts: { readonly skill: string | number }): Related => ({ span, message: `\`${facts.skill}\` unlocks it here` }),
  other: (span: Span, facts: { readonly agent: string | number }): Related => ({ span, message: `\`${facts.agent}\` can do it too` }),
};

/** `{agent}` is tried again when it fails, and what `{tool}` does cannot be undone: {path} */
export function effectsIrreversibleRetry(
  span: Span | null,
  facts: { readonly agent: string | number; readonly path: string | number; readonly tool: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.agent}\` is tried again when it fails, and what \`${facts.tool}\` does cannot be undone: ${facts.path}`;
  const help = `take \`retry\` away, or leave the call of \`${facts.tool}\` to an agent that is not tried again`;
  return { code: "effects/irreversible-retry", severity: "warning", message, help, span, related };
}

/** What `effects/irreversible-retry` says at related places. */
export const effectsIrreversibleRetryNotes = {
  unlocked: (span: Span, facts: { readonly skill: string | number }): Related => ({ span, message: `\`${facts.skill}\` unlocks it here` }),
};

/** a run of `{entry}` will need {flags} */
export function effectsNeedsFlags(
  span: Span | null,
  facts: { readonly entry: string | number; readonly file: string | number; readonly flags: string | number; readonly line: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `a run of \`${facts.entry}\` will need ${facts.flags}`;
  const help = `say \`${facts.line}\` in ${facts.file}, which \`tama run\` goes by; \`tama exec\` and \`tama resume\` take the flags`;
  return { code: "effects/needs-flags", severity: "warning", message, help, span, related };
}

/** What `effects/needs-flags` says at related places. */
export const effectsNeedsFlagsNotes = {
  way: (span: Span, facts: { readonly effect: string | number; readonly path: string | number }): Related => ({ span, message: `\`${facts.effect}\`: ${facts.path}` }),
};

/** no `env` lists the variable `{name}`, so a tool sends it as it is written here */
export function effectsUnlistedVariable(
  span: Span | null,
  facts: { readonly agent: string | number; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no \`env\` lists the variable \`${facts.name}\`, so a tool sends it as it is written here`;
  const help = `add it to the \`env\` of \`${facts.agent}\`: \`env: [${facts.name}]\``;
  return { code: "effects/unlisted-variable", severity: "warning", message, help, span, related };
}

/** What `effects/unlisted-variable` says at related places. */
export const effectsUnlistedVariableNotes = {
  used: (span: Span, facts: { readonly agent: string | number }): Related => ({ span, message: `\`${facts.agent}\` uses the skill here` }),
};

/** untrusted text can reach `{tool}` of `{agent}`: what {source} brings in */
export function effectsUntrustedFlow(
  span: Span | null,
  facts: { readonly agent: string | number; readonly source: string | number; readonly tool: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `untrusted text can reach \`${facts.tool}\` of \`${facts.agent}\`: what ${facts.source} brings in`;
  const help = `put a \`human\` or a \`code\` agent in between, or take the tool away`;
  return { code: "effects/untrusted-flow", severity: "warning", message, help, span, related };
}

/** What `effects/untrusted-flow` says at related places. */
export const effectsUntrustedFlowNotes = {
  source: (span: Span, facts: { readonly path: string | number }): Related => ({ span, message: `untrusted text comes in here: ${facts.path}` }),
};

/** `{name}` takes {expected}, here it gets {found} */
export function exprArgumentCount(
  span: Span | null,
  facts: { readonly expected: string | number; readonly found: string | number; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.name}\` takes ${facts.expected}, here it gets ${facts.found}`;
  const help = null;
  return { code: "expr/argument-count", severity: "error", message, help, span, related };
}

/** the field `{name}` stands twice */
export function exprDuplicateField(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the field \`${facts.name}\` stands twice`;
  const help = "remove one";
  return { code: "expr/duplicate-field", severity: "error", message, help, span, related };
}

/** `{found}` is no operator of expressions */
export function exprForeignOperator(
  span: Span | null,
  facts: { readonly found: string | number; readonly own: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.found}\` is no operator of expressions`;
  const help = `write \`${facts.own}\``;
  return { code: "expr/foreign-operator", severity: "error", message, help, span, related };
}

/** `{what}` may be null ({type}), and then reads `null` */
export function exprMayBeNull(
  span: Span | null,
  facts: { readonly type: string | number; readonly what: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.what}\` may be null (${facts.type}), and then reads \`null\``;
  const help = `say what it reads then: \`${facts.what} | default("")\``;
  return { code: "expr/may-be-null", severity: "warning", message, help, span, related };
}

/** {left} and {right} are never equal */
export function exprNeverEqual(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly left: string | number; readonly right: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.left} and ${facts.right} are never equal`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "expr/never-equal", severity: "warning", message, help, span, related };
}

/** `{what}` has no fields: it is {type} */
export function exprNoFields(
  span: Span | null,
  facts: { readonly type: string | number; readonly what: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.what}\` has no fields: it is ${facts.type}`;
  const help = `text gets fields where an \`input:\` or \`output:\` names them`;
  return { code: "expr/no-fields", severity: "error", message, help, span, related };
}

/** expected {expected}, found {found} */
export function exprSyntax(
  span: Span | null,
  facts: { readonly expected: string | number; readonly found: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `expected ${facts.expected}, found ${facts.found}`;
  const help = null;
  return { code: "expr/syntax", severity: "error", message, help, span, related };
}

/** this has more than {limit} {what} */
export function exprTooComplex(
  span: Span | null,
  facts: { readonly limit: string | number; readonly what: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this has more than ${facts.limit} ${facts.what}`;
  const help = `split it up, or work it out in a \`code\` agent`;
  return { code: "expr/too-complex", severity: "error", message, help, span, related };
}

/** this hole does not end on its line */
export function exprUnclosedHole(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "this hole does not end on its line";
  const help = `end it with \`}}\`; for braces as they are write \`\\{{\``;
  return { code: "expr/unclosed-hole", severity: "error", message, help, span, related };
}

/** this text does not end, or holds an escape that is none */
export function exprUnclosedText(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "this text does not end, or holds an escape that is none";
  const help = "end it with the quote that it begins with; the escapes are those of JSON";
  return { code: "expr/unclosed-text", severity: "error", message, help, span, related };
}

/** `{what}` has no field `{name}`: it is {type} */
export function exprUnknownField(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number; readonly type: string | number; readonly what: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.what}\` has no field \`${facts.name}\`: it is ${facts.type}`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "expr/unknown-field", severity: "error", message, help, span, related };
}

/** there is no function `{name}` */
export function exprUnknownFunction(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `there is no function \`${facts.name}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "expr/unknown-function", severity: "error", message, help, span, related };
}

/** nothing is named `{name}` here; there is {known} */
export function exprUnknownName(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly known: string | number; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `nothing is named \`${facts.name}\` here; there is ${facts.known}`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "expr/unknown-name", severity: "error", message, help, span, related };
}

/** `{name}` is no type */
export function exprUnknownType(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.name}\` is no type`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "expr/unknown-type", severity: "error", message, help, span, related };
}

/** `{name}` takes {expected} here, and `{what}` is {type} */
export function exprWrongArgument(
  span: Span | null,
  facts: { readonly expected: string | number; readonly name: string | number; readonly type: string | number; readonly what: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.name}\` takes ${facts.expected} here, and \`${facts.what}\` is ${facts.type}`;
  const help = null;
  return { code: "expr/wrong-argument", severity: "error", message, help, span, related };
}

/** `{what}` is {type}, where {expected} is needed */
export function exprWrongOperand(
  span: Span | null,
  facts: { readonly expected: string | number; readonly type: string | number; readonly what: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.what}\` is ${facts.type}, where ${facts.expected} is needed`;
  const help = null;
  return { code: "expr/wrong-operand", severity: "error", message, help, span, related };
}

/** the pattern `{pattern}` cannot lower `{agent}`: {problem} */
export function lowerBadPattern(
  span: Span | null,
  facts: { readonly agent: string | number; readonly pattern: string | number; readonly problem: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the pattern \`${facts.pattern}\` cannot lower \`${facts.agent}\`: ${facts.problem}`;
  const help = null;
  return { code: "lower/bad-pattern", severity: "error", message, help, span, related };
}

/** What `lower/bad-pattern` says at related places. */
export const lowerBadPatternNotes = {
  agent: (span: Span): Related => ({ span, message: "this agent is of that pattern" }),
};

/** `{agent}` can end with {keys}, which the `exits` of its pattern `{pattern}` do not list */
export function lowerUnlistedExit(
  span: Span | null,
  facts: { readonly agent: string | number; readonly keys: string | number; readonly pattern: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.agent}\` can end with ${facts.keys}, which the \`exits\` of its pattern \`${facts.pattern}\` do not list`;
  const help = `list it in \`exits\`; \`{ kind: "any" }\` stands for any word`;
  return { code: "lower/unlisted-exit", severity: "error", message, help, span, related };
}

/** What `lower/unlisted-exit` says at related places. */
export const lowerUnlistedExitNotes = {
  agent: (span: Span): Related => ({ span, message: "this agent is of that pattern" }),
};

/** the text in quotes ends before this */
export function parseAfterQuotes(
  span: Span | null,
  facts: { readonly escaped: string | number; readonly quote: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = "the text in quotes ends before this";
  const help = `write ${facts.quote} inside the text as ${facts.escaped}`;
  return { code: "parse/after-quotes", severity: "error", message, help, span, related };
}

/** the indentation of this line fits none of the lines above it */
export function parseBadIndent(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "the indentation of this line fits none of the lines above it";
  const help = "let keys that belong together begin at the same column";
  return { code: "parse/bad-indent", severity: "error", message, help, span, related };
}

/** this is not YAML: {reason} */
export function parseBadYaml(
  span: Span | null,
  facts: { readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this is not YAML: ${facts.reason}`;
  const help = null;
  return { code: "parse/bad-yaml", severity: "error", message, help, span, related };
}

/** this value holds `: ` outside quotes, which makes it a key */
export function parseColonInValue(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this value holds \`: \` outside quotes, which makes it a key`;
  const help = "put the whole value in quotes";
  return { code: "parse/colon-in-value", severity: "error", message, help, span, related };
}

/** the key `{key}` is given twice */
export function parseDuplicateKey(
  span: Span | null,
  facts: { readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the key \`${facts.key}\` is given twice`;
  const help = "keep one of them";
  return { code: "parse/duplicate-key", severity: "error", message, help, span, related };
}

/** What `parse/duplicate-key` says at related places. */
export const parseDuplicateKeyNotes = {
  first: (span: Span): Related => ({ span, message: "first given here" }),
};

/** the key `{key}` is routed twice in this state */
export function parseDuplicateRoute(
  span: Span | null,
  facts: { readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the key \`${facts.key}\` is routed twice in this state`;
  const help = "keep one of the two";
  return { code: "parse/duplicate-route", severity: "error", message, help, span, related };
}

/** What `parse/duplicate-route` says at related places. */
export const parseDuplicateRouteNotes = {
  first: (span: Span): Related => ({ span, message: "first routed here" }),
};

/** this frontmatter is empty */
export function parseEmptyFrontmatter(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "this frontmatter is empty";
  const help = `write \`key: value\` lines in it: \`name\`, \`description\` and what else it needs`;
  return { code: "parse/empty-frontmatter", severity: "error", message, help, span, related };
}

/** {file} has no text below its frontmatter, so its system prompt is empty */
export function parseEmptyPrompt(
  span: Span | null,
  facts: { readonly file: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.file} has no text below its frontmatter, so its system prompt is empty`;
  const help = `write the prompt below the closing \`---\``;
  return { code: "parse/empty-prompt", severity: "warning", message, help, span, related };
}

/** `when` guards one route, and stands here with {count} */
export function parseGuardPlace(
  span: Span | null,
  facts: { readonly count: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`when\` guards one route, and stands here with ${facts.count}`;
  const help = `write one route to an entry: \`- approve: target\` with \`when:\` under it`;
  return { code: "parse/guard-place", severity: "error", message, help, span, related };
}

/** a route for `!error` takes no guard */
export function parseGuardedError(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = `a route for \`!error\` takes no guard`;
  const help = `remove the \`when\``;
  return { code: "parse/guarded-error", severity: "error", message, help, span, related };
}

/** this `---` is indented, so it does not close the frontmatter */
export function parseIndentedFence(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this \`---\` is indented, so it does not close the frontmatter`;
  const help = "move it to the beginning of its line";
  return { code: "parse/indented-fence", severity: "error", message, help, span, related };
}

/** `{key}` stands outside `call`, where nothing reads it */
export function parseMisplacedKey(
  span: Span | null,
  facts: { readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` stands outside \`call\`, where nothing reads it`;
  const help = `move it into \`call\``;
  return { code: "parse/misplaced-key", severity: "error", message, help, span, related };
}

/** the key `{key}` is missing */
export function parseMissingKey(
  span: Span | null,
  facts: { readonly example: string | number; readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the key \`${facts.key}\` is missing`;
  const help = `add a line \`${facts.key}: ${facts.example}\``;
  return { code: "parse/missing-key", severity: "error", message, help, span, related };
}

/** the pattern `{pattern}` needs {files} beside AGENT.md */
export function parseMissingStepFile(
  span: Span | null,
  facts: { readonly files: string | number; readonly pattern: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the pattern \`${facts.pattern}\` needs ${facts.files} beside AGENT.md`;
  const help = "write the missing step as a prompt in a file of that name";
  return { code: "parse/missing-step-file", severity: "error", message, help, span, related };
}

/** What `parse/missing-step-file` says at related places. */
export const parseMissingStepFileNotes = {
  stray: (span: Span): Related => ({ span, message: "nothing reads this file" }),
};

/** a second YAML document begins here, which nothing reads */
export function parseMoreDocuments(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "a second YAML document begins here, which nothing reads";
  const help = `remove the \`...\` or \`---\` before it`;
  return { code: "parse/more-documents", severity: "error", message, help, span, related };
}

/** the name `{name}` is not that of its directory, `{directory}` */
export function parseNameDiffers(
  span: Span | null,
  facts: { readonly directory: string | number; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the name \`${facts.name}\` is not that of its directory, \`${facts.directory}\``;
  const help = `write \`name: ${facts.directory}\`, or rename the directory`;
  return { code: "parse/name-differs", severity: "error", message, help, span, related };
}

/** a value that begins with `{start}` needs quotes */
export function parseNeedsQuotes(
  span: Span | null,
  facts: { readonly start: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `a value that begins with \`${facts.start}\` needs quotes`;
  const help = "put the whole value in quotes";
  return { code: "parse/needs-quotes", severity: "error", message, help, span, related };
}

/** agents/{directory} holds no AGENT.md */
export function parseNoAgentFile(
  span: Span | null,
  facts: { readonly directory: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `agents/${facts.directory} holds no AGENT.md`;
  const help = `add agents/${facts.directory}/AGENT.md, or remove the directory`;
  return { code: "parse/no-agent-file", severity: "error", message, help, span, related };
}

/** no colon and space stand after the key of this line */
export function parseNoColon(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "no colon and space stand after the key of this line";
  const help = `write \`key: value\``;
  return { code: "parse/no-colon", severity: "error", message, help, span, related };
}

/** when no guard of `{key}` holds, it leads nowhere */
export function parseNoFallback(
  span: Span | null,
  facts: { readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `when no guard of \`${facts.key}\` holds, it leads nowhere`;
  const help = `add an entry for \`${facts.key}\` without \`when\`, or one for \`*\``;
  return { code: "parse/no-fallback", severity: "error", message, help, span, related };
}

/** this file does not begin with frontmatter */
export function parseNoFrontmatter(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "this file does not begin with frontmatter";
  const help = `begin it with a line \`---\`, then \`key: value\` lines, then a line \`---\``;
  return { code: "parse/no-frontmatter", severity: "error", message, help, span, related };
}

/** skills/{directory} holds no SKILL.md */
export function parseNoSkillFile(
  span: Span | null,
  facts: { readonly directory: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `skills/${facts.directory} holds no SKILL.md`;
  const help = `add skills/${facts.directory}/SKILL.md, or remove the directory`;
  return { code: "parse/no-skill-file", severity: "error", message, help, span, related };
}

/** the name `{name}` is not kebab-case */
export function parseNotKebabCase(
  span: Span | null,
  facts: { readonly name: string | number; readonly suggestion: string | number | null },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the name \`${facts.name}\` is not kebab-case`;
  const help = facts.suggestion === null ? null : `rename it and its directory to \`${facts.suggestion}\``;
  return { code: "parse/not-kebab-case", severity: "error", message, help, span, related };
}

/** `{item}` stands twice in `{key}` */
export function parseRepeatedItem(
  span: Span | null,
  facts: { readonly item: string | number; readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.item}\` stands twice in \`${facts.key}\``;
  const help = "remove one";
  return { code: "parse/repeated-item", severity: "warning", message, help, span, related };
}

/** What `parse/repeated-item` says at related places. */
export const parseRepeatedItemNotes = {
  first: (span: Span): Related => ({ span, message: "first given here" }),
};

/** `{name}` is no name of a skill */
export function parseSkillForm(
  span: Span | null,
  facts: { readonly name: string | number; readonly suggestion: string | number | null },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.name}\` is no name of a skill`;
  const help = facts.suggestion === null ? null : `write \`${facts.suggestion}\``;
  return { code: "parse/skill-form", severity: "error", message, help, span, related };
}

/** `{path}` leads out of the project */
export function parseSkillOutside(
  span: Span | null,
  facts: { readonly path: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.path}\` leads out of the project`;
  const help = `move the skill into the project, beside the agent or under \`skills/\``;
  return { code: "parse/skill-outside", severity: "error", message, help, span, related };
}

/** a step runs as oneshot or react, not as `{pattern}` */
export function parseStepPattern(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly pattern: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `a step runs as oneshot or react, not as \`${facts.pattern}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "parse/step-pattern", severity: "error", message, help, span, related };
}

/** YAML does not allow tabs as indentation */
export function parseTabIndent(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "YAML does not allow tabs as indentation";
  const help = "indent with spaces";
  return { code: "parse/tab-indent", severity: "error", message, help, span, related };
}

/** this is nested deeper than {limit} levels */
export function parseTooDeep(
  span: Span | null,
  facts: { readonly limit: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this is nested deeper than ${facts.limit} levels`;
  const help = null;
  return { code: "parse/too-deep", severity: "error", message, help, span, related };
}

/** `{key}` has {length} characters; Agent Skills allow {max} */
export function parseTooLong(
  span: Span | null,
  facts: { readonly key: string | number; readonly length: string | number; readonly max: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` has ${facts.length} characters; Agent Skills allow ${facts.max}`;
  const help = "shorten it";
  return { code: "parse/too-long", severity: "warning", message, help, span, related };
}

/** the YAML aliases of this file stand for more than {limit} values */
export function parseTooManyAliases(
  span: Span | null,
  facts: { readonly limit: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the YAML aliases of this file stand for more than ${facts.limit} values`;
  const help = "write the values out";
  return { code: "parse/too-many-aliases", severity: "error", message, help, span, related };
}

/** `tools` does not hold `{tool}`, which the skill is about */
export function parseToolNotListed(
  span: Span | null,
  facts: { readonly tool: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`tools\` does not hold \`${facts.tool}\`, which the skill is about`;
  const help = `write it into \`tools\`, so that reading the skill unlocks it`;
  return { code: "parse/tool-not-listed", severity: "warning", message, help, span, related };
}

/** the frontmatter that begins here is never closed */
export function parseUnclosedFrontmatter(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "the frontmatter that begins here is never closed";
  const help = `add a line \`---\` after its last key`;
  return { code: "parse/unclosed-frontmatter", severity: "error", message, help, span, related };
}

/** this `{opener}` is never closed */
export function parseUnclosed(
  span: Span | null,
  facts: { readonly closer: string | number; readonly opener: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this \`${facts.opener}\` is never closed`;
  const help = `add the \`${facts.closer}\` that ends it`;
  return { code: "parse/unclosed", severity: "error", message, help, span, related };
}

/** no anchor `&{name}` stands before this alias */
export function parseUnknownAlias(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no anchor \`&${facts.name}\` stands before this alias`;
  const help = `put the value in quotes if its \`*\` is meant as text`;
  return { code: "parse/unknown-alias", severity: "error", message, help, span, related };
}

/** `{key}` is no key of {owner} */
export function parseUnknownKey(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly key: string | number; readonly owner: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` is no key of ${facts.owner}`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "parse/unknown-key", severity: "error", message, help, span, related };
}

/** there is no pattern `{pattern}` */
export function parseUnknownPattern(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly pattern: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `there is no pattern \`${facts.pattern}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "parse/unknown-pattern", severity: "error", message, help, span, related };
}

/** `{tag}` is a YAML tag here, which nothing reads */
export function parseUnknownTag(
  span: Span | null,
  facts: { readonly tag: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.tag}\` is a YAML tag here, which nothing reads`;
  const help = "put it in quotes if it is meant as text";
  return { code: "parse/unknown-tag", severity: "error", message, help, span, related };
}

/** `{key}` means nothing to {owner} */
export function parseUnusedKey(
  span: Span | null,
  facts: { readonly key: string | number; readonly owner: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` means nothing to ${facts.owner}`;
  const help = "remove it";
  return { code: "parse/unused-key", severity: "warning", message, help, span, related };
}

/** nothing reads {file}: the pattern `{pattern}` has no such step */
export function parseUnusedStepFile(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly file: string | number; readonly pattern: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `nothing reads ${facts.file}: the pattern \`${facts.pattern}\` has no such step`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}.md\`?`;
  return { code: "parse/unused-step-file", severity: "warning", message, help, span, related };
}

/** `{key}` must be {expected}, found {found} */
export function parseWrongType(
  span: Span | null,
  facts: { readonly expected: string | number; readonly found: string | number; readonly key: string | number; readonly suggestion: string | number | null },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` must be ${facts.expected}, found ${facts.found}`;
  const help = facts.suggestion === null ? null : `write \`${facts.suggestion}\``;
  return { code: "parse/wrong-type", severity: "error", message, help, span, related };
}

/** `{channel}` of run `{run}` was answered already */
export function peopleAnswered(
  span: Span | null,
  facts: { readonly channel: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.channel}\` of run \`${facts.run}\` was answered already`;
  const help = `the first answer counts; see it with tama runs show ${facts.run}`;
  return { code: "people/answered", severity: "error", message, help, span, related };
}

/** run `{run}` has no open question on `{channel}` */
export function peopleNoSuchChannel(
  span: Span | null,
  facts: { readonly channel: string | number; readonly open: string | number | null; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` has no open question on \`${facts.channel}\``;
  const help = facts.open === null ? null : `open: ${facts.open}`;
  return { code: "people/no-such-channel", severity: "error", message, help, span, related };
}

/** run `{run}` has ended ({status}): there is nothing to cancel */
export function peopleNotCancelled(
  span: Span | null,
  facts: { readonly run: string | number; readonly status: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` has ended (${facts.status}): there is nothing to cancel`;
  const help = `tama runs rm ${facts.run} removes it`;
  return { code: "people/not-cancelled", severity: "error", message, help, span, related };
}

/** {count} open questions of run `{run}` are on the channel `{channel}` */
export function peopleSeveralChannels(
  span: Span | null,
  facts: { readonly channel: string | number; readonly count: string | number; readonly paths: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.count} open questions of run \`${facts.run}\` are on the channel \`${facts.channel}\``;
  const help = `name one by its path: ${facts.paths}`;
  return { code: "people/several-channels", severity: "error", message, help, span, related };
}

/** the deadline of `{channel}` of run `{run}` has passed: its default stands */
export function peopleTooLate(
  span: Span | null,
  facts: { readonly channel: string | number; readonly default: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the deadline of \`${facts.channel}\` of run \`${facts.run}\` has passed: its default stands`;
  const help = `the run takes ${facts.default} when it goes on: tama resume ${facts.run}`;
  return { code: "people/too-late", severity: "error", message, help, span, related };
}

/** `{channel}` wants {type}, and the answer is not of that type */
export function peopleWrongAnswer(
  span: Span | null,
  facts: { readonly channel: string | number; readonly type: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.channel}\` wants ${facts.type}, and the answer is not of that type`;
  const help = "give it as JSON: 3, true, a text as it is, a list as '[\"a\", \"b\"]'";
  return { code: "people/wrong-answer", severity: "error", message, help, span, related };
}

/** {file} was changed after it was built: its digest does not match */
export function planChanged(
  span: Span | null,
  facts: { readonly file: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.file} was changed after it was built: its digest does not match`;
  const help = `build it again with \`tamac build\``;
  return { code: "plan/changed", severity: "error", message, help, span, related };
}

/** {file}: {reason} */
export function planFormat(
  span: Span | null,
  facts: { readonly file: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.file}: ${facts.reason}`;
  const help = "use the version of tama that wrote it, or build it again with this one";
  return { code: "plan/format", severity: "error", message, help, span, related };
}

/** {file} is no valid plan, at {at}: {reason} */
export function planInvalid(
  span: Span | null,
  facts: { readonly at: string | number; readonly file: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.file} is no valid plan, at ${facts.at}: ${facts.reason}`;
  const help = `build it again with \`tamac build\``;
  return { code: "plan/invalid", severity: "error", message, help, span, related };
}

/** `{path}` is missing, so it cannot be what the sources give */
export function planMissing(
  span: Span | null,
  facts: { readonly command: string | number; readonly path: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.path}\` is missing, so it cannot be what the sources give`;
  const help = `run \`${facts.command}\`, and commit what it writes`;
  return { code: "plan/missing", severity: "error", message, help, span, related };
}

/** {file} is not a whole JSON file: {reason} */
export function planNotJson(
  span: Span | null,
  facts: { readonly file: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.file} is not a whole JSON file: ${facts.reason}`;
  const help = `build it again with \`tamac build\``;
  return { code: "plan/not-json", severity: "error", message, help, span, related };
}

/** cannot note in `{path}` that this plan was built here */
export function planNotNoted(
  span: Span | null,
  facts: { readonly path: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `cannot note in \`${facts.path}\` that this plan was built here`;
  const help = "run it with: tama exec --allow-code";
  return { code: "plan/not-noted", severity: "warning", message, help, span, related };
}

/** `{path}` cannot be written: {reason} */
export function planNotWritable(
  span: Span | null,
  facts: { readonly path: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.path}\` cannot be written: ${facts.reason}`;
  const help = "clear the way, or choose another place";
  return { code: "plan/not-writable", severity: "error", message, help, span, related };
}

/** `{path}` is not what the sources give */
export function planStale(
  span: Span | null,
  facts: { readonly command: string | number; readonly path: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.path}\` is not what the sources give`;
  const help = `run \`${facts.command}\`, and commit what it writes`;
  return { code: "plan/stale", severity: "error", message, help, span, related };
}

/** `{path}` cannot be read: {reason} */
export function planUnreadable(
  span: Span | null,
  facts: { readonly path: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.path}\` cannot be read: ${facts.reason}`;
  const help = null;
  return { code: "plan/unreadable", severity: "error", message, help, span, related };
}

/** the project has no agents */
export function resolveNoAgents(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "the project has no agents";
  const help = "add agents/<name>/AGENT.md";
  return { code: "resolve/no-agents", severity: "error", message, help, span, related };
}

/** the config names no entry, and {count} agents are called by no other */
export function resolveNoEntry(
  span: Span | null,
  facts: { readonly count: string | number; readonly file: string | number; readonly line: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the config names no entry, and ${facts.count} agents are called by no other`;
  const help = `add \`${facts.line}\` to ${facts.file}`;
  return { code: "resolve/no-entry", severity: "error", message, help, span, related };
}

/** a model is needed here, and the config names none */
export function resolveNoModels(
  span: Span | null,
  facts: { readonly file: string | number; readonly line: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = "a model is needed here, and the config names none";
  const help = `add \`${facts.line}\` to ${facts.file}`;
  return { code: "resolve/no-models", severity: "error", message, help, span, related };
}

/** a `code` agent needs {file} */
export function resolveNoWorker(
  span: Span | null,
  facts: { readonly file: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `a \`code\` agent needs ${facts.file}`;
  const help = "write it: export default defineWorker({...})";
  return { code: "resolve/no-worker", severity: "error", message, help, span, related };
}

/** no model has the role `{role}`; `default` serves instead */
export function resolveRoleFallsBack(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly role: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no model has the role \`${facts.role}\`; \`default\` serves instead`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "resolve/role-falls-back", severity: "warning", message, help, span, related };
}

/** two of these skills are named `{name}` */
export function resolveSameSkillName(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `two of these skills are named \`${facts.name}\``;
  const help = "use one of them, or give one another name";
  return { code: "resolve/same-skill-name", severity: "error", message, help, span, related };
}

/** What `resolve/same-skill-name` says at related places. */
export const resolveSameSkillNameNotes = {
  other: (span: Span): Related => ({ span, message: "the other one" }),
};

/** the agent names the worker `{name}`, and has {file} too */
export function resolveTwoWorkers(
  span: Span | null,
  facts: { readonly file: string | number; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the agent names the worker \`${facts.name}\`, and has ${facts.file} too`;
  const help = "remove one of them";
  return { code: "resolve/two-workers", severity: "error", message, help, span, related };
}

/** no agent is named `{name}` */
export function resolveUnknownAgent(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no agent is named \`${facts.name}\``;
  const help = facts.closest === null ? `make it with \`tamac add oneshot ${facts.name}\`, or another pattern` : `did you mean \`${facts.closest}\`?`;
  return { code: "resolve/unknown-agent", severity: "error", message, help, span, related };
}

/** the entry `{name}` is no agent */
export function resolveUnknownEntry(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the entry \`${facts.name}\` is no agent`;
  const help = facts.closest === null ? `make it with \`tamac add oneshot ${facts.name}\`, or another pattern` : `did you mean \`${facts.closest}\`?`;
  return { code: "resolve/unknown-entry", severity: "error", message, help, span, related };
}

/** no model has the role `{role}`, and there is no `default` */
export function resolveUnknownRole(
  span: Span | null,
  facts: { readonly file: string | number; readonly line: string | number; readonly role: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no model has the role \`${facts.role}\`, and there is no \`default\``;
  const help = `add \`${facts.line}\` to ${facts.file}`;
  return { code: "resolve/unknown-role", severity: "error", message, help, span, related };
}

/** What `resolve/unknown-role` says at related places. */
export const resolveUnknownRoleNotes = {
  other: (span: Span): Related => ({ span, message: "this needs it too" }),
};

/** no skill is named `{name}` */
export function resolveUnknownSkill(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no skill is named \`${facts.name}\``;
  const help = facts.closest === null ? `make it with \`tamac add skill\`` : `did you mean \`${facts.closest}\`?`;
  return { code: "resolve/unknown-skill", severity: "error", message, help, span, related };
}

/** no state is named `{name}` */
export function resolveUnknownState(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no state is named \`${facts.name}\``;
  const help = facts.closest === null ? `list it among the states: \`${facts.name}: ~\`` : `did you mean \`${facts.closest}\`?`;
  return { code: "resolve/unknown-state", severity: "error", message, help, span, related };
}

/** there is no tool `{name}` */
export function resolveUnknownTool(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `there is no tool \`${facts.name}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "resolve/unknown-tool", severity: "error", message, help, span, related };
}

/** no worker is named `{name}` */
export function resolveUnknownWorker(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no worker is named \`${facts.name}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "resolve/unknown-worker", severity: "error", message, help, span, related };
}

/** no entry leads to the agent `{name}` */
export function resolveUnusedAgent(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no entry leads to the agent \`${facts.name}\``;
  const help = "name it where it is meant to be called, or in the config's entries";
  return { code: "resolve/unused-agent", severity: "warning", message, help, span, related };
}

/** nothing uses the skill `{name}` */
export function resolveUnusedSkill(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `nothing uses the skill \`${facts.name}\``;
  const help = `name it in the \`uses\` of an agent or a step`;
  return { code: "resolve/unused-skill", severity: "warning", message, help, span, related };
}

/** no skill unlocks the tool `{name}` */
export function resolveUnusedTool(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no skill unlocks the tool \`${facts.name}\``;
  const help = `name it in the \`tools\` of a skill, or remove it from the config`;
  return { code: "resolve/unused-tool", severity: "warning", message, help, span, related };
}

/** nothing runs {file}: the agent is not of pattern `code` */
export function resolveUnusedWorker(
  span: Span | null,
  facts: { readonly file: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `nothing runs ${facts.file}: the agent is not of pattern \`code\``;
  const help = `write \`pattern: code\`, or remove the file`;
  return { code: "resolve/unused-worker", severity: "warning", message, help, span, related };
}

/** a run comes to the state `{name}` after {steps} steps at the earliest, and has only {max} */
export function routesBeyondBound(
  span: Span | null,
  facts: { readonly max: string | number; readonly name: string | number; readonly steps: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `a run comes to the state \`${facts.name}\` after ${facts.steps} steps at the earliest, and has only ${facts.max}`;
  const help = `raise \`max_iter\`, or remove the state`;
  return { code: "routes/beyond-bound", severity: "warning", message, help, span, related };
}

/** the shortest way from `{name}` to an end takes {steps} steps, more than the {max} that `max_iter` allows */
export function routesBoundTooLow(
  span: Span | null,
  facts: { readonly max: string | number; readonly name: string | number; readonly steps: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the shortest way from \`${facts.name}\` to an end takes ${facts.steps} steps, more than the ${facts.max} that \`max_iter\` allows`;
  const help = `set \`max_iter\` to ${facts.steps} or more`;
  return { code: "routes/bound-too-low", severity: "error", message, help, span, related };
}

/** `{agent}` never finishes with `{key}`: this transition never fires */
export function routesDeadTransition(
  span: Span | null,
  facts: { readonly agent: string | number; readonly ends: string | number; readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.agent}\` never finishes with \`${facts.key}\`: this transition never fires`;
  const help = `remove it, or let an agent that can finish with it stand here; this one ends with ${facts.ends}`;
  return { code: "routes/dead-transition", severity: "warning", message, help, span, related };
}

/** What `routes/dead-transition` says at related places. */
export const routesDeadTransitionNotes = {
  pattern: (span: Span, facts: { readonly name: string | number }): Related => ({ span, message: `\`${facts.name}\` is of this pattern` }),
  lost: (span: Span, facts: { readonly name: string | number }): Related => ({ span, message: `so nothing comes to \`${facts.name}\`` }),
};

/** from the state `{name}` no way leads to an end */
export function routesNoEnd(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `from the state \`${facts.name}\` no way leads to an end`;
  const help = `route a key to \`~\`, to a marker, or to a state without a way out`;
  return { code: "routes/no-end", severity: "error", message, help, span, related };
}

/** What `routes/no-end` says at related places. */
export const routesNoEndNotes = {
  other: (span: Span): Related => ({ span, message: "nor from here" }),
};

/** `{agent}` can finish with {keys}, which its state does not route */
export function routesNoRoute(
  span: Span | null,
  facts: { readonly agent: string | number; readonly first: string | number; readonly keys: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.agent}\` can finish with ${facts.keys}, which its state does not route`;
  const help = `add \`- ${facts.first}: <state>\` to the table, or \`- "*": <state>\` for every other key`;
  return { code: "routes/no-route", severity: "error", message, help, span, related };
}

/** What `routes/no-route` says at related places. */
export const routesNoRouteNotes = {
  pattern: (span: Span, facts: { readonly name: string | number }): Related => ({ span, message: `\`${facts.name}\` is of this pattern` }),
};

/** no prompt of `{agent}` mentions the key `{key}` */
export function routesUnmentionedKey(
  span: Span | null,
  facts: { readonly agent: string | number; readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no prompt of \`${facts.agent}\` mentions the key \`${facts.key}\``;
  const help = `tell the model when to finish with \`${facts.key}\``;
  return { code: "routes/unmentioned-key", severity: "warning", message, help, span, related };
}

/** What `routes/unmentioned-key` says at related places. */
export const routesUnmentionedKeyNotes = {
  prompt: (span: Span): Related => ({ span, message: "this prompt chooses the key" }),
};

/** the base URL of {provider} is not an http(s) URL: `{url}` (from {source}) */
export function runBadBaseUrl(
  span: Span | null,
  facts: { readonly provider: string | number; readonly source: string | number; readonly url: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the base URL of ${facts.provider} is not an http(s) URL: \`${facts.url}\` (from ${facts.source})`;
  const help = "write it with its scheme, as in http://localhost:8080/v1";
  return { code: "run/bad-base-url", severity: "error", message, help, span, related };
}

/** `{entry}` takes {type}, and the input is not of that type */
export function runBadInput(
  span: Span | null,
  facts: { readonly entry: string | number; readonly type: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.entry}\` takes ${facts.type}, and the input is not of that type`;
  const help = `give the input as JSON of that type: \`--input '...'\`, or \`--input @file.json\``;
  return { code: "run/bad-input", severity: "error", message, help, span, related };
}

/** {file}, line {line}: {problem} */
export function runBadInputs(
  span: Span | null,
  facts: { readonly file: string | number; readonly line: string | number; readonly problem: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.file}, line ${facts.line}: ${facts.problem}`;
  const help = `a line is one JSON value, the input of one run; or an object with \`input\`, and perhaps an \`id\` of its own that is copied to its result`;
  return { code: "run/bad-inputs", severity: "error", message, help, span, related };
}

/** {source} is not a model: `{spec}` ({reason}) */
export function runBadModelSpec(
  span: Span | null,
  facts: { readonly providers: string | number; readonly reason: string | number; readonly source: string | number; readonly spec: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.source} is not a model: \`${facts.spec}\` (${facts.reason})`;
  const help = `write sim, or provider:name with one of the providers ${facts.providers}`;
  return { code: "run/bad-model-spec", severity: "error", message, help, span, related };
}

/** the policy in {file} cannot be read: {reason} */
export function runBadPolicy(
  span: Span | null,
  facts: { readonly file: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the policy in ${facts.file} cannot be read: ${facts.reason}`;
  const help = "mend it or take it away; without it runs are granted what the command line says";
  return { code: "run/bad-policy", severity: "error", message, help, span, related };
}

/** {file} is no scenario: {problems} */
export function runBadScenario(
  span: Span | null,
  facts: { readonly file: string | number; readonly problems: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.file} is no scenario: ${facts.problems}`;
  const help = "see \"Scenarios\" in the README of the runtime";
  return { code: "run/bad-scenario", severity: "error", message, help, span, related };
}

/** the plan asks something else at {path} than what was recorded: its {field} differs */
export function runChangedContent(
  span: Span | null,
  facts: { readonly field: string | number; readonly now: string | number; readonly path: string | number; readonly recorded: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the plan asks something else at ${facts.path} than what was recorded: its ${facts.field} differs`;
  const help = `recorded: \`${facts.recorded}\`; now: \`${facts.now}\`. With --accept it is done again, and all that follows from it`;
  return { code: "run/changed-content", severity: "error", message, help, span, related };
}

/** this plan holds code that was not built here: {code} */
export function runForeignCode(
  span: Span | null,
  facts: { readonly code: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this plan holds code that was not built here: ${facts.code}`;
  const help = `build it here with \`tamac build\`, or pass --allow-code if you trust it`;
  return { code: "run/foreign-code", severity: "error", message, help, span, related };
}

/** this plan was not built here, and would have its models asked at {url} */
export function runForeignServer(
  span: Span | null,
  facts: { readonly host: string | number; readonly url: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this plan was not built here, and would have its models asked at ${facts.url}`;
  const help = `if you trust that server with keys and prompts, pass --allow-net=${facts.host}; or build the plan here with \`tamac build\``;
  return { code: "run/foreign-server", severity: "error", message, help, span, related };
}

/** run `{run}` keeps digests in place of texts: there is no answer in it to go by */
export function runHashesOnly(
  span: Span | null,
  facts: { readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` keeps digests in place of texts: there is no answer in it to go by`;
  const help = "set trace.texts to full in the config to be able to resume and replay runs";
  return { code: "run/hashes-only", severity: "error", message, help, span, related };
}

/** the model `{model}` has no key for {provider} */
export function runMissingKey(
  span: Span | null,
  facts: { readonly model: string | number; readonly provider: string | number; readonly variables: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the model \`${facts.model}\` has no key for ${facts.provider}`;
  const help = `set ${facts.variables}, or run without a model: --model sim`;
  return { code: "run/missing-key", severity: "error", message, help, span, related };
}

/** run `{run}` was ended before it began */
export function runNeverBegan(
  span: Span | null,
  facts: { readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` was ended before it began`;
  const help = "start it again with tama exec";
  return { code: "run/never-began", severity: "error", message, help, span, related };
}

/** cannot read {file}: {reason} */
export function runNoFile(
  span: Span | null,
  facts: { readonly file: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `cannot read ${facts.file}: ${facts.reason}`;
  const help = "check the path";
  return { code: "run/no-file", severity: "error", message, help, span, related };
}

/** there is no plan in the folder of run `{run}`: {reason} */
export function runNoPlan(
  span: Span | null,
  facts: { readonly reason: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `there is no plan in the folder of run \`${facts.run}\`: ${facts.reason}`;
  const help = "name it with --plan FILE";
  return { code: "run/no-plan", severity: "error", message, help, span, related };
}

/** a limit is given for `{agent}`, and the plan has no such agent */
export function runNoSuchAgent(
  span: Span | null,
  facts: { readonly agent: string | number; readonly agents: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `a limit is given for \`${facts.agent}\`, and the plan has no such agent`;
  const help = `one of: ${facts.agents}`;
  return { code: "run/no-such-agent", severity: "error", message, help, span, related };
}

/** run `{run}` did nothing at {path} */
export function runNoSuchPath(
  span: Span | null,
  facts: { readonly path: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` did nothing at ${facts.path}`;
  const help = `tama runs show ${facts.run} tells the spans of a run`;
  return { code: "run/no-such-path", severity: "error", message, help, span, related };
}

/** run `{run}` asked no model at {path} */
export function runNoSuchStep(
  span: Span | null,
  facts: { readonly path: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` asked no model at ${facts.path}`;
  const help = `\`tama sql "select path from llm_calls"\` tells the paths of requests; that of a step is what stands before \`:1\``;
  return { code: "run/no-such-step", severity: "error", message, help, span, related };
}

/** nothing at {path} waits to be settled in run `{run}` */
export function runNotUncertain(
  span: Span | null,
  facts: { readonly path: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `nothing at ${facts.path} waits to be settled in run \`${facts.run}\``;
  const help = "copy the path from what tama resume tells";
  return { code: "run/not-uncertain", severity: "error", message, help, span, related };
}

/** the model {role} is {now}, not {planned} as in the plan */
export function runOtherModel(
  span: Span | null,
  facts: { readonly now: string | number; readonly planned: string | number; readonly role: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the model ${facts.role} is ${facts.now}, not ${facts.planned} as in the plan`;
  const help = `take what overrides it away (\`--model\`, \`TAMA_MODEL_*\`), or leave \`--locked\` out`;
  return { code: "run/other-model", severity: "error", message, help, span, related };
}

/** the tool `{tool}` is not the one that the plan was built with */
export function runOtherTool(
  span: Span | null,
  facts: { readonly tool: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the tool \`${facts.tool}\` is not the one that the plan was built with`;
  const help = `build the plan again with this version of tama, or leave \`--locked\` out`;
  return { code: "run/other-tool", severity: "error", message, help, span, related };
}

/** run `{run}` does not answer {path}: {why} */
export function runReplayMiss(
  span: Span | null,
  facts: { readonly now: string | number | null; readonly path: string | number; readonly recorded: string | number | null; readonly run: string | number; readonly why: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` does not answer ${facts.path}: ${facts.why}`;
  const help = facts.now === null || facts.recorded === null ? null : `recorded: \`${facts.recorded}\`; now: \`${facts.now}\``;
  return { code: "run/replay-miss", severity: "error", message, help, span, related };
}

/** undoing run `{run}` would write {file}, which is not granted */
export function runRollbackNotGranted(
  span: Span | null,
  facts: { readonly file: string | number; readonly flag: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `undoing run \`${facts.run}\` would write ${facts.file}, which is not granted`;
  const help = `\`${facts.flag}\` grants it`;
  return { code: "run/rollback-not-granted", severity: "error", message, help, span, related };
}

/** nobody has said that this is to be undone */
export function runRollbackUnconfirmed(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "nobody has said that this is to be undone";
  const help = `\`--yes\` does it, \`--dry-run\` only tells`;
  return { code: "run/rollback-unconfirmed", severity: "error", message, help, span, related };
}

/** run `{run}` was rolled back: what it wrote is gone, so there is nothing to go on from */
export function runRolledBack(
  span: Span | null,
  facts: { readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` was rolled back: what it wrote is gone, so there is nothing to go on from`;
  const help = "run the plan anew with tama exec";
  return { code: "run/rolled-back", severity: "error", message, help, span, related };
}

/** it is not known whether `{tool}` at {path} took effect: the run ended while it was under way */
export function runUncertain(
  span: Span | null,
  facts: { readonly path: string | number; readonly run: string | number; readonly tool: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `it is not known whether \`${facts.tool}\` at ${facts.path} took effect: the run ended while it was under way`;
  const help = `look, then go on with: tama resume ${facts.run} --settle ${facts.path}=done, or =redo to do it again`;
  return { code: "run/uncertain", severity: "error", message, help, span, related };
}

/** the plan has no entry named `{name}` */
export function runUnknownEntry(
  span: Span | null,
  facts: { readonly name: string | number; readonly names: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the plan has no entry named \`${facts.name}\``;
  const help = `its entries are: ${facts.names}`;
  return { code: "run/unknown-entry", severity: "error", message, help, span, related };
}

/** several runs have an id that begins with `{run}`: {ids} */
export function runsAmbiguous(
  span: Span | null,
  facts: { readonly ids: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `several runs have an id that begins with \`${facts.run}\`: ${facts.ids}`;
  const help = "write more of the id";
  return { code: "runs/ambiguous", severity: "error", message, help, span, related };
}

/** run `{run}` is being written by process {pid}, and stays */
export function runsLive(
  span: Span | null,
  facts: { readonly pid: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` is being written by process ${facts.pid}, and stays`;
  const help = "wait until it ends, or end it";
  return { code: "runs/live", severity: "error", message, help, span, related };
}

/** there is no run yet in `{dir}` */
export function runsNone(
  span: Span | null,
  facts: { readonly dir: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `there is no run yet in \`${facts.dir}\``;
  const help = "start one: tama run \"task\"";
  return { code: "runs/none", severity: "error", message, help, span, related };
}

/** cannot write `{file}`: {reason} */
export function runsNotExported(
  span: Span | null,
  facts: { readonly file: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `cannot write \`${facts.file}\`: ${facts.reason}`;
  const help = `name another file with \`--output\``;
  return { code: "runs/not-exported", severity: "error", message, help, span, related };
}

/** no run's id begins with `{run}` */
export function runsUnknown(
  span: Span | null,
  facts: { readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no run's id begins with \`${facts.run}\``;
  const help = `\`tama runs\` lists the runs of this project`;
  return { code: "runs/unknown", severity: "error", message, help, span, related };
}

/** {reason} ({code}) */
export function sessionFailed(
  span: Span | null,
  facts: { readonly code: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.reason} (${facts.code})`;
  const help = null;
  return { code: "session/failed", severity: "error", message, help, span, related };
}

/** `{file}` cannot be used: {reason} */
export function sessionUnusableFile(
  span: Span | null,
  facts: { readonly file: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.file}\` cannot be used: ${facts.reason}`;
  const help = null;
  return { code: "session/unusable-file", severity: "error", message, help, span, related };
}

/** this is not TOML: {reason} */
export function sourceBadToml(
  span: Span | null,
  facts: { readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this is not TOML: ${facts.reason}`;
  const help = null;
  return { code: "source/bad-toml", severity: "error", message, help, span, related };
}

/** the declaration of the tool is wrong: {at}: {problem} */
export function sourceBadTool(
  span: Span | null,
  facts: { readonly at: string | number; readonly problem: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the declaration of the tool is wrong: ${facts.at}: ${facts.problem}`;
  const help = null;
  return { code: "source/bad-tool", severity: "error", message, help, span, related };
}

/** the declaration of the worker is wrong: {at}: {problem} */
export function sourceBadWorker(
  span: Span | null,
  facts: { readonly at: string | number; readonly problem: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the declaration of the worker is wrong: ${facts.at}: ${facts.problem}`;
  const help = null;
  return { code: "source/bad-worker", severity: "error", message, help, span, related };
}

/** the module cannot be bundled: {reason} */
export function sourceBundleFailed(
  span: Span | null,
  facts: { readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the module cannot be bundled: ${facts.reason}`;
  const help = null;
  return { code: "source/bundle-failed", severity: "error", message, help, span, related };
}

/** the module fails while it loads: {reason} */
export function sourceLoadFailed(
  span: Span | null,
  facts: { readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the module fails while it loads: ${facts.reason}`;
  const help = null;
  return { code: "source/load-failed", severity: "error", message, help, span, related };
}

/** the module has no default export */
export function sourceNoDefaultExport(
  span: Span | null,
  facts: { readonly wanted: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = "the module has no default export";
  const help = `export default ${facts.wanted}`;
  return { code: "source/no-default-export", severity: "error", message, help, span, related };
}

/** `{dir}` is no directory */
export function sourceNoDirectory(
  span: Span | null,
  facts: { readonly dir: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.dir}\` is no directory`;
  const help = "name the folder that holds the project: tamac build <dir>";
  return { code: "source/no-directory", severity: "error", message, help, span, related };
}

/** `{dir}` holds no project: neither a config nor a folder `agents` */
export function sourceNoProject(
  span: Span | null,
  facts: { readonly dir: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.dir}\` holds no project: neither a config nor a folder \`agents\``;
  const help = "add agents/<name>/AGENT.md and a tama.config.ts, or name the project's folder: tamac build <dir>";
  return { code: "source/no-project", severity: "error", message, help, span, related };
}

/** `{path}` is no TypeScript file of the project */
export function sourceNoTool(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly path: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.path}\` is no TypeScript file of the project`;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "source/no-tool", severity: "error", message, help, span, related };
}

/** the file is not UTF-8 text: byte {offset} is not part of any character */
export function sourceNotUtf8(
  span: Span | null,
  facts: { readonly offset: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the file is not UTF-8 text: byte ${facts.offset} is not part of any character`;
  const help = "save the file as UTF-8";
  return { code: "source/not-utf8", severity: "error", message, help, span, related };
}

/** there is already a tool named `{name}` */
export function sourceTakenTool(
  span: Span | null,
  facts: { readonly name: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `there is already a tool named \`${facts.name}\``;
  const help = "give it a name of its own";
  return { code: "source/taken-tool", severity: "error", message, help, span, related };
}

/** What `source/taken-tool` says at related places. */
export const sourceTakenToolNotes = {
  first: (span: Span): Related => ({ span, message: "first declared here" }),
};

/** the file has {bytes} bytes; a source file may have {max} */
export function sourceTooLarge(
  span: Span | null,
  facts: { readonly bytes: string | number; readonly max: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the file has ${facts.bytes} bytes; a source file may have ${facts.max}`;
  const help = "a prompt this long belongs into a file that an agent reads with a tool";
  return { code: "source/too-large", severity: "error", message, help, span, related };
}

/** there are two configs, tama.config.ts and tama.toml */
export function sourceTwoConfigs(
  span: Span | null,
  related: readonly Related[] = [],
): Diagnostic {
  const message = "there are two configs, tama.config.ts and tama.toml";
  const help = "keep one of them";
  return { code: "source/two-configs", severity: "error", message, help, span, related };
}

/** `{path}` cannot be read: {reason} */
export function sourceUnreadable(
  span: Span | null,
  facts: { readonly path: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.path}\` cannot be read: ${facts.reason}`;
  const help = null;
  return { code: "source/unreadable", severity: "error", message, help, span, related };
}

/** the database `{file}` is in use by another process */
export function storeBusy(
  span: Span | null,
  facts: { readonly file: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the database \`${facts.file}\` is in use by another process`;
  const help = null;
  return { code: "store/busy", severity: "warning", message, help, span, related };
}

/** {reason} */
export function storeFailedQuery(
  span: Span | null,
  facts: { readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.reason}`;
  const help = null;
  return { code: "store/failed-query", severity: "error", message, help, span, related };
}

/** the database `{file}` cannot be used: {reason} */
export function storeUnusable(
  span: Span | null,
  facts: { readonly file: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the database \`${facts.file}\` cannot be used: ${facts.reason}`;
  const help = "where it is damaged, remove it: it is a cache, and is made again from the logs";
  return { code: "store/unusable", severity: "warning", message, help, span, related };
}

/** this comment silences `{code}` without a reason */
export function suppressNoReason(
  span: Span | null,
  facts: { readonly code: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `this comment silences \`${facts.code}\` without a reason`;
  const help = `say why: \`tama-ignore ${facts.code}: <reason>\``;
  return { code: "suppress/no-reason", severity: "warning", message, help, span, related };
}

/** `{code}` cannot be silenced at a place */
export function suppressNotAllowed(
  span: Span | null,
  facts: { readonly code: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.code}\` cannot be silenced at a place`;
  const help = `mend what it tells, or see whether the config may lower it: \`diagnostics\``;
  return { code: "suppress/not-allowed", severity: "warning", message, help, span, related };
}

/** no code is named `{code}` */
export function suppressUnknownCode(
  span: Span | null,
  facts: { readonly closest: string | number | null; readonly code: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `no code is named \`${facts.code}\``;
  const help = facts.closest === null ? null : `did you mean \`${facts.closest}\`?`;
  return { code: "suppress/unknown-code", severity: "warning", message, help, span, related };
}

/** nothing here reports `{code}`, which this comment silences */
export function suppressUnused(
  span: Span | null,
  facts: { readonly code: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `nothing here reports \`${facts.code}\`, which this comment silences`;
  const help = "remove the comment";
  return { code: "suppress/unused", severity: "warning", message, help, span, related };
}

/** the log in `{dir}` is damaged: of what was written after row {row}, not all can be read */
export function traceDamagedLog(
  span: Span | null,
  facts: { readonly dir: string | number; readonly row: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the log in \`${facts.dir}\` is damaged: of what was written after row ${facts.row}, not all can be read`;
  const help = `look at what is left with \`tama runs show\`, and begin a new run`;
  return { code: "trace/damaged-log", severity: "error", message, help, span, related };
}

/** run `{run}` is being written by process {pid} */
export function traceLocked(
  span: Span | null,
  facts: { readonly pid: string | number; readonly run: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `run \`${facts.run}\` is being written by process ${facts.pid}`;
  const help = "wait until it ends, or end it: what it has recorded is kept";
  return { code: "trace/locked", severity: "error", message, help, span, related };
}

/** the log in `{dir}` has format {version}, and this tama reads up to {known} */
export function traceNewerLog(
  span: Span | null,
  facts: { readonly dir: string | number; readonly known: string | number; readonly version: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the log in \`${facts.dir}\` has format ${facts.version}, and this tama reads up to ${facts.known}`;
  const help = "read it with a newer tama";
  return { code: "trace/newer-log", severity: "error", message, help, span, related };
}

/** the run's log cannot be written to `{dir}`: {reason} */
export function traceUnwritable(
  span: Span | null,
  facts: { readonly dir: string | number; readonly reason: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `the run's log cannot be written to \`${facts.dir}\`: ${facts.reason}`;
  const help = "free the folder or choose another with --state DIR";
  return { code: "trace/unwritable", severity: "error", message, help, span, related };
}

/** `{callee}` takes {expected}{where}, and here it gets {found} */
export function typesMismatch(
  span: Span | null,
  facts: { readonly callee: string | number; readonly expected: string | number; readonly found: string | number; readonly where: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.callee}\` takes ${facts.expected}${facts.where}, and here it gets ${facts.found}`;
  const help = `give what comes before an \`output:\` that fits, or change what \`${facts.callee}\` takes`;
  return { code: "types/mismatch", severity: "error", message, help, span, related };
}

/** What `types/mismatch` says at related places. */
export const typesMismatchNotes = {
  takes: (span: Span, facts: { readonly name: string | number; readonly type: string | number }): Related => ({ span, message: `\`${facts.name}\` takes ${facts.type}` }),
  silent: (span: Span, facts: { readonly name: string | number }): Related => ({ span, message: `\`${facts.name}\` takes text, because it declares no \`input:\`` }),
  answers: (span: Span, facts: { readonly name: string | number; readonly type: string | number }): Related => ({ span, message: `\`${facts.name}\` answers ${facts.type}` }),
  undeclared: (span: Span, facts: { readonly name: string | number; readonly type: string | number }): Related => ({ span, message: `\`${facts.name}\` answers ${facts.type}, and declares no \`output:\`` }),
};

/** `{agent}` asks for {expected}, and the default of its deadline is {found} */
export function typesWrongDefault(
  span: Span | null,
  facts: { readonly agent: string | number; readonly expected: string | number; readonly found: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.agent}\` asks for ${facts.expected}, and the default of its deadline is ${facts.found}`;
  const help = "give a default that a person could have answered";
  return { code: "types/wrong-default", severity: "error", message, help, span, related };
}

/** `{agent}` declares that it answers {expected}{where}, and it answers {found} */
export function typesWrongOutput(
  span: Span | null,
  facts: { readonly agent: string | number; readonly expected: string | number; readonly found: string | number; readonly where: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.agent}\` declares that it answers ${facts.expected}${facts.where}, and it answers ${facts.found}`;
  const help = `declare what it answers, or leave \`output:\` out`;
  return { code: "types/wrong-output", severity: "error", message, help, span, related };
}
