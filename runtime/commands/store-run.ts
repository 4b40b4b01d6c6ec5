import type { Io } from "./io.ts";
export async function storeRun(_io: Io, _state: string): Promise<void> {}
