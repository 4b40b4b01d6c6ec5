import type { ProjectConfig } from "../config.ts";

/** What to write into a project's config, and where: a model for a role, or an agent as the entry. */
export function configPlace(
  config: ProjectConfig,
  section: "models" | "entry",
  name: string,
): { readonly line: string; readonly file: string } {
  const file = config.file ?? "tama.config.ts";
  if (file.endsWith(".toml")) {
    if (section === "entry") return { line: `entrypoint = "${name}"`, file: `\`[project]\` in ${file}` };
    return { line: `${tomlKey(name)} = "provider:model"`, file: `\`[models]\` in ${file}` };
  }
  if (section === "entry") return { line: `entries: ["${name}"]`, file };
  return { line: `${tsKey(name)}: "provider:model"`, file: `\`models\` in ${file}` };
}

function tomlKey(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
}

function tsKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
