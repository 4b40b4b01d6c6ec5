/** Plans made of ops directly, for tests of whatever runs them. */
import { type Expr, literal } from "../../compiler/ir/expr.ts";
import { type Act, type Ask, type Body, type Call, type Code, openKeys, type Pure } from "../../compiler/ir/ops.ts";
import { type Block, defaultGuards, noLimits, type Plan, type PlanWorker, planFormat } from "../../compiler/ir/plan.ts";
import { any, text } from "../../compiler/ir/types.ts";
import { tools } from "../../stdlib/tools/index.ts";

/** A plan of these bodies, by block; `main` is its entry. Every `code` op's worker gets what `reads` names, any type in and out. */
export function madePlan(bodies: Readonly<Record<string, Body>>, workers: Readonly<Record<string, Partial<PlanWorker>>> = {}): Plan {
  return {
    format: planFormat,
    compiler: "test",
    digest: "",
    semantics: "",
    project: "made",
    entries: { default: "main", names: ["main"] },
    trace: { texts: "full" },
    guards: defaultGuards,
    models: {
      m: {
        role: "default",
        provider: "sim",
        name: "sim",
        temperature: null,
        maxTokens: null,
        seed: null,
        baseUrl: null,
        contextTokens: null,
        price: null,
      },
    },
    tools: Object.fromEntries(
      Object.values(tools).map(({ name, description, parameters, effects, undo }) => [
        name,
        { description, parameters, effects, undo, fingerprint: `of ${name}`, bundle: null, timeoutMs: null },
      ]),
    ),
    skills: {},
    workers: Object.fromEntries(Object.entries(workers).map(([name, more]) => [name, { ...plainWorker(name), ...more }])),
    blocks: Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, blockOf(name, body)])),
    needs: { effects: [], hosts: [], env: [] },
    limits: noLimits,
    cost: { kind: "unknown" },
    texts: {},
    origins: {},
    sources: {},
  };
}

export function pure(id: string, value: Expr, more: Partial<Pure> = {}): Pure {
  return { kind: "pure", ...base(id), key: literal("done"), value, require: [], ...more };
}

export function code(id: string, worker: string, input: Expr, more: Partial<Code> = {}): Code {
  return { kind: "code", ...base(id), worker, input, ...more };
}

export function callOp(id: string, block: string, input: Expr, more: Partial<Call> = {}): Call {
  return { kind: "call", ...base(id), block, input, keys: openKeys, onFailure: "propagate", attempts: 1, ...more };
}

export function ask(id: string, input: Expr, more: Partial<Ask> = {}): Ask {
  return { kind: "ask", ...modelOp(id, input), output: text, ...more };
}

export function act(id: string, input: Expr, more: Partial<Act> = {}): Act {
  const outputs = { byKey: {}, otherwise: text };
  return { kind: "act", ...modelOp(id, input), keys: openKeys, outputs, skills: [], tools: [], maxTurns: 10, ...more };
}

/** What an op came to. */
export function valueOfOp(op: string): Expr {
  return { kind: "outcome", op, field: "value" };
}

/** The values of ops, joined by spaces, as the outcome of a body. */
export function bodyOf(ops: Body["ops"], results: readonly string[] = ops.slice(-1).map(({ id }) => id)): Body {
  const parts = results.flatMap((id, index) => [...(index > 0 ? [literal(" ")] : []), valueOfOp(id)]);
  return { ops, result: { kind: "outcome", key: literal("done"), value: { kind: "template", parts } } };
}

export const base = (id: string) => ({ id, label: literal(id), after: [] }) as const;

function modelOp(id: string, input: Expr) {
  return {
    ...base(id),
    model: "m",
    system: literal(`I am ${id}.`),
    input,
    sample: null,
    span: "none",
    repairs: { schema: 1, empty: 1, compactions: 0 },
  } as const;
}

function plainWorker(name: string): PlanWorker {
  return { bundle: `bundle of ${name}`, capability: name, input: any, output: any, keys: [], reads: [], timeoutMs: 1_000 };
}

function blockOf(agent: string, body: Body): Block {
  return {
    agent,
    pattern: "made",
    description: "",
    version: "1",
    input: any,
    output: any,
    effects: [],
    limits: noLimits,
    attempts: 1,
    body,
  };
}
