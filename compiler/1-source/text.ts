import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { sourceNotUtf8, sourceTooLarge, sourceUnreadable } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Span } from "../ir/span.ts";

/** The largest source file that is read, in bytes. */
export const maxFileBytes = 4 * 1024 * 1024;

/** A file's text, normalised; null where it cannot be had. Reports `source/unreadable`, `source/too-large` and `source/not-utf8`. */
export function readText(root: string, path: string, report: Report): string | null {
  const span = startOf(path);
  try {
    const full = `${root}/${path}`;
    const stats = statSync(full);
    if (!stats.isFile()) return refuse(report, sourceUnreadable(span, { path, reason: "it is no regular file" }));
    if (stats.size > maxFileBytes) return refuse(report, sourceTooLarge(span, { bytes: stats.size, max: maxFileBytes }));
    const text = readFileSync(full, "utf8");
    return text.includes("\uFFFD") ? decodeText(readFileSync(full), span, report) : normaliseText(text);
  } catch (error) {
    return refuse(report, sourceUnreadable(span, { path, reason: reasonOf(error) }));
  }
}

/** Bytes as text: UTF-8 or nothing, without a byte order mark, CRLF read as LF. Reports `source/not-utf8`. */
export function decodeText(bytes: Buffer, span: Span, report: Report): string | null {
  if (!isUtf8(bytes)) return refuse(report, sourceNotUtf8(span, { offset: firstInvalid(bytes) }));
  return normaliseText(bytes.toString("utf8"));
}

/** Text without a byte order mark, CRLF read as LF: what digests and spans are of. */
export function normaliseText(text: string): string {
  const unmarked = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return unmarked.includes("\r") ? unmarked.replaceAll("\r\n", "\n") : unmarked;
}

/** The start of a file, for findings about the whole of it. */
export function startOf(file: string): Span {
  return { file, start: 0, end: 0 };
}

/** What went wrong, in a few words: of a system error what people call it, of any other its message. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known: Readonly<Record<string, string>> = {
    EACCES: "permission denied",
    EISDIR: "it is a directory",
    ELOOP: "a loop of symbolic links",
    ENOENT: "no such file",
    ENOTDIR: "a part of the path is no directory",
    EPERM: "not permitted",
    EROFS: "the file system is read-only",
    ENOSPC: "no space left",
  };
  return known[code] ?? (error instanceof Error ? error.message : String(error));
}

function refuse(report: Report, diagnostic: Parameters<Report>[0]): null {
  report(diagnostic);
  return null;
}

/** The offset of the first byte that is not part of a character. */
function firstInvalid(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}
