import { caseFor } from "../../ir/case-for.ts";
import { toText } from "../../ir/json.ts";
import type { Call, Choose, MapOp, Op } from "../../ir/ops.ts";
import type { Interval } from "../../ir/plan.ts";
import { assignable, text } from "../../ir/types.ts";
import { unreachable } from "../../ir/unreachable.ts";
import { allWords, calledWith, isNone, type Keys, keysOfSet, meet, ownKeys, someWords, without } from "../../ir/words.ts";
import { bodySpend } from "./body.ts";
import { alwaysHolds } from "./fan-out.ts";
import { hull, hullOf, nothing, plus, scaled } from "./interval.ts";
import { repeatSpend } from "./repeat.ts";
import { constantOf, keyOf, keysIn, lengthOf, type Scope, wordIn } from "./scope.ts";
import { merged, type Spend, wellIn } from "./spend.ts";
import type { Weight } from "./weights.ts";

/** The keys of an outcome that no pattern names. */
const done = ownKeys(someWords(["done"]));

/** What an op takes. Model requests are counted, transport attempts are not. */
export function spendOf(op: Op, scope: Scope): Spend {
  switch (op.kind) {
    case "ask": {
      const repairs = assignable(text, op.output) ? 0 : op.repairs.schema;
      return talk(done, scope.weigh(op.model), 1 + repairs + op.repairs.empty);
    }
    case "act":
      return talk(keysOfSet(op.keys), scope.weigh(op.model), op.maxTurns + op.repairs.schema + op.repairs.empty + op.repairs.compactions);
    case "code": {
      const keys = scope.workers[op.worker]?.keys ?? [];
      return { ways: free(keys.length > 0 ? ownKeys(someWords(keys)) : done), failed: nothing };
    }
    case "pure":
      return { ways: free(keysIn(op.key, scope)), failed: op.require.every((each) => alwaysHolds(each, scope)) ? null : nothing };
    case "wait":
      return { ways: free(done), failed: nothing };
    case "call":
      return callSpend(op, scope);
    case "map":
      return mapSpend(op, scope);
    case "choose":
      return chooseSpend(op, scope);
    case "repeat":
      return repeatSpend(op, scope);
    default:
      return unreachable(op);
  }
}

/** At least one request, and at most so many. */
function talk(keys: Keys, { answered, failed }: Weight, max: number): Spend {
  const up = scaled(hull(answered, failed), { min: 0, max }).max;
  return { ways: [{ keys, caught: false, turns: { min: answered.min, max: up } }], failed: { min: failed.min, max: up } };
}

function free(keys: Keys): Spend["ways"] {
  return [{ keys, caught: false, turns: nothing }];
}

/** Attempts that fail come before the one that counts. */
function callSpend({ block, keys, attempts, onFailure }: Call, { blocks }: Scope): Spend {
  const callee = blocks.get(block) ?? { ways: [], failed: null };
  const before = callee.failed ? { min: 0, max: scaled(callee.failed, { min: 0, max: attempts - 1 }).max } : nothing;
  const offered = keysOfSet(keys);
  const ways = callee.ways.map((way) => ({ ...way, keys: calledWith(way.keys, offered), turns: plus(way.turns, before) }));
  const failed = callee.failed && scaled(callee.failed, { min: attempts, max: attempts });
  if (onFailure === "propagate" || !failed) return { ways: merged(ways), failed };
  const caught = { keys: ownKeys(someWords(["error"])), caught: true, turns: failed };
  return { ways: merged([...ways, caught]), failed: null };
}

/** A body for each item. More items than it may have is a failure that nothing catches, and no way to end. */
function mapSpend({ over, body, max, onFailure }: MapOp, scope: Scope): Spend {
  const each = bodySpend(body, scope);
  const length = lengthOf(over, scope);
  if (length.min > max) return { ways: [], failed: nothing };
  const items = { min: length.min, max: Math.min(length.max, max) };
  const total = onFailure === "value" ? collectedSpend(each, items) : propagatedSpend(each, items);
  return { ways: total.well ? [{ keys: done, caught: false, turns: total.well }] : [], failed: items.max === 0 ? null : total.failed };
}

interface Total {
  readonly well: Interval | null;
  readonly failed: Interval | null;
}

/** Every item ends well, or the first that fails ends them all. */
function propagatedSpend(each: Spend, items: Interval): Total {
  const well = wellIn(each);
  const either = hullOf([well, each.failed]) ?? nothing;
  const all = well ? scaled(well, items) : items.min === 0 ? nothing : null;
  return { well: all, failed: each.failed && { min: each.failed.min, max: scaled(either, items).max } };
}

/** Every item runs to its end. One of them ends well, or it fails: all of nothing end well. */
function collectedSpend(each: Spend, items: Interval): Total {
  const well = wellIn(each);
  const either = hullOf([well, each.failed]) ?? nothing;
  const others = { min: Math.max(items.min - 1, 0), max: Math.max(items.max - 1, 0) };
  const some = well && items.max > 0 ? plus(well, scaled(either, others)) : null;
  return {
    well: items.min > 0 ? some : hullOf([some, nothing]),
    failed: each.failed && scaled(each.failed, { min: Math.max(items.min, 1), max: items.max }),
  };
}

/** The cases that can be chosen. Where the key of an op is looked at, each case knows which key it was. */
function chooseSpend({ on, cases, otherwise }: Choose, scope: Scope): Spend {
  const constant = constantOf(on, scope);
  if (constant !== undefined) {
    const body = caseFor(cases, toText(constant))?.body ?? otherwise;
    return body ? bodySpend(body, scope) : { ways: [], failed: nothing };
  }
  const words = someWords(cases.map(({ is }) => is));
  const chosen = cases.map(({ is, body }) => ({ body, words: wordIn(is) }));
  const all = [...chosen, ...(otherwise ? [{ body: otherwise, words: without(allWords, words) }] : [])];
  const spends = all.flatMap((each) => caseSpend(each, keyOf(on), scope));
  const lost: Interval | null = otherwise ? null : nothing;
  return { ways: merged(spends.flatMap(({ ways }) => ways)), failed: hullOf([...spends.map(({ failed }) => failed), lost]) };
}

/** A case, where the key that leads to it is one that the op can end with. */
function caseSpend(
  { body, words }: { body: Parameters<typeof bodySpend>[0]; words: Keys["own"] },
  op: string | null,
  scope: Scope,
): readonly Spend[] {
  if (op === null) return [bodySpend(body, scope)];
  const before = scope.keys.get(op);
  const known = meet(before ?? allWords, words);
  const ways = scope.spends.get(op)?.ways ?? [];
  if (ways.every(({ keys }) => isNone(meet(keys.own, known)) && isNone(meet(keys.passes, known)))) return [];
  scope.keys.set(op, known);
  const spend = bodySpend(body, scope);
  if (before) scope.keys.set(op, before);
  else scope.keys.delete(op);
  return [spend];
}
