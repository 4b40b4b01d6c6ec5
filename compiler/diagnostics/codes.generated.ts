// Made by generate.ts from codes/. Edit the pages, then run `npm run generate`.
import type { Span } from "../ir/span.ts";
import type { Diagnostic, Related } from "./diagnostic.ts";

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
