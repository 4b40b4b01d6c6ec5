import type { Body, Result } from "../../ir/ops.ts";
import type { Interval } from "../../ir/plan.ts";
import { allWords, keysAmong, noKeys } from "../../ir/words.ts";
import { failing } from "./failing.ts";
import { withSomeWell } from "./fan-out.ts";
import { nothing, plus } from "./interval.ts";
import { keyOf, keysIn, type Scope } from "./scope.ts";
import { merged, type Spend, type Way, wellIn } from "./spend.ts";

const never: Spend = { ways: [], failed: null };

/** What a body takes: its ops together, ending as its result says. */
export function bodySpend(body: Body, scope: Scope): Spend {
  for (const op of body.ops) {
    scope.ops.set(op.id, op);
    scope.spends.set(op.id, scope.spendOf(op, scope));
  }
  const spends = body.ops.map((op) => scope.spends.get(op.id) ?? never);
  const well = spends.map(wellIn);
  const isEnding = well.every((each) => each !== null);
  const ways = isEnding
    ? endings(
        body,
        well.flatMap((each) => each ?? []),
        scope,
      )
    : [];
  return { ways: merged(ways), failed: failing(body, spends) };
}

/** The keys of a result, the op that they come from, and whether a caught failure goes on as one. */
function endings(body: Body, well: readonly Interval[], scope: Scope): readonly Way[] {
  const all = withSomeWell(well.reduce(plus, nothing), body, scope);
  if (!all) return [];
  const source = sourceOf(body.result);
  if (source === null)
    return [{ keys: body.result.kind === "outcome" ? keysIn(body.result.key, scope) : noKeys, caught: false, turns: all }];
  const position = body.ops.findIndex(({ id }) => id === source);
  const others = well.filter((_, index) => index !== position).reduce(plus, nothing);
  const known = scope.keys.get(source) ?? allWords;
  const ways = scope.spends.get(source)?.ways ?? [];
  return ways.map(({ keys, caught, turns }) => ({
    keys: keysAmong(keys, known),
    caught: caught && body.result.kind === "pass",
    turns: position === -1 ? all : plus(others, turns),
  }));
}

/** The op whose key a result has. */
function sourceOf(result: Result): string | null {
  return result.kind === "pass" ? result.op : keyOf(result.key);
}
