/** Limits as the scheduler keeps them. L1 to L4 are the invariants of `runtime/2-schedule/limits.ts`. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { literal } from "../../compiler/ir/expr.ts";
import type { MapOp } from "../../compiler/ir/ops.ts";
import { type Limits, noLimits, type Plan } from "../../compiler/ir/plan.ts";
import { mostOf } from "../../runtime/2-schedule/amounts.ts";
import { noOverrides } from "../../runtime/2-schedule/limit-overrides.ts";
import { type Account, agentAccount, drain, drop, reserve, runAccount, settle, type Ticket } from "../../runtime/2-schedule/limits.ts";
import type { Task, Usage } from "../../runtime/3-task/task.ts";
import { type Came, type Driven, type DriveOptions, drive } from "../support/drive.ts";
import { act, ask, base, bodyOf, callOp, madePlan } from "../support/made-plan.ts";
import { askTask, serverModel, simModel, user } from "../support/tasks.ts";

const test = suite("limits");

/** `width` calls side by side of an agent that asks once. */
const fanOut = (width: number, limits: Partial<Limits> = {}, agents: Readonly<Record<string, Partial<Limits>>> = {}): Plan => {
  const items = { kind: "list", items: Array.from({ length: width }, (_, index) => literal(index)) } as const;
  const body = bodyOf([callOp("call", "inner", literal("x"))]);
  const map: MapOp = { kind: "map", ...base("m"), over: items, body, max: 10_000, concurrency: null, onFailure: "value" };
  const plan = madePlan({ main: bodyOf([map]), inner: bodyOf([ask("a", literal("x"))]) });
  return limited(plan, limits, agents);
};

function limited(plan: Plan, limits: Partial<Limits>, agents: Readonly<Record<string, Partial<Limits>>> = {}): Plan {
  const blocks = Object.entries(plan.blocks).map(
    ([name, block]) => [name, { ...block, limits: { ...noLimits, ...agents[name] } }] as const,
  );
  return { ...plan, limits: { ...noLimits, ...limits }, blocks: Object.fromEntries(blocks) };
}

const taking = (usage: Partial<Usage> | null): Came => ({
  kind: "model",
  text: "an answer",
  calls: [],
  finish: "stop",
  model: "made",
  usage: usage && { input: 0, cached: 0, output: 0, reasoning: 0, ...usage },
});
const requests = ({ tasks }: Driven) => tasks.filter(({ kind }) => kind === "model").length;
const failure = ({ settled }: Driven) => (settled.kind === "failed" ? settled.failure : null);
/** The simulator, held to answers of so many tokens. */
const short = (maxTokens: number) => ({ ...simModel, maxTokens });
const run = (plan: Plan, options: Partial<DriveOptions> = {}) => drive({ plan, answer: () => taking(null), ...options });

test("L1: of 64 requests side by side as many are made as the limit of calls allows, and all of these are answered", () => {
  const driven = run(fanOut(64, { calls: 10 }));
  assert.equal([requests(driven), driven.answers, driven.cancelled.size], [10, 10, 0]);
  assert.equal([failure(driven)?.code, failure(driven)?.message], ["limit", "the limit of 10 model calls is reached"]);
  assert.equal(failure(driven)?.details, { limit: "calls", agent: null });
  assert.is(run(fanOut(64, { calls: 64 })).settled.kind, "ok");
});

test("a limit that is reached is recorded once, as a decision", () => {
  const decisions = run(fanOut(64, { calls: 10 })).records.filter(({ event }) => event.kind === "decision");
  assert.equal(
    decisions.map(({ event }) => event.detail),
    ['{"account":"","decision":"limit","limit":"calls"}'],
  );
});

test("a limit ends the run, though failures are collected around it and agents may be tried again", () => {
  const plan = fanOut(3, {}, { inner: { calls: 1 } });
  const inner = bodyOf([act("a", literal("x"))]);
  const again: Plan = { ...plan, blocks: { ...plan.blocks, inner: { ...plan.blocks["inner"], body: inner } as Plan["blocks"][string] } };
  const driven = run(again, { answer: () => taking(null), pick: () => 0 });
  assert.is(driven.settled.kind, "ok"); // a text ends an act: one call each
  const start: Came = { ...taking(null), calls: [{ name: "start", args: "{}" }] } as Came;
  const two = run(again, { answer: () => start });
  assert.equal([failure(two)?.code, failure(two)?.message], ["limit", "the limit of `inner` of 1 model calls is reached"]);
  assert.equal(failure(two)?.details, { limit: "calls", agent: "inner" });
});

test("the limit of an agent binds each run of it with all that it calls, and all limits around a request hold", () => {
  const bodies = {
    main: bodyOf([callOp("one", "outer", literal("")), callOp("two", "outer", literal(""))]),
    outer: bodyOf([callOp("a", "inner", literal("")), callOp("b", "inner", literal("")), callOp("c", "inner", literal(""))]),
    inner: bodyOf([ask("x", literal("")), ask("y", literal(""))]),
  };
  const plan = madePlan(bodies);
  assert.is(run(limited(plan, { calls: 12 }, { outer: { calls: 6 }, inner: { calls: 2 } })).settled.kind, "ok");
  for (const [limits, agents, message] of [
    [{ calls: 11 }, { outer: { calls: 6 } }, "the limit of 11 model calls is reached"],
    [{ calls: 12 }, { outer: { calls: 5 } }, "the limit of `outer` of 5 model calls is reached"],
    [{}, { outer: { calls: 6 }, inner: { calls: 1 } }, "the limit of `inner` of 1 model calls is reached"],
  ] as const) {
    assert.is(failure(run(limited(plan, limits, agents)))?.message, message);
  }
});

test("a limit of calls at once is never beyond, ends no run, and holds for an agent by itself", () => {
  for (const [plan, width] of [
    [fanOut(50, { concurrency: 7 }), 7],
    [fanOut(50, {}, { main: { concurrency: 3 } }), 3],
    [fanOut(50, { concurrency: 7 }, { main: { concurrency: 30 }, inner: { concurrency: 1 } }), 7],
  ] as const) {
    const driven = run(plan, { pick: (inFlight) => inFlight.length - 1 });
    assert.equal([driven.settled.kind, driven.width, requests(driven)], ["ok", width, 50]);
  }
});

test("L3: a request that finds no room for what it may take waits for what others leave over", () => {
  const plan = fanOut(20, { tokens: 1_000 });
  const driven = run(plan, { model: short(100), answer: () => taking({ input: 20, output: 20 }) });
  assert.equal([driven.settled.kind, requests(driven)], ["ok", 20]);
  assert.ok(driven.width < 6, `${driven.width} at once`);
  const dear = run(plan, { model: short(100), answer: () => taking({ input: 80, output: 100 }) });
  assert.is(failure(dear)?.code, "limit");
  assert.is(requests(dear), 5); // 180 each, and the sixth may take more than the 100 that are left
});

test("a request that failed has taken what its server told, and nothing where it told nothing", () => {
  const plan = fanOut(20, { tokens: 1_000 });
  const failing = (usage: Usage): Came => ({ kind: "failed", code: "model", message: "withheld", usage });
  const driven = run(plan, { model: short(100), answer: () => failing({ input: 60, cached: 20, output: 90, reasoning: 10 }) });
  assert.is(failure(driven)?.code, "limit");
  assert.is(requests(driven), 5);
  const [call] = driven.records.flatMap(({ event }) => (event.kind === "llm_call" ? [event] : []));
  assert.equal(
    [call?.status, call?.input_tokens, call?.cached_tokens, call?.output_tokens, call?.reasoning_tokens],
    ["failed", 60, 20, 90, 10],
  );
  const free = run(plan, { model: short(100), answer: () => ({ kind: "failed", code: "model", message: "away" }) });
  assert.equal([failure(free)?.code, requests(free)], ["all-failed", 20]);
});

test("where a server counts nothing, a request counts for all that it may take", () => {
  const plan = fanOut(20, { tokens: 1_000 });
  const sized = { ...plan, models: { m: { ...plan.models["m"], contextTokens: 90 } as Plan["models"][string] } };
  const driven = run(sized);
  assert.is(failure(driven)?.code, "limit");
  assert.ok(requests(driven) < 20);
});

test("dollars are counted by the plan's price, and by none where another model is used", () => {
  const priced = (name: string): Plan => {
    const plan = fanOut(10, { usd: 0.001 });
    const price = { input: 1, cached: 0.5, output: 10 };
    return { ...plan, models: { m: { ...plan.models["m"], name, price, contextTokens: 100 } as Plan["models"][string] } };
  };
  const driven = run(priced("sim"), { model: short(10), answer: () => taking({ input: 10, output: 9, cached: 20, reasoning: 1 }) });
  assert.is(failure(driven)?.code, "limit");
  const costs = driven.records.flatMap(({ event }) => (event.kind === "llm_call" ? [event.cost_usd] : []));
  assert.equal(
    costs,
    costs.map(() => 0.00012),
  );
  assert.is(costs.length, 7); // the eighth may take more than the 160 millionths that are left
  const mixed = run(priced("sim"), {
    model: { ...short(10), name: "another" },
    modelOf: () => short(10),
    answer: () => taking({ output: 10 }),
  });
  assert.equal([requests(mixed), failure(mixed)?.code], [9, "limit"]); // each took 100 of the 1000 millionths; the next may take 190
  const other = run(priced("another"), { answer: () => taking({ input: 10, output: 9 }) });
  assert.equal([other.settled.kind, other.records.find(({ event }) => event.kind === "llm_call")?.event.cost_usd], ["ok", null]);
});

test("time at work that is used up ends the run and cancels what is under way; of an agent's run as well", () => {
  for (const [path, message] of [
    ["", "the limit of 60 s at work is reached"],
    ["main@1/m[2]/call@1", "the limit of `inner` of 5 s at work is reached"],
  ] as const) {
    const plan = fanOut(5, { wallMs: 60_000 }, { inner: { wallMs: 5_000 } });
    const driven = run(plan, { timeAfter: { answers: 1, path } });
    assert.equal([failure(driven)?.code, failure(driven)?.message, driven.cancelled.size], ["limit", message, 4]);
  }
  const ended = run(fanOut(5, {}, { inner: { wallMs: 5_000 } }), { timeAfter: { answers: 1, path: "main@1/m[1]/call@1" } });
  assert.is(ended.settled.kind, "ok"); // its run was over
});

test("limits of a command line stand in place of the plan's, those of items too", () => {
  const plan = fanOut(20, { calls: 5, items: 30 }, { main: { items: 30 } });
  const maxed = {
    ...plan,
    blocks: { ...plan.blocks, main: { ...plan.blocks["main"], body: withMax(plan, 30) } as Plan["blocks"][string] },
  };
  assert.is(run(maxed, { overrides: { ...noOverrides, run: { calls: 20 } } }).settled.kind, "ok");
  const fewer = run(maxed, { overrides: { run: { calls: 20 }, agents: { main: { items: 10 } } } });
  assert.is(failure(fewer)?.message, "20 items, more than the limit of 10");
  const lifted = {
    ...maxed,
    blocks: { ...maxed.blocks, main: { ...maxed.blocks["main"], body: withMax(plan, 10), limits: { ...noLimits, items: 10 } } },
  };
  const more = run(lifted as Plan, { overrides: { run: { calls: 20 }, agents: { main: { items: 20 } } } });
  assert.is(more.settled.kind, "ok");
});

function withMax(plan: Plan, max: number) {
  const body = plan.blocks["main"]?.body;
  return body && { ...body, ops: body.ops.map((op) => (op.kind === "map" ? { ...op, max } : op)) };
}

test("a step that fails takes a request with it that waits for room", () => {
  const bodies = {
    main: bodyOf([ask("a", literal("")), ask("b", literal("")), callOp("c", "inner", literal(""))]),
    inner: bodyOf([ask("d", literal(""))]),
  };
  const plan = limited(madePlan(bodies), { concurrency: 2 });
  const answer = (task: Task): Came => (task.path.endsWith("/a:1") ? { kind: "failed", code: "model", message: "down" } : taking(null));
  const driven = run(plan, { answer });
  assert.equal([failure(driven)?.message, requests(driven)], ["down", 2]);
});

interface Asking {
  readonly agent: number;
  readonly most: number;
  /** What it takes, as a part of the most. */
  readonly takes: number;
}

test("L1 to L4: whatever requests take and in whichever order they are answered, no limit is overshot and each request is told once", () => {
  const asking = fc.record({
    agent: fc.nat({ max: 3 }),
    most: fc.integer({ min: 1, max: 50 }),
    takes: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const bounds = fc.record({
    calls: fc.option(fc.integer({ min: 1, max: 30 })),
    tokens: fc.option(fc.integer({ min: 1, max: 400 })),
    concurrency: fc.option(fc.integer({ min: 1, max: 5 })),
  });
  fc.assert(
    fc.property(
      fc.array(asking, { maxLength: 40 }),
      fc.array(bounds, { minLength: 5, maxLength: 5 }),
      fc.array(fc.nat(), { minLength: 200, maxLength: 200 }),
      (all, limits, picks) => {
        const root = runAccount(limited(fanOut(1), limits[0] ?? {}), noOverrides);
        const accounts = [root];
        for (const [index, more] of limits.slice(1).entries()) {
          const parent = accounts[Math.max(0, index - 1)] ?? root;
          accounts.push(agentAccount(`a${index}`, `p${index}`, { ...noLimits, ...more }, parent));
        }
        const told = simulate(all, accounts, picks);
        assert.ok(
          told.every((times) => times <= 1),
          "a request was told twice",
        );
      },
    ),
    { numRuns: 500 },
  );
});

/** Asks for everything, settling or dropping at random, and holds every account to its limits after each step. Gives how often each request was told. */
function simulate(all: readonly Asking[], accounts: readonly Account[], picks: readonly number[]): readonly number[] {
  const told = all.map(() => 0);
  const under: { readonly ticket: Ticket; readonly asking: Asking }[] = [];
  const waiting = new Set<Ticket>();
  let ended = false;
  let step = 0;
  const next = (count: number) => (picks[step++ % picks.length] ?? 0) % count;
  const settleOne = () => {
    const [one] = under.splice(next(under.length), 1);
    if (!one) return;
    settle(one.ticket, { calls: 1, tokens: Math.floor(one.asking.most * one.asking.takes), microUsd: 0 });
    drain(one.ticket);
  };
  for (const [index, asking] of all.entries()) {
    if (ended) break;
    const tell = () => {
      told[index] = (told[index] ?? 0) + 1;
    };
    const ticket = reserve(accounts[asking.agent + 1] ?? (accounts[0] as Account), {
      amount: { calls: 1, tokens: asking.most, microUsd: 0 },
      granted: (granted) => {
        tell();
        waiting.delete(granted);
        under.push({ ticket: granted, asking });
      },
      refused: ({ account }) => {
        tell();
        ended = true;
        assert.is(account.held.calls, 0, "L3: refused while others were under way");
      },
    });
    if (ticket.isWaiting) waiting.add(ticket);
    check(accounts);
    if (next(3) === 0) settleOne();
    const [first] = waiting;
    if (first && next(7) === 0) {
      waiting.delete(first);
      drop(first);
      drain(first);
    }
    check(accounts);
  }
  while (under.length > 0) {
    settleOne();
    check(accounts);
  }
  if (!ended) assert.is(waiting.size, 0, "L3: a request waits though nothing is under way");
  return told;
}

function check(accounts: readonly Account[]): void {
  for (const { limits, spent, held } of accounts) {
    if (limits.calls !== null) assert.ok(spent.calls + held.calls <= limits.calls, "calls");
    if (limits.tokens !== null) assert.ok(spent.tokens + held.tokens <= limits.tokens, "tokens");
    if (limits.concurrency !== null) assert.ok(held.calls <= limits.concurrency, "concurrency");
  }
}

test("a run in any order of answers makes no more requests and takes no more tokens than its limits say", () => {
  const shape = fc.record({
    calls: fc.integer({ min: 1, max: 30 }),
    tokens: fc.integer({ min: 1, max: 4_000 }),
    inner: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(shape, fc.array(fc.nat(), { minLength: 50, maxLength: 50 }), ({ calls, tokens, inner }, picks) => {
      let at = 0;
      let taken = 0;
      const next = () => picks[at++ % picks.length] ?? 0;
      const plan = fanOut(20, { calls, tokens }, { inner: { calls: inner, tokens: 500 } });
      const answer = (): Came => {
        const input = next() % 90;
        const output = next() % 200;
        taken += input + output;
        return taking({ input, output });
      };
      const driven = run(plan, { model: short(200), answer, pick: (inFlight) => next() % inFlight.length });
      assert.ok(requests(driven) <= calls && taken <= tokens, `${requests(driven)} calls, ${taken} tokens`);
      assert.ok(driven.settled.kind === "ok" || failure(driven)?.code === "limit");
    }),
    { numRuns: 300 },
  );
});

test("what a request may take is bounded by its bytes, by what a server has counted of it, and by the model's answer and context", () => {
  const model = serverModel("http://x", { maxTokens: 100 });
  const task = askTask(model, { messages: [user("x".repeat(1_000))] });
  const plain = mostOf(task, null, null).tokens;
  assert.ok(plain >= 1_100 && plain < 1_300, String(plain));
  const known = { messages: task.messages, toolBytes: 0, tokens: 250 };
  assert.is(mostOf(task, null, known).tokens, 350);
  const longer = { ...task, messages: [...task.messages, user("y".repeat(10))] };
  assert.ok(mostOf(longer, null, known).tokens <= 350 + 10 + 32);
  assert.is(mostOf({ ...task, model: simModel }, null, known).tokens, 250);
  const price = { input: 1, cached: 2, output: 3 };
  const planModel = { role: "default", ...model, contextTokens: 120, price };
  assert.equal(mostOf(task, planModel, known), { calls: 1, tokens: 120, microUsd: 120 * 2 + 100 * 3 });
});

test("requests that wait are worked off in time that grows with their number alone", () => {
  const time = (count: number) => {
    const root = runAccount(limited(fanOut(1), { concurrency: 1 }), noOverrides);
    const inner = agentAccount("a", "p", { ...noLimits, concurrency: 1 }, root);
    const under: Ticket[] = [];
    let steps = 0;
    for (let index = 0; index < count; index += 1)
      reserve(inner, {
        amount: { calls: 1, tokens: 0, microUsd: 0 },
        granted: (ticket) => under.push(ticket),
        refused: () => assert.unreachable(),
      });
    for (let ticket = under.pop(); ticket; ticket = under.pop()) {
      steps += 1;
      settle(ticket, { calls: 1, tokens: 0, microUsd: 0 });
      drain(ticket);
    }
    return steps;
  };
  assert.equal([time(1_000), time(100_000)], [1_000, 100_000]);
});

test.run();
