import { isObject } from "../../compiler/ir/json.ts";
import type { Delta } from "../3-task/task.ts";

/** A piece of an answer on its way from a thread. */
export interface DeltaMessage {
  readonly id: number;
  readonly delta: Delta;
}

/** Who watches which task. A piece that comes when nobody watches any more is dropped. */
export interface Watchers {
  readonly watch: (id: number, onDelta: (delta: Delta) => void) => void;
  readonly forget: (id: number) => void;
  /** Takes what a thread posted, if it is such a piece. */
  readonly take: (message: unknown) => void;
}

/** Nobody watches yet. */
export function watchers(): Watchers {
  const byTask = new Map<number, (delta: Delta) => void>();
  return {
    watch: (id, onDelta) => void byTask.set(id, onDelta),
    forget: (id) => void byTask.delete(id),
    take: (message) => {
      if (isDelta(message)) byTask.get(message.id)?.(message.delta);
    },
  };
}

function isDelta(message: unknown): message is DeltaMessage {
  return isObject(message) && typeof message["id"] === "number" && isObject(message["delta"]);
}
