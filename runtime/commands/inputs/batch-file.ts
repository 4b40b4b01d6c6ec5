import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { digest, digestBytes } from "../../../compiler/ir/digest.ts";
import { isObject, type Json, type JsonObject, parseJson } from "../../../compiler/ir/json.ts";

/**
 * What a command with many inputs has done before, so that the same command goes on. Owned by one file in the state folder, which is
 * named by what was asked: a header with a word of its own, then the result of each line that ended well.
 *
 * - B1: a line's run has the same id each time, made of the header's word and the line's number; what became of it is in its log.
 * - B2: a result is one write of one line. A torn last line is none.
 */
export interface Batch {
  /** 32 hex digits. */
  readonly runOf: (line: number) => string;
  /** Results of lines that ended well, as they were written. */
  readonly results: ReadonlyMap<number, JsonObject>;
  readonly keep: (line: number, result: object) => void;
}

/** Opens what belongs to these facts: the plan, the models, the inputs. `isFresh`: what was done before is forgotten. */
export function openBatch(stateDir: string, facts: Json, isFresh: boolean): Batch {
  const dir = join(stateDir, "batches");
  const file = join(dir, `${digest(facts).slice(-32)}.jsonl`);
  mkdirSync(dir, { recursive: true });
  if (isFresh) rmSync(file, { force: true });
  if (!existsSync(file)) appendFileSync(file, `${JSON.stringify({ batch: randomBytes(16).toString("hex") })}\n`);
  const [header = "", ...rows] = readFileSync(file, "utf8").split("\n");
  const results = new Map(rows.flatMap((row) => [...kept(row)]));
  return {
    runOf: (line) => digestBytes(`${header} ${line}`).slice(-32),
    results,
    keep: (line, result) => appendFileSync(file, `${JSON.stringify({ line, result })}\n`),
  };
}

/** One that keeps nothing: each time it is another one. */
export function passingBatch(): Batch {
  const word = randomBytes(16).toString("hex");
  return { runOf: (line) => digestBytes(`${word} ${line}`).slice(-32), results: new Map(), keep: () => {} };
}

function* kept(row: string): Generator<[number, JsonObject]> {
  const value = parseJson(row);
  if (isObject(value) && typeof value["line"] === "number" && isObject(value["result"])) yield [value["line"], value["result"]];
}
