import type { Expr } from "../ir/expr.ts";
import type { Body, KeySet, MapOp, Op, Outputs, Repeat, Result } from "../ir/ops.ts";
import type { Block, Plan } from "../ir/plan.ts";
import { show, type Type } from "../ir/types.ts";
import { unreachable } from "../ir/unreachable.ts";
import { showExpr, type TextExpr } from "./show-expr.ts";

type Texts = Plan["texts"];

/** An agent's ops as people read them: one op to a line, what it takes below it, bodies indented. */
export function expand(plan: Plan, block: Block): string {
  const tried = block.attempts > 1 ? `, tried ${block.attempts} times` : "";
  const head = `${block.agent} (${block.pattern}): ${show(block.input)} -> ${show(block.output)}${tried}`;
  return [head, ...indent(bodyLines(block.body, plan.texts))].map((line) => `${line}\n`).join("");
}

function bodyLines(body: Body, texts: Texts): readonly string[] {
  return [...body.ops.flatMap((op) => opLines(op, texts)), resultLine(body.result, texts)];
}

function resultLine(result: Result, texts: Texts): string {
  return result.kind === "pass" ? `=> ${result.op}` : `=> ${shown(result.key, texts)}, ${shown(result.value, texts)}`;
}

function opLines(op: Op, texts: Texts): readonly string[] {
  const [head, ...below] = kindLines(op, texts);
  const label = shown(op.label, texts);
  const named = isWord(op.label, op.id) || isWord(op.label, op.id.slice(op.id.indexOf("/") + 1)) ? [] : [`label ${label}`];
  const after = op.after.length > 0 ? [`after ${op.after.join(", ")}`] : [];
  return [`${op.id} = ${head}`, ...indent([...named, ...after, ...below])];
}

/** What follows the id, then what stands below it. */
function kindLines(op: Op, texts: Texts): readonly [string, ...string[]] {
  const text = (expr: Expr) => shown(expr, texts);
  switch (op.kind) {
    case "ask":
      return [`ask ${op.model}${typed(op.output)}`, ...modelLines(op, texts)];
    case "act":
      return [
        `act ${op.model}, at most ${op.maxTurns} turns, may finish with ${keysText(op.keys)}`,
        ...outputLines(op.outputs),
        ...(op.skills.length > 0 ? [`skills ${op.skills.join(", ")}`] : []),
        ...(op.tools.length > 0 ? [`tools ${op.tools.join(", ")}`] : []),
        ...modelLines(op, texts),
      ];
    case "code":
      return [`code ${op.worker}`, `input ${text(op.input)}`];
    case "pure":
      return [
        `${isWord(op.key, "done") ? "" : `${text(op.key)}, `}${text(op.value)}`,
        ...op.require.map(({ holds, code, message }) => `unless ${text(holds)} fails ${code}: ${text(message)}`),
      ];
    case "call":
      return [`call ${op.block}, may finish with ${keysText(op.keys)}${tried(op.attempts)}${collected(op)}`, `input ${text(op.input)}`];
    case "map":
      return mapLines(op, texts);
    case "repeat":
      return repeatLines(op, texts);
    case "choose":
      return [
        `choose by ${text(op.on)}`,
        ...op.cases.flatMap(({ is, body }) => [`${JSON.stringify(is)}:`, ...indent(bodyLines(body, texts))]),
        ...(op.otherwise ? ["else:", ...indent(bodyLines(op.otherwise, texts))] : []),
      ];
    case "wait":
      return [
        `wait for a person on ${text(op.channel)}${typed(op.answer)}`,
        `question ${text(op.question)}`,
        ...(op.deadline ? [`after ${op.deadline.afterMs / 1000} s ${text(op.deadline.default)}`] : []),
      ];
    default:
      return unreachable(op);
  }
}

function modelLines(op: Op & { readonly kind: "ask" | "act" }, texts: Texts): readonly string[] {
  const text = (expr: Expr) => shown(expr, texts);
  const sample = op.sample ? [`sample ${text(op.sample)}`] : [];
  return [...(op.span === "own" ? ["span of its own"] : []), ...sample, `system ${text(op.system)}`, `input ${text(op.input)}`];
}

function mapLines(op: MapOp, texts: Texts): readonly [string, ...string[]] {
  const width = op.concurrency === null ? "" : `, ${op.concurrency} at once`;
  return [`map over ${shown(op.over, texts)}, at most ${op.max}${width}${collected(op)}`, ...bodyLines(op.body, texts)];
}

function repeatLines(op: Repeat, texts: Texts): readonly [string, ...string[]] {
  const text = (expr: Expr) => shown(expr, texts);
  const often = op.times ? `${text(op.times)} times, at most ${op.max}` : `at most ${op.max} times`;
  return [
    `repeat ${often}`,
    `state ${text(op.state)}`,
    ...bodyLines(op.body, texts),
    `until ${text(op.until)}`,
    `next ${text(op.next)}`,
    op.onExhausted === "last" ? "then the last stands" : `then fails: ${text(op.exhausted)}`,
  ];
}

function keysText(keys: KeySet): string {
  if (keys.kind === "open") return "any key";
  const parts = [...keys.words, ...(keys.caller ? ["its caller's keys"] : [])];
  return parts.length === 0 ? "no key" : parts.join(", ");
}

function outputLines({ byKey, otherwise }: Outputs): readonly string[] {
  const named = Object.entries(byKey).map(([key, type]) => `${key}: ${show(type)}`);
  const rest = otherwise.kind === "text" ? [] : [`${named.length > 0 ? "else " : ""}${show(otherwise)}`];
  return [...named, ...rest].map((line) => `value ${line}`);
}

function typed(type: Type): string {
  return type.kind === "text" ? "" : ` -> ${show(type)}`;
}

function tried(attempts: number): string {
  return attempts > 1 ? `, tried ${attempts} times` : "";
}

function collected(op: { readonly onFailure: "propagate" | "value" }): string {
  return op.onFailure === "value" ? ", failures are values" : "";
}

function isWord(expr: Expr, word: string): boolean {
  return expr.kind === "literal" && expr.value === word;
}

/** An expression with its templates written out: what is put in stands in braces. */
function shown(expr: Expr, texts: Texts): string {
  const text = (part: TextExpr): string => (part.kind === "text" ? prompt(texts[part.text] ?? "") : `"${pieces(part)}"`);
  const pieces = (template: TextExpr & { readonly kind: "template" }) =>
    template.parts.map((part) => (isText(part) ? escaped(part.value) : `{${showExpr(part, { text })}}`)).join("");
  return showExpr(expr, { text });
}

function isText(part: Expr): part is Expr & { readonly kind: "literal"; readonly value: string } {
  return part.kind === "literal" && typeof part.value === "string";
}

/** The first words of a prompt. */
function prompt(text: string): string {
  const characters = [...text.trim()];
  return `"${escaped(characters.slice(0, maxShown).join(""))}${characters.length > maxShown ? "..." : ""}"`;
}

const maxShown = 60;

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
