/** What a terminal shows of a fan-out: at 80 columns, and at less. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { frameOf } from "../../runtime/commands/live/frame.ts";
import { play, type Scene } from "../support/live-scene.ts";
import { samples } from "../support/samples.ts";

samples("live", (inputDir) => {
  const scene: Scene = JSON.parse(readFileSync(join(inputDir, "scene.json"), "utf8"));
  const { steps, nowUs } = play(scene);
  const frame = (columns: number, rows: number) => `${frameOf(steps, { columns, rows, nowUs: nowUs(), color: false }).join("\n")}\n`;
  return { "80x24.txt": frame(80, 24), "40x8.txt": frame(40, 8) };
});
