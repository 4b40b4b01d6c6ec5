import { attempts, llmCalls, toolCalls } from "./views/calls.ts";
import { criticalPath } from "./views/critical-path.ts";
import { events, trajectory } from "./views/events.ts";
import { runs } from "./views/runs.ts";
import { spans } from "./views/spans.ts";
import { actionLog, artifacts, stateVersions, writes } from "./views/state.ts";
import { agentSummaries, runSummaries } from "./views/summaries.ts";
import { messages, texts } from "./views/texts.ts";
import { cost, retries, toolReliability } from "./views/totals.ts";
import type { View } from "./views/view.ts";

/**
 * What people query; a view may use those above it. Where the Rust tama had a table, its columns come first, under its names;
 * times are milliseconds since 1970. Of a step that a resume did again the last record counts, but what was spent on it counts
 * each time.
 */
export const views = {
  texts,
  messages,
  runs,
  spans,
  llm_calls: llmCalls,
  tool_calls: toolCalls,
  attempts,
  state_versions: stateVersions,
  writes,
  action_log: actionLog,
  artifacts,
  events,
  trajectory,
  agent_summaries: agentSummaries,
  run_summaries: runSummaries,
  critical_path: criticalPath,
  cost,
  retries,
  tool_reliability: toolReliability,
} as const satisfies Readonly<Record<string, View>>;
