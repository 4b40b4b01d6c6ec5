import * as dns from "node:dns";
import type { LookupFunction } from "node:net";
import type { HttpAnswer, HttpRequest } from "../../stdlib/tool.ts";
import type { Scope } from "../permissions/allowance.ts";
import { addressRefusal, hostOf, isNamed, urlRefusal } from "../permissions/hosts.ts";
import { httpFetch } from "../providers/fetch.ts";
import { proxyFor } from "../providers/proxy.ts";

/** The largest answer that a tool takes, in bytes, decoded. */
export const maxAnswerBytes = 5 * 1024 * 1024;

const maxRedirects = 5;
const connectTimeoutMs = 10_000;

export interface SendOptions {
  /** The hosts that may be asked. */
  readonly net: Scope;
  /** The environment, for the variables that name proxies. */
  readonly env: (name: string) => string | undefined;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Finds addresses. Default: the system's way. */
  readonly lookup?: LookupFunction;
}

/**
 * Sends requests of tools, to granted hosts alone.
 *
 * N1 each URL is judged before it is asked, those of redirects too.
 * N2 a host that no grant names is judged by the address that is connected to, so that no name can mean another one later. Behind a
 *    proxy it is the proxy that finds the address: then what this machine knows of the name is judged.
 * N3 another origin never sees the headers of a request, but for what kind its body is.
 * N4 what got no answer is never sent again.
 */
export function sender(options: SendOptions): (request: HttpRequest) => Promise<HttpAnswer> {
  return async (request) => {
    const late = AbortSignal.timeout(options.timeoutMs);
    const signal = AbortSignal.any([options.signal, late]);
    try {
      return await follow(request, { ...options, signal });
    } catch (error) {
      if (late.aborted) return failed(`no whole answer within ${options.timeoutMs / 1_000} s`);
      if (options.signal.aborted) return failed("the request was cancelled");
      return failed(`no answer: ${reasonOf(error)}`);
    }
  };
}

async function follow(first: HttpRequest, options: SendOptions): Promise<HttpAnswer> {
  let request = first;
  for (let hops = 0; hops <= maxRedirects; hops++) {
    if (!URL.canParse(request.url)) return failed("the URL cannot be read");
    const url = new URL(request.url);
    const refusal = urlRefusal(url, options.net) ?? (await proxiedRefusal(url, options));
    const asked = refusal === null ? await ask(request, url, options) : refusal;
    if (typeof asked === "string") return { kind: "refused", message: hops === 0 ? asked : `redirected: ${asked}` };
    const next = redirected(request, url, asked);
    if (next === null) return read(asked);
    await asked.body?.cancel();
    request = next;
  }
  return failed(`more than ${maxRedirects} redirects`);
}

/** One exchange, or why its host may not be connected to. */
async function ask({ method, headers, body }: HttpRequest, url: URL, options: SendOptions): Promise<Response | string> {
  const { env, signal, net, lookup = dns.lookup } = options;
  const seen: { refusal: string | null } = { refusal: null };
  const guarded = guard(lookup, (address) => {
    seen.refusal ??= addressRefusal(hostOf(url), address);
    return seen.refusal === null;
  });
  const fetch = httpFetch({
    env,
    connectTimeoutMs,
    connections: "once",
    bodies: "streams",
    ...(isNamed(url, net) ? { lookup } : { lookup: guarded }),
  });
  try {
    return await fetch(url, { method, headers, body, redirect: "manual", signal });
  } catch (error) {
    if (seen.refusal === null) throw error;
    return seen.refusal;
  }
}

/** What a proxy will find is not known; a name that means a private address here is refused. */
async function proxiedRefusal(url: URL, { env, net, lookup = dns.lookup }: SendOptions): Promise<string | null> {
  if (isNamed(url, net) || proxyFor(url, env) === null) return null;
  const addresses = await new Promise<readonly string[]>((resolve) =>
    lookup(hostOf(url), { all: true }, (error, found) =>
      resolve(error || typeof found === "string" ? [] : found.map(({ address }) => address)),
    ),
  );
  return addresses.map((address) => addressRefusal(hostOf(url), address)).find((refusal) => refusal !== null) ?? null;
}

/** Lets a connection happen only where every address of the host may be connected to. */
function guard(lookup: LookupFunction, allows: (address: string) => boolean): LookupFunction {
  return (host, options, done) =>
    lookup(host, options, (error, found, family) => {
      if (error) return done(error, found, family);
      const addresses = typeof found === "string" ? [found] : found.map(({ address }) => address);
      if (addresses.every(allows)) return done(null, found, family);
      done(Object.assign(new Error("a private address"), { code: "EREFUSED" }), found, family);
    });
}

/** The request that a redirect asks for; null where it asks for none. */
function redirected(request: HttpRequest, from: URL, { status, headers }: Response): HttpRequest | null {
  const location = headers.get("location");
  if (![301, 302, 303, 307, 308].includes(status) || location === null || !URL.canParse(location, from.href)) return null;
  const url = new URL(location, from);
  const own = url.origin === from.origin ? Object.entries(request.headers) : [];
  const type = Object.entries(request.headers).filter(([name]) => name === "content-type" || name === "accept");
  const kept = Object.fromEntries([...type, ...own]);
  if (status === 307 || status === 308 || request.method === "GET") return { ...request, url: url.href, headers: kept };
  const { "content-type": _type, ...bare } = kept;
  return { method: "GET", url: url.href, headers: bare, body: null };
}

/** Reads an answer as far as it may be long, in the encoding that it names. */
async function read(response: Response): Promise<HttpAnswer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxAnswerBytes) return failed(`HTTP ${response.status}: the answer is longer than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  const charset = /charset="?([^";\s]+)/i.exec(response.headers.get("content-type") ?? "")?.[1];
  const text = decoderFor(charset ?? "utf-8").decode(Buffer.concat(chunks));
  return { kind: "answered", status: response.status, statusText: response.statusText, text };
}

function decoderFor(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder(); // an encoding that nobody knows: the usual one is the best guess
  }
}

/** The innermost cause, which names no more than a host and a port. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}

function failed(message: string): HttpAnswer {
  return { kind: "failed", message };
}
