/** Ends a request of which nothing is heard any more. */
export interface Silence {
  /** Aborted when it has lasted too long, or by the signal that was given. */
  readonly signal: AbortSignal;
  /** Something came: the time counts anew. */
  readonly heard: () => void;
  readonly isOver: () => boolean;
  readonly end: () => void;
}

/** Counts from now on. */
export function openSilence(ms: number, outer: AbortSignal): Silence {
  const controller = new AbortController();
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = !controller.signal.aborted;
    controller.abort();
  }, ms);
  const abort = () => controller.abort();
  if (outer.aborted) abort();
  outer.addEventListener("abort", abort, { once: true });
  const end = () => {
    clearTimeout(timer);
    outer.removeEventListener("abort", abort);
  };
  return { signal: controller.signal, heard: () => void timer.refresh(), isOver: () => isOver, end };
}
