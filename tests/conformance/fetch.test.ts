/** Our fetch against what a fetch must do: bodies, streams, redirects, aborts, proxies, TLS. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { httpFetch } from "../../runtime/providers/fetch.ts";
import { proxyFor } from "../../runtime/providers/proxy.ts";
import { certificate, key } from "../support/tls.ts";

const test = suite("fetch");
const fetchWith = (env: Readonly<Record<string, string>>) => httpFetch({ env: (name) => env[name], connectTimeoutMs: 2_000 });
const fetch = fetchWith({});

test("sends method, headers and body, and reads the whole answer", async () => {
  await serving(echo, async (url) => {
    const body = JSON.stringify({ text: "grüße" });
    const response = await fetch(`${url}/a?b=c`, { method: "post", headers: { "X-One": "1" }, body });
    assert.is(response.status, 200);
    assert.is(response.headers.get("x-echo"), "yes");
    assert.is(response.url, `${url}/a?b=c`);
    assert.equal(await response.json(), { method: "POST", url: "/a?b=c", one: "1", body });
  });
});

test("sends bytes and forms, and answers without a body", async () => {
  await serving(echo, async (url) => {
    assert.is((await jsonOf(await fetch(url, { method: "POST", body: new Uint8Array([104, 105]) }))).body, "hi");
    assert.match((await jsonOf(await fetch(url, { method: "POST", body: new URLSearchParams({ a: "1" }) }))).body, /a=1/);
  });
  await serving(
    (_, response) => response.writeHead(204).end(),
    async (url) => assert.is((await fetch(url)).body, null),
  );
});

test("bounds the time until a connection is one, its handshake included", async () => {
  const silent = createTcpServer(() => {}).listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  const { port } = silent.address() as AddressInfo;
  const hasty = httpFetch({ env: () => undefined, connectTimeoutMs: 50 });
  const error: unknown = await hasty(`https://127.0.0.1:${port}/`).catch((caught) => caught.cause);
  assert.is(error instanceof Error && error.message, "no connection within 50 ms");
  silent.close();
});

test("bounds the handshake at the end of a proxy's tunnel, too", async () => {
  const proxy = createServer().on("connect", (_, client: Socket) => client.write("HTTP/1.1 200 OK\r\n\r\n"));
  await listen(proxy);
  const https_proxy = `http://127.0.0.1:${portOf(proxy)}`;
  const hasty = httpFetch({ env: (name) => ({ https_proxy })[name], connectTimeoutMs: 50 });
  const error: unknown = await hasty("https://example.invalid/").catch((caught) => caught.cause);
  assert.is(error instanceof Error && error.message, "no connection within 50 ms");
  proxy.close().closeAllConnections();
});

for (const [place, listener] of [
  ["before its head", () => {}],
  ["after its head", (_, response) => response.flushHeaders()],
  ["in its body", (_, response) => response.write("half")],
  ["in a packed body", (_, response) => response.setHeader("content-encoding", "gzip").write(gzipSync("whole").subarray(0, 12))],
  ["in a stream", (_, response) => response.setHeader("content-type", "text/event-stream").write("data: 1\n\n")],
] as const satisfies readonly (readonly [string, RequestListener])[])
  test(`ends an answer that falls silent ${place}`, async () => {
    const impatient = httpFetch({ env: () => undefined, connectTimeoutMs: 2_000, silenceMs: 30 });
    await serving(listener, async (url) => {
      const error: unknown = await impatient(url)
        .then((response) => response.text())
        .catch((caught) => caught.cause ?? caught);
      assert.is(error instanceof Error && error.message, "said nothing for 0.03 s");
    });
  });

test("an answer that comes slowly is not silent, nor is a kept connection that nobody uses", async () => {
  const slow: RequestListener = async (_, response) => {
    for (let piece = 0; piece < 8; piece += 1) {
      response.write(String(piece));
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    response.end();
  };
  const patient = httpFetch({ env: () => undefined, connectTimeoutMs: 2_000, silenceMs: 150 });
  await serving(slow, async (url) => {
    assert.is(await (await patient(url)).text(), "01234567");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.is(await (await patient(url)).text(), "01234567");
  });
});

test("gives a body once, in any form, and says when it is read", async () => {
  await serving(
    (_, response) => response.end('{"a":1}'),
    async (url) => {
      const whole = await fetch(url);
      const copy = (await fetch(url)).clone();
      assert.is(whole.bodyUsed, false);
      assert.equal(await whole.json(), { a: 1 });
      assert.is(whole.bodyUsed, true);
      assert.is(await whole.text().then(String, (error) => error.constructor), TypeError);
      assert.throws(() => whole.clone(), TypeError);
      assert.is(await copy.text(), '{"a":1}');
      assert.is((await (await fetch(url)).arrayBuffer()).byteLength, 7);
      assert.is(await new Response((await fetch(url)).body).text(), '{"a":1}');
    },
  );
});

test("keeps connections open, and replaces one that the server has closed meanwhile", async () => {
  const sockets = new Set<Socket>();
  await serving(
    (request, response) => response.end(String(sockets.add(request.socket).size)),
    async (url) => {
      assert.is(await (await fetch(url)).text(), "1");
      assert.is(await (await fetch(url)).text(), "1");
      for (const socket of sockets) socket.destroy();
      assert.is(await (await fetch(url)).text(), "2");
    },
  );
});

test("hands a stream of events on as it comes", async () => {
  let finish = () => {};
  const stream: RequestListener = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n");
    finish = () => response.end("data: 2\n\n");
  };
  await serving(stream, async (url) => {
    const reader = (await fetch(url)).body?.getReader();
    assert.is(new TextDecoder().decode((await reader?.read())?.value), "data: 1\n\n");
    finish();
    assert.is(new TextDecoder().decode((await reader?.read())?.value), "data: 2\n\n");
    assert.is((await reader?.read())?.done, true);
  });
});

test("unpacks a compressed answer", async () => {
  const packed: RequestListener = (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("long"));
  await serving(packed, async (url) => assert.is(await (await fetch(url)).text(), "long"));
});

test("follows redirects, and takes the credentials to no other origin", async () => {
  await serving(echoHeaders, async (other) => {
    const redirecting: RequestListener = (request, response) => {
      const location = request.url === "/away" ? `${other}/there` : "/back";
      if (request.url === "/back") return echoHeaders(request, response);
      response.writeHead(request.url === "/see" ? 303 : 307, { location }).end();
    };
    await serving(redirecting, async (url) => {
      const init = { method: "POST", headers: { authorization: "Bearer secret" }, body: "x" };
      const same = await fetch(`${url}/here`, init);
      assert.is(same.redirected, true);
      assert.equal(await same.json(), { method: "POST", authorization: "Bearer secret" });
      assert.equal(await (await fetch(`${url}/away`, init)).json(), { method: "POST" });
      assert.equal(await (await fetch(`${url}/see`, init)).json(), { method: "GET", authorization: "Bearer secret" });
      assert.is((await fetch(`${url}/here`, { ...init, redirect: "manual" })).status, 307);
    });
  });
  await serving(
    (_, response) => response.writeHead(302, { location: "/" }).end(),
    (url) => fails(fetch(url), /too many redirects/),
  );
});

test("stops when it is aborted: before, while waiting, while reading", async () => {
  await fails(fetch("http://127.0.0.1:9", { signal: AbortSignal.abort() }), /abort/i);
  for (const head of [false, true]) {
    let asked = () => {};
    const hanging: RequestListener = (_, response) => {
      if (head) response.writeHead(200, { "content-length": "10" }).write("x");
      setImmediate(asked);
    };
    await serving(hanging, async (url) => {
      const controller = new AbortController();
      asked = () => controller.abort();
      await fails(fetch(url, { signal: controller.signal }), /abort/i);
    });
  }
});

test("fails with a cause when nobody listens or the answer is cut", async () => {
  const { cause } = await fails(fetch("http://127.0.0.1:9"), /fetch failed/);
  assert.match(String(cause), /ECONNREFUSED/);
  const cutting: RequestListener = (_, response) => {
    response.writeHead(200, { "content-length": "10" }).write("x");
    setTimeout(() => response.destroy(), 5);
  };
  await serving(cutting, (url) => fails(fetch(url), /terminated/));
});

test("sends plain requests to the proxy in absolute form, with its credentials, but not to hosts that are exempt", async () => {
  const proxy: RequestListener = (request, response) =>
    response.end(`${request.url} ${request.headers.host} ${request.headers["proxy-authorization"]}`);
  await serving(proxy, async (url) => {
    const http_proxy = url.replace("://", "://me:pass@");
    const through = await fetchWith({ http_proxy })("http://model.test:81/v1?x=1");
    assert.is(await through.text(), `http://model.test:81/v1?x=1 model.test:81 Basic ${Buffer.from("me:pass").toString("base64")}`);
    await serving(echo, async (direct) => {
      assert.is((await jsonOf(await fetchWith({ http_proxy, NO_PROXY: "127.0.0.1" })(`${direct}/d`))).url, "/d");
    });
  });
});

test("reads the proxy variables as curl does", () => {
  const via = (url: string, env: Readonly<Record<string, string>>) => proxyFor(new URL(url), (name) => env[name])?.host ?? null;
  const both = { http_proxy: "one:1", HTTPS_PROXY: "http://two:2" };
  assert.is(via("http://a.test", both), "one:1");
  assert.is(via("https://a.test", both), "two:2");
  assert.is(via("https://a.test", { ALL_PROXY: "three:3" }), "three:3");
  for (const [list, isExempt] of [
    ["a.test", true],
    [".a.test", true],
    ["*.a.test", true],
    ["*", true],
    ["b.test, a.test:443", true],
    ["a.test:80", false],
    ["x.a.test", false],
    ["test", true],
    ["est", false],
  ] as const) {
    assert.is(via("https://a.test", { ...both, NO_PROXY: list }) === null, isExempt, list);
  }
});

test("speaks TLS with an authority of one's own, also through a proxy's tunnel", async () => {
  const dir = mkdtempSync(join(tmpdir(), "tama-tls-"));
  writeFileSync(join(dir, "ca.pem"), certificate);
  const target = createTlsServer({ key, cert: certificate }, (_, response) => response.end("secret page"));
  const authorities: string[] = [];
  const proxy = createServer().on("connect", (request: IncomingMessage, client: Socket) => {
    authorities.push(String(request.url));
    const upstream = connect(portOf(target), "127.0.0.1", () => client.write("HTTP/1.1 200 OK\r\n\r\n"));
    upstream.pipe(client).pipe(upstream);
  });
  await Promise.all([listen(target), listen(proxy)]);
  const url = `https://localhost:${portOf(target)}/`;
  const program = join(dir, "program.mts");
  const source = new URL("../../runtime/providers/fetch.ts", import.meta.url).href;
  writeFileSync(
    program,
    `import { httpFetch } from "${source}";
     const fetch = httpFetch({ env: (name) => process.env[name], connectTimeoutMs: 2000 });
     console.log(await fetch("${url}").then((response) => response.text(), (error) => error.cause.code));`,
  );
  const run = async (env: Readonly<Record<string, string>>) => {
    const { PATH = "" } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", program], { env: { PATH, ...env } });
    return stdout.trim();
  };
  const trusting = { NODE_EXTRA_CA_CERTS: join(dir, "ca.pem") };
  assert.is(await run(trusting), "secret page");
  assert.equal(authorities, []);
  assert.is(await run({ ...trusting, https_proxy: `http://127.0.0.1:${portOf(proxy)}` }), "secret page");
  assert.equal(authorities, [`localhost:${portOf(target)}`]);
  assert.is(await run({}), "DEPTH_ZERO_SELF_SIGNED_CERT");
  for (const server of [target, proxy]) server.close().closeAllConnections();
  rmSync(dir, { recursive: true });
});

test.run();

const echo: RequestListener = async (request, response) => {
  const body = await textOf(request);
  response
    .setHeader("x-echo", "yes")
    .end(JSON.stringify({ method: request.method, url: request.url, one: request.headers["x-one"], body }));
};

const echoHeaders: RequestListener = (request, response) => {
  request.resume();
  response.end(JSON.stringify({ method: request.method, authorization: request.headers.authorization }));
};

async function serving(listener: RequestListener, use: (url: string) => Promise<unknown>): Promise<void> {
  const server = createServer(listener);
  await listen(server);
  try {
    await use(`http://127.0.0.1:${portOf(server)}`);
  } finally {
    server.close().closeAllConnections();
  }
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

/** What `echo` answered. */
async function jsonOf(response: Response): Promise<{ readonly body: string; readonly url: string }> {
  return JSON.parse(await response.text());
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function fails(work: Promise<unknown>, message: RegExp): Promise<Error> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error(`it did not fail: ${error}`);
  assert.match(error.message, message);
  return error;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
