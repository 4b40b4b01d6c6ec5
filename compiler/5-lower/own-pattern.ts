import type { ResolvedAgent } from "../3-resolve/types.ts";
import { body as bodyCodec, decodeWith } from "../ir/decode.ts";
import { canonical, type Json } from "../ir/json.ts";
import type { Body } from "../ir/ops.ts";
import { opsOf } from "../ir/walk.ts";

/** What a pattern of the project's own placed; nothing, and the reason, where that cannot be used. */
export interface PlacedOwn {
  readonly body: Body;
  readonly problem: string | null;
}

/**
 * Lowers by code that is not ours: what it throws is a problem, and so are ops that are no ops, that differ from one time to the next,
 * or that call agents which no field of the agent names. `place` places the ops anew each time.
 */
export function placeOwn(agent: ResolvedAgent, place: () => Body): PlacedOwn {
  try {
    const [first, second] = [plain(place()), plain(place())];
    if (canonical(first) !== canonical(second)) return failed("it places other ops each time");
    const decoded = decodeWith(bodyCodec, first);
    if (decoded.kind === "problems") return failed(decoded.problems.map(({ at, message }) => `${at}: ${message}`)[0] ?? "no ops");
    const foreign = opsOf(decoded.value).find((op) => op.kind === "call" && !agent.calls.includes(op.block));
    if (foreign?.kind === "call") return failed(`op \`${foreign.id}\` calls \`${foreign.block}\`, which no field of the agent names`);
    return { body: decoded.value, problem: null };
  } catch (error) {
    return failed(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
}

/** As JSON would hold it: what no plan can hold is lost, and then missed. */
function plain(body: Body): Json {
  return JSON.parse(JSON.stringify(body));
}

function failed(problem: string): PlacedOwn {
  return { body: { ops: [], result: { kind: "pass", op: "" } }, problem };
}
