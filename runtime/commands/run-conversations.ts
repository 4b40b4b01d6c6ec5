import { wrap } from "../../compiler/diagnostics/render/wrap.ts";
import { type ExitCode, exitCodes } from "../../compiler/ir/exit-codes.ts";
import type { Row } from "./find-run.ts";
import { formatMs } from "./progress.ts";
import type { Shown } from "./run-summary.ts";
import { formatTokens, paintStatus } from "./run-text.ts";
import { rowsOf } from "./with-store.ts";

/** A message of a request. */
interface Message {
  readonly hash: string;
  readonly role: string;
  readonly content: string | null;
  readonly calls: string | null;
  readonly call: string | null;
}

/** Shows every model call whole: the messages that it was sent, and its answer. A message that an earlier call was sent as well is not repeated, unless `all` asks for it. */
export async function conversations({ store, id, head, all, io }: Shown, format: "text" | "json"): Promise<ExitCode> {
  const calls = await rowsOf(store, "SELECT * FROM llm_calls WHERE trace_id = ? ORDER BY seq", [id]);
  const messages = new Map(
    (await rowsOf(store, "SELECT * FROM messages WHERE trace_id = ?", [id])).map((row) => [String(row["hash"]), row] as const),
  );
  const whole = calls.map((call) => ({ call, messages: chain(call["input_hash"], messages) }));
  if (format === "json") {
    io.stdout(
      `${JSON.stringify(
        whole.map(({ call, messages: sent }) => ({ ...call, messages: sent })),
        null,
        2,
      )}\n`,
    );
    return exitCodes.ok;
  }
  const shown = new Set<string>();
  const blocks = whole.map(({ call, messages: sent }) => {
    const fresh = sent.filter(({ hash }) => all || !shown.has(hash));
    for (const { hash } of sent) shown.add(hash);
    return callText(call, { fresh, before: sent.length - fresh.length, io });
  });
  io.stdout([...head, "", ...blocks].join("\n"));
  return exitCodes.ok;
}

/** The messages of a request, first to last. */
function chain(head: unknown, messages: ReadonlyMap<string, Row>): readonly Message[] {
  const found: Message[] = [];
  for (let row = messages.get(String(head)); row; row = messages.get(String(row["parent_hash"]))) {
    const text = (name: string) => (row?.[name] === null || row?.[name] === undefined ? null : String(row[name]));
    found.push({
      hash: String(row["hash"]),
      role: String(row["role"]),
      content: text("content"),
      calls: text("calls"),
      call: text("call"),
    });
  }
  return found.reverse();
}

function callText(call: Row, { fresh, before, io }: { fresh: readonly Message[]; before: number; io: Shown["io"] }): string {
  const tokens = formatTokens(call);
  const facts = [String(call["model"]), formatMs(Number(call["duration_ms"])), ...(tokens === "" ? [] : [`${tokens} tokens`])];
  const title = `━━ ${String(call["path"])}  ${facts.join(", ")}  ${paintStatus(String(call["status"]), io.page?.color)}`;
  const told = fresh.map(({ role, content, calls, call: answers }) =>
    part(answers === null ? role : `${role} ${answers}`, { content, calls }, io.columns),
  );
  const answer = part("answer", { content: call["response"], calls: call["calls"] }, io.columns);
  return [title, ...(before > 0 ? [`(${before} messages as before)`] : []), ...told, answer, ""].join("\n");
}

/** A text under the name of who said it, whatever it holds. What a run did not keep is said to be missing. */
function part(who: string, { content, calls }: { readonly content: unknown; readonly calls: unknown }, columns: number): string {
  const hasCalls = typeof calls === "string" && calls !== "[]";
  const text = typeof content === "string" ? printable(content) : "(the run kept no texts)";
  const lines = [
    ...(text === "" && hasCalls ? [] : [indent(text.split("\n").flatMap((line) => broken(line, columns - 2)))]),
    ...(hasCalls ? [indent(printable(`calls ${calls}`).split("\n"))] : []),
  ];
  return [`─ ${who}`, ...lines].join("\n");
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`.trimEnd()).join("\n");
}

/** A line that is wider than the terminal, broken between words, under its own first word. */
function broken(line: string, columns: number): readonly string[] {
  const [margin = ""] = /^\s*(?:[-*] )?/.exec(line) ?? [];
  const under = " ".repeat(margin.length);
  if (line.length <= columns || margin.length > columns / 2) return [line];
  const [first = "", ...rest] = wrap(line.slice(margin.length), { width: columns, taken: margin.length, indent: under });
  return [margin + first, ...rest];
}

/** Whatever a model wrote, none of it may steer the terminal. Lines and tabs stay. */
function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(/[^\P{Cc}\n\t]/gu, "�");
}
