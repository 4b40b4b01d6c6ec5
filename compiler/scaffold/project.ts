import { agentFile, type Files } from "./agent.ts";

/** A new project: a config, one agent, and what git should leave alone. It builds, and runs with a simulated model at once. */
export function projectFiles(name: string): Files {
  const writer = { name: "writer", description: "answers in one model call", pattern: "oneshot" };
  return {
    "tama.config.ts": config(name),
    "agents/writer/AGENT.md": agentFile(writer, "You are given a task. Answer it in a few short sentences."),
    ".gitignore": "# runs: logs, and the database that is made of them\n.tama/\nnode_modules/\n",
  };
}

/** A new skill. @see https://agentskills.io/specification */
export function skillFiles(name: string): Files {
  const unused = "# tama-ignore resolve/unused-skill: new. Remove this line once an agent's `uses` names it";
  const head = `---\n${unused}\nname: ${name}\ndescription: What it is good for, and when to use it.\ntools: [tama_files_read]\n---\n`;
  return { [`skills/${name}/SKILL.md`]: `${head}How to do it, step by step. A model reads this once it has asked for the skill.\n` };
}

function config(name: string): string {
  return `import { defineConfig } from "tama/compiler";

// Build it:              tamac build
// Try it without a key:  tama exec plan.json --input "Say hello" --model sim
// Run it for real:       OPENAI_API_KEY=... tama exec plan.json --input "Say hello"
// Add to it:             tamac add critic reviewer
export default defineConfig({
  project: { name: ${JSON.stringify(name)} },
  // The agents that a run can start with, the first by default.
  entries: ["writer"],
  // By role; agents that name no model of their own take their pattern's role, or else the default.
  models: { default: "openai:gpt-4o-mini" },
});
`;
}
