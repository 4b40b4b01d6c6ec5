// Made by generate.ts from codes/. Edit the pages, then run `npm run generate`.
import type { Span } from "../ir/span.ts";
import type { Diagnostic, Related } from "./diagnostic.ts";

/** `{key}` must be a length of time such as `90s`, `10m` or `2h`, found `{found}` */
export function configBadDuration(
  span: Span | null,
  facts: { readonly found: string | number; readonly key: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `\`${facts.key}\` must be a length of time such as \`90s\`, \`10m\` or \`2h\`, found \`${facts.found}\``;
  const help = null;
  return { code: "config/bad-duration", severity: "error", message, help, span, related };
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

/** {what} is part of the language, but this version does not build it yet */
export function parseNotYet(
  span: Span | null,
  facts: { readonly what: string | number },
  related: readonly Related[] = [],
): Diagnostic {
  const message = `${facts.what} is part of the language, but this version does not build it yet`;
  const help = "remove it, or wait for a version that builds it";
  return { code: "parse/not-yet", severity: "error", message, help, span, related };
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
