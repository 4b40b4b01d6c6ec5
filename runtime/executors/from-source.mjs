// The entry of a thread when tama runs from its TypeScript source: threads do not inherit the loader of the main one.
// The bundle has no part of this.
import { register } from "tsx/esm/api";

register();
const { default: run } = await import("./worker.ts");

// biome-ignore lint/style/noDefaultExport: piscina asks for it
export default run;
