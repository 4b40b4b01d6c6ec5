import { BlockList, isIP } from "node:net";
import type { Scope } from "./allowance.ts";

/** Why a URL may not be asked; null where it may, as far as its name tells. */
export function urlRefusal(url: URL, net: Scope): string | null {
  const host = hostOf(url);
  if (url.protocol !== "http:" && url.protocol !== "https:") return `${url.protocol} is not allowed: only http: and https:`;
  if (isNamed(url, net)) return null;
  if (!net.all) return `the host ${host} is not granted; --allow-net=${host} grants it`;
  return isIP(bare(host)) !== 0 ? addressRefusal(host, bare(host)) : null;
}

/** Why a host whose address this is may not be asked, unless it is named; null where it may. */
export function addressRefusal(host: string, address: string): string | null {
  return isPrivateAddress(address) ? `${host} is at the private address ${address}; --allow-net=${host} grants it` : null;
}

/** Whether a grant names the host of a URL, so that its address may be private too. */
export function isNamed(url: URL, { names }: Scope): boolean {
  const host = hostOf(url);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return names.some((name) => {
    const [, pattern = "", onlyPort] = /^(.*?)(?::(\d+))?$/.exec(withBrackets(name.toLowerCase())) ?? [];
    if (onlyPort !== undefined && onlyPort !== port) return false;
    return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
  });
}

/** An IPv6 address may be written without brackets where no port follows. */
function withBrackets(name: string): string {
  return isIP(name) === 6 ? `[${name}]` : name;
}

/** As grants name it: in lower case, without the dot that may end a full name. */
export function hostOf({ hostname }: URL): string {
  return hostname.toLowerCase().replace(/\.$/, "");
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** Whether an address is loopback, link-local, of a private network, or otherwise no host's of the public internet. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.split("%")[0] ?? address;
  if (isIP(plain) === 4) return privateV4.check(plain, "ipv4");
  return isIP(plain) !== 6 || privateV6.check(plain, "ipv6") || !global.check(plain, "ipv6");
}

/** @see RFC 6890, IANA special-purpose address registries */
const privateV4 = blocks("ipv4", [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
]);

/** All that is routed as unicast; loopback, link-local, unique local, multicast and addresses that stand for IPv4 ones are outside. */
const global = blocks("ipv6", [["2000::", 3]]);

/** Within it: Teredo and others of 2001::/23, documentation, 6to4. */
const privateV6 = blocks("ipv6", [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]);

function blocks(family: "ipv4" | "ipv6", subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family);
  return list;
}
