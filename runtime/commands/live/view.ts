import type { TraceEvent } from "../../4-trace/columns.ts";
import type { Executor } from "../../executors/executor.ts";
import type { Io } from "../io.ts";
import type { Area } from "../screen.ts";
import { frameOf } from "./frame.ts";
import { createSteps } from "./steps.ts";

/** What people see of a run while it is on. */
export interface View {
  readonly note: (event: TraceEvent) => void;
  /** The executor, with what it is given shown as under way. */
  readonly watch: (executor: Executor) => Executor;
  /** The last picture stays. */
  readonly close: () => void;
}

/** How often it is drawn. */
const periodMs = 100;

/** A tree of agents and steps, drawn anew in place. */
export function liveView(area: Area, io: Io, nowUs: () => number): View {
  const steps = createSteps(nowUs);
  const draw = () => area.show(frameOf(steps, { columns: area.columns(), rows: area.rows(), nowUs: nowUs(), color: io.color }));
  const timer = setInterval(draw, periodMs).unref();
  return {
    note: steps.note,
    watch: ({ run, close }) => ({
      close,
      run: (task, signal, watch) => {
        steps.begin(task);
        return run(task, signal, { ...watch, onDelta: (delta) => steps.hear(task, delta) }).finally(() => steps.end(task));
      },
    }),
    close: () => {
      clearInterval(timer);
      draw();
      area.leave();
    },
  };
}
