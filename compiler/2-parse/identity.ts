import { parseNameDiffers, parseNotKebabCase } from "../diagnostics/codes.generated.ts";
import { kebabCase } from "../ir/kebab-case.ts";
import type { Fields } from "./fields.ts";
import type { Located } from "./types.ts";
import { shaped, text } from "./values.ts";

const kebabCased = shaped({ type: "string", pattern: kebabCase.source }, text);

/** Reads the `name` of what a directory holds: it must be the directory's. */
export function readName(fields: Fields, directory: string): Located<string> | null {
  const name = fields.required("name", kebabCased, directory);
  if (name && name.value !== directory) fields.report(parseNameDiffers(name.span, { name: name.value, directory }));
  else if (name && !kebabCase.test(name.value))
    fields.report(parseNotKebabCase(name.span, { name: name.value, suggestion: kebab(name.value) }));
  return name;
}

/** The name in kebab-case, or null where nothing is left of it. */
function kebab(name: string): string | null {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
  return words.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || null;
}
