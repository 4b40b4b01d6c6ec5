import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import { type Json, toText } from "../../compiler/ir/json.ts";
import type { Store } from "../5-store/store.ts";
import { alignRows } from "./columns-text.ts";
import type { Row } from "./find-run.ts";
import type { Io } from "./io.ts";
import { formatMs } from "./progress.ts";
import { formatUsd } from "./run-text.ts";
import { rowsOf } from "./with-store.ts";

/** A run that a command shows. */
export interface Shown {
  readonly store: Store;
  readonly id: string;
  /** Lines about the run itself. */
  readonly head: readonly string[];
  readonly all: boolean;
  readonly io: Io;
}

/** Shows what a run took, in the fields of Harn's `agent_trace_summary`, and then which agent took what. */
export async function summary({ store, id, head, io }: Shown, format: "text" | "json"): Promise<ExitCode> {
  const [run = {}] = await rowsOf(store, "SELECT * EXCLUDE (trace_id, entrypoint) FROM run_summaries WHERE trace_id = ?", [id]);
  const agents = await rowsOf(store, "SELECT * EXCLUDE (trace_id) FROM agent_summaries WHERE trace_id = ? ORDER BY path", [id]);
  if (format === "json") io.stdout(`${JSON.stringify({ ...run, agents }, null, 2)}\n`);
  else io.stdout([...head, "", ...fieldLines(run), "", ...agentLines(agents), ""].join("\n"));
  return exitCodes.ok;
}

function fieldLines(run: Row): readonly string[] {
  return alignRows(Object.entries(run).map(([name, value]) => [name, shownValue(name, value)]));
}

function shownValue(name: string, value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(toText).join(", ");
  if (name.endsWith("_usd")) return typeof value === "number" ? formatUsd(value) : "no price is told";
  return name.endsWith("_ms") ? formatMs(Number(value)) : toText(value);
}

/** One line for all the times that an agent ran. */
function agentLines(agents: readonly Row[]): readonly string[] {
  const byName = new Map<string, Row[]>();
  for (const agent of agents) byName.set(String(agent["agent"]), [...(byName.get(String(agent["agent"])) ?? []), agent]);
  const rows = [...byName].map(([name, all]) => {
    const sum = (field: string) => all.reduce((total, agent) => total + Number(agent[field]), 0);
    const counts = ["llm_calls", "tool_executions", "total_input_tokens", "total_output_tokens"].map((field) => String(sum(field)));
    return [name, String(all.length), ...counts, formatMs(sum("total_llm_duration_ms"))];
  });
  return alignRows(
    [["AGENT", "TIMES", "CALLS", "TOOLS", "IN", "OUT", "MODEL TIME"], ...rows],
    ["left", "right", "right", "right", "right", "right", "right"],
  );
}
