import { cut } from "../columns-text.ts";
import type { Io } from "../io.ts";
import { formatMs } from "../progress.ts";
import { formatTokens, formatUsd } from "../run-text.ts";
import type { Spent } from "../tally.ts";

/** How far a command with many inputs is. */
export interface Standing {
  readonly all: number;
  readonly ok: number;
  readonly failed: number;
  readonly running: number;
  /** Of those that ended well, how many did so before this process began. */
  readonly before: number;
  readonly spent: Spent;
  readonly ms: number;
}

const barWidth = 24;

/** The bar: how many are done, what failed, what was spent, and how long the rest will take at this pace. */
export function barLine(standing: Standing, columns: number): string {
  const { all, ok, failed, running, before, spent, ms } = standing;
  const done = ok + failed;
  const cells = Math.floor((done / all) * barWidth);
  const tokens = formatTokens({ ...spent });
  const now = done - before;
  const left = all - done;
  const parts = [
    `${"█".repeat(cells)}${"░".repeat(barWidth - cells)} ${done} of ${all}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(running > 0 ? [`${running} running`] : []),
    ...(tokens === "" ? [] : [tokens]),
    ...(spent.cost_usd === null ? [] : [formatUsd(spent.cost_usd)]),
    formatMs(ms),
    ...(now > 0 && left > 0 ? [`about ${formatMs((ms / now) * left)} left`] : []),
  ];
  return cut(parts.join(", "), columns);
}

/** Draws the bar ten times a second where there is a terminal; else tells each tenth of the way. */
export function showBar(io: Io, standing: () => Standing): { readonly ended: () => void; readonly close: () => void } {
  const { area } = io;
  let tenths = Math.floor((10 * (standing().ok + standing().failed)) / standing().all);
  const draw = () => area?.show([barLine(standing(), area.columns())]);
  const timer = area ? setInterval(draw, 100).unref() : undefined;
  const ended = () => {
    const { ok, failed, all } = standing();
    const now = Math.floor((10 * (ok + failed)) / all);
    if (area || now === tenths) return;
    tenths = now;
    io.stderr(`tama: ${ok + failed} of ${all} done${failed > 0 ? `, ${failed} failed` : ""}\n`);
  };
  const close = () => {
    clearInterval(timer);
    draw();
    area?.leave();
  };
  return { ended, close };
}
