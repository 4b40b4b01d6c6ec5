import type { Plan } from "../../compiler/ir/plan.ts";
import type { Grants } from "./grants.ts";

/** What a plan could do and a run may not: what it is, and the flag that grants it. */
export interface Missing {
  readonly what: string;
  readonly flag: string;
}

/** What of a plan's needs is not granted at all. Worker code is judged before, memory and reading the project need no grant. */
export function missingGrants({ needs }: Pick<Plan, "needs">, grants: Grants): readonly Missing[] {
  const { effects } = needs;
  const unset = effects.includes("net") || effects.includes("exec") ? needs.env.filter((name) => !grants.env.includes(name)) : [];
  const found: readonly (Missing | null)[] = [
    effects.includes("exec") && !grants.exec ? { what: "exec", flag: "--allow-exec" } : null,
    effects.includes("net") && !grants.net.all && grants.net.names.length === 0
      ? { what: "net", flag: needs.hosts.length > 0 ? `--allow-net=${needs.hosts.join(",")}` : "--allow-net" }
      : null,
    effects.includes("write") && grants.writable.length === 0 ? { what: "write", flag: "--allow-write" } : null,
    unset.length > 0 ? { what: `env ${unset.join(", ")}`, flag: `--allow-env=${unset.join(",")}` } : null,
  ];
  return found.filter((missing) => missing !== null);
}

/** What is granted of what a plan could do, each with its names: `net (api.example.com)`. */
export function givenGrants({ needs }: Pick<Plan, "needs">, { exec, net, writable, env }: Grants): readonly string[] {
  const { effects } = needs;
  const hosts = [...(net.all ? ["every public host"] : []), ...net.names];
  return [
    effects.includes("exec") && exec ? "exec" : null,
    effects.includes("net") && hosts.length > 0 ? `net (${hosts.join(", ")})` : null,
    effects.includes("write") && writable.length > 0 ? `write (${writable.join(", ")})` : null,
    env.length > 0 && (effects.includes("net") || effects.includes("exec")) ? `env (${env.join(", ")})` : null,
  ].filter((given) => given !== null);
}
