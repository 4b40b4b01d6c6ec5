import { BroadcastChannel } from "node:worker_threads";

/** Tells all threads which tasks are cancelled; what a thread that is just starting missed is said again. */
export interface CancelChannel {
  readonly name: string;
  readonly send: (id: number) => void;
  readonly forget: (id: number) => void;
  readonly repeat: () => void;
  readonly close: () => void;
}

/** Opens a channel under a name of its own. It keeps no process alive. */
export function cancelChannel(): CancelChannel {
  const name = `tama-cancel-${process.pid}-${process.hrtime.bigint()}`;
  const channel = new BroadcastChannel(name);
  const pending = new Set<number>();
  channel.unref();
  return {
    name,
    send: (id) => {
      pending.add(id);
      channel.postMessage(id);
    },
    forget: (id) => void pending.delete(id),
    repeat: () => {
      for (const id of pending) channel.postMessage(id);
    },
    close: () => channel.close(),
  };
}
