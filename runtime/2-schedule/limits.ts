import type { Failure } from "../../compiler/ir/failure.ts";
import type { Path } from "../../compiler/ir/path.ts";
import { defaultMaxItems, type Limits, noLimits, type Plan } from "../../compiler/ir/plan.ts";
import type { LimitOverrides } from "./limit-overrides.ts";

/** What requests take: how many they are, their tokens, and millionths of a dollar. */
export interface Amount {
  readonly calls: number;
  readonly tokens: number;
  readonly microUsd: number;
}

const none: Amount = { calls: 0, tokens: 0, microUsd: 0 };

/** Whose limits: the run's (`path` is empty) or those of one run of an agent, with all that it calls. */
export interface Account {
  readonly path: Path;
  readonly agent: string | null;
  readonly limits: Limits;
  readonly parent: Account | null;
  /** Whether tokens or dollars are bounded, here or further out: only then is a request's size looked at. */
  readonly weighs: boolean;
  spent: Amount;
  /** What requests under way may still take, those included that wait for room in an account further out. */
  held: Amount;
  /** Requests that wait for room here, in the order in which they came; what stands before `next` is gone. */
  readonly waiting: Ticket[];
  next: number;
}

/** Why a request is not made. */
export interface Reached {
  readonly account: Account;
  readonly limit: "calls" | "tokens" | "usd" | "wall";
  readonly message: string;
}

/** A request from when it asks for room until it is settled. */
export interface Ticket {
  readonly amount: Amount;
  readonly granted: (ticket: Ticket) => void;
  readonly refused: (reached: Reached) => void;
  /** The accounts that hold its amount. */
  readonly holds: Account[];
  isWaiting: boolean;
  isGone: boolean;
}

/** What is asked for room, and what is told about it: at once, or later, from within `settle`, `drop` or `drain`. */
export type Demand = Pick<Ticket, "amount" | "granted" | "refused">;

/** The account of a run. */
export function runAccount(plan: Plan, { run }: LimitOverrides): Account {
  return open("", null, { ...plan.limits, ...run }, null);
}

/** The account of one run of an agent. One without limits counts on its caller's. */
export function agentAccount(agent: string, path: Path, limits: Limits, parent: Account): Account {
  const { items: _, ...counted } = limits;
  return Object.values(counted).every((limit) => limit === null) ? parent : open(path, agent, limits, parent);
}

function open(path: Path, agent: string | null, limits: Limits, parent: Account | null): Account {
  const weighs = limits.tokens !== null || limits.usd !== null || (parent?.weighs ?? false);
  return { path, agent, limits, parent, weighs, spent: none, held: none, waiting: [], next: 0 };
}

/**
 * Asks for room in an account and all around it, from the inside out.
 *
 * - L1: what is spent and held never goes beyond a limit, as long as no request takes more than it held.
 * - L2: requests get room in an account in the order in which they came to it.
 * - L3: one that finds no room waits while others of the account are under way; where none is, it is refused.
 * - L4: each request is told once: granted, refused, or nothing where it is dropped.
 *
 * The cost of all of them together is linear in their number and in how deep limited agents stand in one another.
 */
export function reserve(account: Account, demand: Demand): Ticket {
  const ticket: Ticket = { holds: [], isWaiting: false, isGone: false, ...demand };
  climb(ticket, account);
  return ticket;
}

/** A granted request has taken so much: the rest of what it held is free again. Whoever waits is looked at by `drain`. */
export function settle(ticket: Ticket, spent: Amount): void {
  for (const account of ticket.holds) {
    account.held = minus(account.held, ticket.amount);
    account.spent = plus(account.spent, spent);
  }
}

/** A request that waits is not wanted any more. */
export function drop(ticket: Ticket): void {
  ticket.isGone = true;
  settle(ticket, none);
}

/** Counts what was spent on a request before, in an account and all around it. */
export function charge(account: Account, spent: Amount): void {
  for (let at: Account | null = account; at; at = at.parent) at.spent = plus(at.spent, spent);
}

/** Gives what a settled or dropped request has freed to those who wait, the accounts furthest out first. */
export function drain({ holds }: Ticket): void {
  for (const account of holds.toReversed()) drainOne(account);
}

function drainOne(account: Account): void {
  for (let ticket = firstOf(account); ticket; ticket = firstOf(account)) {
    const reached = lacking(account, ticket.amount);
    if (reached && account.held.calls > 0) return;
    account.next += 1;
    ticket.isWaiting = false;
    if (reached && reached !== "concurrency") return ticket.refused(told(account, reached, ticket.amount));
    hold(account, ticket);
    climb(ticket, account.parent);
  }
}

/** The first that waits here. What is gone is forgotten, in time linear in what came. */
function firstOf(account: Account): Ticket | undefined {
  while (account.waiting[account.next]?.isGone) account.next += 1;
  if (account.next === account.waiting.length) {
    account.waiting.length = 0;
    account.next = 0;
  }
  return account.waiting[account.next];
}

function climb(ticket: Ticket, from: Account | null): void {
  for (let at = from; at; at = at.parent) {
    const reached = lacking(at, ticket.amount);
    if (firstOf(at) || (reached && at.held.calls > 0)) {
      ticket.isWaiting = true;
      at.waiting.push(ticket);
      return;
    }
    if (reached && reached !== "concurrency") return ticket.refused(told(at, reached, ticket.amount));
    hold(at, ticket);
  }
  ticket.granted(ticket);
}

function hold(account: Account, ticket: Ticket): void {
  account.held = plus(account.held, ticket.amount);
  ticket.holds.push(account);
}

/** The limit that has no room for so much; null where all have. */
function lacking({ limits, spent, held }: Account, amount: Amount): "calls" | "tokens" | "usd" | "concurrency" | null {
  const { calls, tokens, microUsd } = plus(plus(spent, held), amount);
  if (limits.calls !== null && calls > limits.calls) return "calls";
  if (limits.tokens !== null && tokens > limits.tokens) return "tokens";
  if (limits.usd !== null && microUsd > limits.usd * 1e6) return "usd";
  return limits.concurrency !== null && held.calls + amount.calls > limits.concurrency ? "concurrency" : null;
}

function told(account: Account, limit: "calls" | "tokens" | "usd", amount: Amount): Reached {
  const { limits, spent, agent } = account;
  const whose = agent === null ? "" : ` of \`${agent}\``;
  if (limit === "calls") return { account, limit, message: `the limit${whose} of ${limits.calls} model calls is reached` };
  const [unit, most, gone, next] =
    limit === "tokens"
      ? ["tokens", limits.tokens, spent.tokens, amount.tokens]
      : ["USD", limits.usd, spent.microUsd / 1e6, amount.microUsd / 1e6];
  return { account, limit, message: `the limit${whose} of ${most} ${unit} has no room: ${gone} are spent, the next call may take ${next}` };
}

/** Why a run ends whose time at work is used up. */
export function outOfTime(account: Account): Reached {
  const { limits, agent } = account;
  const whose = agent === null ? "" : ` of \`${agent}\``;
  return { account, limit: "wall", message: `the limit${whose} of ${(limits.wallMs ?? 0) / 1000} s at work is reached` };
}

/** How many items a fan-out of an agent may have whose plan says `max`. */
export function itemsWithin(max: number, agent: string, plan: Plan, overrides: LimitOverrides): number {
  const own = plan.blocks[agent]?.limits ?? noLimits;
  const [run, agents] = [overrides.run.items, overrides.agents[agent]?.items];
  if (run === undefined && agents === undefined) return max;
  const planned = least(own.items, plan.limits.items);
  const now = least(agents ?? own.items, run ?? plan.limits.items);
  return max === planned ? now : Math.min(max, now);
}

/** Why a run ends whose list has more items than it may. */
export function tooMany(count: number, what: "items" | "rounds", max: number): Omit<Failure, "path"> {
  return { code: "limit", message: `${count} ${what}, more than the limit of ${max}`, details: { limit: "items", agent: null } };
}

function least(...bounds: readonly (number | null)[]): number {
  const given = bounds.filter((bound) => bound !== null);
  return given.length === 0 ? defaultMaxItems : Math.min(...given);
}

function plus(a: Amount, b: Amount): Amount {
  return { calls: a.calls + b.calls, tokens: a.tokens + b.tokens, microUsd: a.microUsd + b.microUsd };
}

function minus(a: Amount, b: Amount): Amount {
  return { calls: a.calls - b.calls, tokens: a.tokens - b.tokens, microUsd: a.microUsd - b.microUsd };
}
