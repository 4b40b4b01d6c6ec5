/** Projects as files, for tests and benches that need many agents. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** An agent: frontmatter besides name, description and version as YAML values (JSON is YAML), the body, and step files. */
export interface AgentFiles {
  readonly pattern: string;
  readonly body: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly steps?: Readonly<Record<string, string>>;
}

export interface ProjectFiles {
  readonly entry: string;
  readonly agents: Readonly<Record<string, AgentFiles>>;
}

/** Writes a project whose model is `openai:tiny`. */
export function writeProject(dir: string, { entry, agents }: ProjectFiles): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "tama.toml"), `[project]\nname = "made"\nentrypoint = "${entry}"\n\n[models]\ndefault = "openai:tiny"\n`);
  for (const [name, agent] of Object.entries(agents)) {
    const folder = join(dir, "agents", name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "AGENT.md"), agentText(name, agent));
    for (const [step, text] of Object.entries(agent.steps ?? {})) writeFileSync(join(folder, `${step}.md`), text);
  }
}

function agentText(name: string, { pattern, body, fields = {} }: AgentFiles): string {
  const extra = Object.entries(fields).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  return `---\nname: ${name}\ndescription: does the work of ${name}\nversion: "1.0.0"\npattern: ${pattern}\n${extra.join("")}---\n${body}\n`;
}
