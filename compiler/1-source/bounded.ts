import { constants, createContext, Script } from "node:vm";
import { isObject } from "../ir/json.ts";

/** Runs code of the project, which may loop forever. Gives what it gives; throws what it throws, or that its time is over. */
export type Bounded = (run: () => unknown) => unknown;

/** A way to run code for at most so long. What goes on after an `await` is not bounded. */
export function boundedBy(limitMs: number): Bounded {
  const script = new Script("run()", { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
  const room: { run?: () => unknown } = {};
  createContext(room);
  return (run) => {
    room.run = run;
    try {
      return script.runInContext(room, { timeout: limitMs });
    } catch (error) {
      if (!isObject(error) || error["code"] !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
      throw new Error(`it ran for more than ${limitMs / 1000} s`);
    }
  };
}
