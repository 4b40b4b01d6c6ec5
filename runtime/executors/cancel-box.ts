/** Signals by task number, in a thread. */
export interface CancelBox {
  readonly open: (id: number) => AbortSignal;
  readonly close: (id: number) => void;
  readonly cancel: (id: number) => void;
}

/**
 * State: the tasks that run here, and cancels that came before their task.
 *
 * T9 numbers arrive in order, so a cancel of a number above all that came is kept, and any other unknown one is for another thread.
 */
export function cancelBox(): CancelBox {
  const running = new Map<number, AbortController>();
  const early = new Set<number>();
  let highest = 0;
  return {
    open: (id) => {
      const controller = new AbortController();
      highest = Math.max(highest, id);
      running.set(id, controller);
      if (early.delete(id)) controller.abort();
      for (const other of early) if (other < id) early.delete(other);
      return controller.signal;
    },
    close: (id) => void running.delete(id),
    cancel: (id) => {
      const controller = running.get(id);
      if (controller) controller.abort();
      else if (id > highest) early.add(id);
    },
  };
}
