import * as http from "node:http";
import * as https from "node:https";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";

type Env = (name: string) => string | undefined;

/** The proxy that the environment names for a URL, as curl reads it: `https_proxy`, `all_proxy`, `no_proxy`, in either case. */
export function proxyFor(url: URL, env: Env): URL | null {
  const named = either(env, `${url.protocol.slice(0, -1)}_proxy`) ?? either(env, "all_proxy");
  if (named === undefined || isExempt(url, either(env, "no_proxy") ?? "")) return null;
  const proxy = named.includes("://") ? named : `http://${named}`;
  return URL.canParse(proxy) ? new URL(proxy) : null;
}

/** The header that a proxy with a name and a password in its URL asks for. */
export function proxyAuthorization(proxy: URL): Readonly<Record<string, string>> {
  if (proxy.username === "") return {};
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** An agent whose TLS connections run through a proxy by CONNECT. */
export function tunnelAgent(proxy: URL, options: https.AgentOptions & { readonly connectTimeoutMs: number }): https.Agent {
  const createConnection = (target: tls.ConnectionOptions, done: (error: Error | null, socket?: Duplex) => void) => {
    openTunnel(proxy, `${target.host}:${target.port}`, options.connectTimeoutMs).then((socket) => {
      const servername = target.servername === undefined ? {} : { servername: target.servername };
      done(null, tls.connect({ ...target, ...servername, socket }));
    }, done);
  };
  return Object.assign(new https.Agent(options), { createConnection });
}

function openTunnel(proxy: URL, authority: string, timeoutMs: number): Promise<Duplex> {
  const { request } = proxy.protocol === "https:" ? https : http;
  const headers = { host: authority, ...proxyAuthorization(proxy) };
  return new Promise((resolve, reject) => {
    const connect = request(proxy, { method: "CONNECT", path: authority, headers, agent: false, timeout: timeoutMs });
    connect.once("connect", (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy ${proxy.host} refused ${authority}: ${response.statusCode}`));
    });
    connect.once("timeout", () => connect.destroy(new Error(`the proxy ${proxy.host} did not answer in ${timeoutMs} ms`)));
    connect.once("error", reject).end();
  });
}

function either(env: Env, name: string): string | undefined {
  return env(name) || env(name.toUpperCase()) || undefined;
}

function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => exempts(entry, host, port));
}

function exempts(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, name = entry, onlyPort] = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const suffix = name.replace(/^\*?\./, "");
  return host === suffix || host.endsWith(`.${suffix}`);
}
