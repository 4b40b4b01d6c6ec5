import type { Tool } from "../tool.ts";
import { artifactList } from "./artifact-list.ts";
import { artifactRead } from "./artifact-read.ts";
import { artifactWrite } from "./artifact-write.ts";
import { bash } from "./bash.ts";
import { filesRead } from "./files-read.ts";
import { filesWrite } from "./files-write.ts";
import { finish } from "./finish.ts";
import { httpGet } from "./http-get.ts";
import { httpPost } from "./http-post.ts";
import { memAppend } from "./mem-append.ts";
import { memDelete } from "./mem-delete.ts";
import { memGet } from "./mem-get.ts";
import { memSet } from "./mem-set.ts";
import { readSkill } from "./read-skill.ts";
import { start } from "./start.ts";

const protocol: readonly Tool[] = [start, finish, readSkill];
/** In the Rust tama's order, then those that it does not have. */
const unlockable: readonly Tool[] = [
  bash,
  httpGet,
  httpPost,
  filesRead,
  filesWrite,
  memSet,
  memGet,
  memAppend,
  memDelete,
  artifactWrite,
  artifactRead,
  artifactList,
];

/** Every built-in tool by name. */
export const tools: Readonly<Record<string, Tool>> = Object.fromEntries([...protocol, ...unlockable].map((tool) => [tool.name, tool]));

/** The built-in tool of a name that comes from elsewhere: `constructor` is none. */
export function builtInTool(name: string): Tool | undefined {
  return Object.hasOwn(tools, name) ? tools[name] : undefined;
}

/** The names of the tools that skills unlock, in the order in which a model is offered them. */
export const toolOrder: readonly string[] = unlockable.map((tool) => tool.name);
