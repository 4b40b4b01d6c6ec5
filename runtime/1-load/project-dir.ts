import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const configs = ["tama.config.ts", "tama.toml"];

/** The project that a command works in: the folder named, else that of the nearest config above `cwd`, else `cwd`. */
export function projectDir(named: string | undefined, cwd: string): string {
  if (named !== undefined) return resolve(cwd, named);
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (configs.some((config) => existsSync(join(dir, config)))) return dir;
    if (dirname(dir) === dir) return cwd;
  }
}

/** Where runs are kept: the folder named, else `TAMA_STATE`, else `.tama` in the project. */
export function stateDir(named: string | undefined, fromEnv: string | undefined, project: string): string {
  if (named !== undefined) return resolve(named);
  return fromEnv !== undefined && fromEnv !== "" ? resolve(fromEnv) : join(project, ".tama");
}
