/** The two HTTP tools, as threads run them, against servers on loopback. */
import * as dns from "node:dns";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { maxAnswerBytes, type SendOptions, sender } from "../../runtime/3-task/send.ts";
import type { Scope } from "../../runtime/permissions/allowance.ts";
import { httpGet } from "../../stdlib/tools/http-get.ts";
import { httpPost } from "../../stdlib/tools/http-post.ts";
import { toolContext } from "../support/tool-calls.ts";

const test = suite("tools: tama_http_get, tama_http_post");
const everyHost: Scope = { all: true, names: [] };
const loopback: Scope = { all: false, names: ["127.0.0.1"] };

interface Given extends Partial<SendOptions> {
  readonly variables?: Readonly<Record<string, string>>;
}

async function call(tool: typeof httpGet, args: object, { variables = {}, ...more }: Given = {}): Promise<string> {
  const signal = more.signal ?? new AbortController().signal;
  const send = sender({ net: loopback, env: () => undefined, timeoutMs: 10_000, ...more, signal });
  const outcome = await tool.run?.({ ...args }, toolContext("/", { env: variables, send, signal }));
  if (!outcome) throw new Error("the tool does not run");
  return outcome.kind === "ok" ? outcome.text : `${outcome.kind}: ${outcome.message}`;
}

const get = (url: unknown, given?: Given, headers?: unknown) =>
  call(httpGet, { url, ...(headers === undefined ? {} : { headers }) }, given);

test("answers the body, in the encoding that the server names", async () => {
  await serving(
    ({ url }, response) => {
      if (url === "/latin") return response.setHeader("content-type", "text/plain; charset=iso-8859-1").end(Buffer.from([0xfc]));
      if (url === "/gzip") return response.setHeader("content-encoding", "gzip").end(gzipSync("zipped"));
      if (url === "/events") return response.setHeader("content-type", "text/event-stream").end("data: 1\n\n");
      return response.end(`grüße ${url}`);
    },
    async (base) => {
      assert.is(await get(`${base}/a?b=c`), "grüße /a?b=c");
      assert.is(await get(`${base}/latin`), "ü");
      assert.is(await get(`${base}/gzip`), "zipped");
      assert.is(await get(`${base}/events`), "data: 1\n\n");
    },
  );
});

test("a status that is none of success fails the call, and is told with the body; an empty answer is its status", async () => {
  await serving(
    ({ url }, response) => response.writeHead(Number(url?.slice(1, 4))).end(url?.endsWith("b") ? "why" : ""),
    async (base) => {
      assert.is(await get(`${base}/404b`), "failed: HTTP 404 Not Found\nwhy");
      assert.is(await get(`${base}/500`), "failed: HTTP 500 Internal Server Error");
      assert.is(await get(`${base}/204`), "[HTTP 204 No Content]");
      assert.is(await get(`${base}/304`), "failed: HTTP 304 Not Modified");
    },
  );
});

test("posts a body as JSON, unless another type is said", async () => {
  await serving(echo, async (base) => {
    const post = async (more: object) => JSON.parse(await call(httpPost, { url: base, body: '{"a":1}', ...more }));
    const first = await post({});
    assert.equal([first.method, first.body, first.headers["content-type"]], ["POST", '{"a":1}', "application/json"]);
    assert.is((await post({ headers: [{ "Content-Type": "text/plain" }] })).headers["content-type"], "text/plain");
    assert.match(await call(httpPost, { url: base }), "failed: `body` must be a text");
  });
});

test("sends headers in each of the forms that models write, and none that say where a request goes", async () => {
  await serving(echo, async (base) => {
    for (const headers of [
      [{ "X-One": "1", "x-two": "2" }],
      [{ name: "X-One", value: "1" }, { "X-Two": "2" }],
      { "X-One": "1", "X-Two": "2" },
    ]) {
      const sent = JSON.parse(await get(base, {}, headers)).headers;
      assert.equal([sent["x-one"], sent["x-two"]], ["1", "2"]);
    }
    for (const name of ["Host", "content-length", "Transfer-Encoding", "Proxy-Authorization"])
      assert.is(await get(base, {}, [{ [name]: "x" }]), `failed: the header ${name.toLowerCase()} cannot be set`);
    assert.match(await get(base, {}, [{ "X-One": "a\r\nX-Two: b" }]), "holds characters that no header may hold");
    assert.match(await get(base, {}, [{ "a b": "x" }]), "a header cannot be named");
    for (const headers of ["x", [["a", "b"]], [{ a: 1 }]]) assert.match(await get(base, {}, headers), "`headers` must be a list");
  });
});

test("`${NAME}` is the value of a variable that was given; other names stay, `$$` is `$`, what is not closed stays", async () => {
  await serving(echo, async (base) => {
    const variables = { TOKEN: "s3cret", constructor: "own" };
    const url = `${base}/\${TOKEN}/$$/$$\{TOKEN}`;
    const headers = [{ "X-Known": "Bearer ${TOKEN}", "X-Other": "${OTHER} ${toString}", "X-Open": "${TOKEN", "X-Own": "${constructor}" }];
    const sent = JSON.parse(await get(url, { variables }, headers));
    assert.is(sent.url, "/s3cret/$/$%7BTOKEN%7D");
    const { "x-known": known, "x-other": other, "x-open": open, "x-own": own } = sent.headers;
    assert.equal([known, other, open, own], ["Bearer s3cret", "${OTHER} ${toString}", "${TOKEN", "own"]);
  });
});

test("a host that is not granted is never asked, whatever else is", async () => {
  await counting(async (base, hits) => {
    const other: Scope = { all: false, names: ["api.example.com", "*.example.org"] };
    assert.is(await get(base, { net: other }), "refused: the host 127.0.0.1 is not granted; --allow-net=127.0.0.1 grants it");
    assert.match(await get(base, { net: { all: false, names: ["127.0.0.1:1"] } }), "refused: the host 127.0.0.1 is not granted");
    assert.is(await get(base, { net: { all: false, names: [new URL(base).host] } }), "hit");
    assert.is(hits(), 1);
    for (const url of ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x"]) assert.match(await get(url), "refused: ");
    for (const url of ["", 3, undefined]) assert.is(await get(url), "failed: `url` must be a URL");
    assert.is(await get("no url"), "failed: the URL cannot be read");
  });
});

for (const host of [
  "127.0.0.1",
  "2130706433",
  "0x7f.1",
  "localhost",
  "LOCALHOST",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "0.0.0.0",
  "169.254.169.254",
]) {
  test(`${host} is refused where every public host is granted, before anything is sent`, async () => {
    await counting(async (base, hits) => {
      assert.match(
        await get(`http://${host}:${new URL(base).port}/`, { net: everyHost, timeoutMs: 2_000 }),
        /^refused: .* private address/,
      );
      assert.is(hits(), 0);
    });
  });
}

test("a name is judged by the address that is connected to: one that changes its mind is not looked up again", async () => {
  await counting(async (base, hits) => {
    const addresses = ["127.0.0.1", "93.184.216.34"];
    const lookup = rebinding(addresses);
    const url = `http://rebind.test:${new URL(base).port}/`;
    assert.is(
      await get(url, { net: everyHost, lookup }),
      "refused: rebind.test is at the private address 127.0.0.1; --allow-net=rebind.test grants it",
    );
    assert.equal([hits(), addresses.length], [0, 1]);
    assert.is(await get(url, { net: { all: false, names: ["rebind.test"] }, lookup: rebinding(["127.0.0.1"]) }), "hit");
  });
});

test("a name with one private address among others is refused", async () => {
  const lookup: LookupFunction = (_host, options, done) =>
    options.all
      ? done(null, [
          { address: "93.184.216.34", family: 4 },
          { address: "10.0.0.1", family: 4 },
        ])
      : done(null, "10.0.0.1", 4);
  assert.match(await get("http://mixed.test/", { net: everyHost, lookup }), "refused: mixed.test is at the private address 10.0.0.1");
});

test("redirects are followed within what is granted, and judged one by one", async () => {
  await counting(async (inner, hits) => {
    const { port } = new URL(inner);
    await serving(
      ({ url }, response) => {
        const to = {
          "/in": `http://127.0.0.1:${port}/`,
          "/name": `http://localhost:${port}/`,
          "/loop": "/loop",
          "/file": "file:///etc/passwd",
        };
        response.writeHead(302, { location: Object.entries(to).find(([path]) => path === url)?.[1] ?? "/" }).end("moved");
      },
      async (base) => {
        assert.is(await get(`${base}/in`), "hit");
        assert.is(await get(`${base}/name`), "refused: redirected: the host localhost is not granted; --allow-net=localhost grants it");
        assert.match(await get(`${base}/file`), "refused: redirected: file: is not allowed");
        assert.is(await get(`${base}/loop`), "failed: more than 5 redirects");
        const outer = { net: { all: true, names: [new URL(base).host] } };
        assert.match(await get(`${base}/in`, outer), "refused: redirected: 127.0.0.1 is at the private address");
        assert.match(await get(`${base}/name`, outer), "refused: redirected: localhost is at the private address");
        assert.is(hits(), 1);
      },
    );
  });
});

test("another origin sees no header of the request but its kind; the same one sees all; a 303 becomes a GET", async () => {
  await serving(echo, async (inner) => {
    await serving(
      ({ url }, response) => {
        const [, status = "", where = ""] = url?.split("/") ?? [];
        response.writeHead(Number(status), { location: where === "in" ? inner : "/200/in" }).end();
      },
      async (base) => {
        const headers = [{ "X-Key": "s3cret", Authorization: "s3cret", Cookie: "s3cret" }];
        const posted = async (status: number) => JSON.parse(await call(httpPost, { url: `${base}/${status}/in`, body: "b", headers }));
        const kept = await posted(307);
        assert.equal([kept.method, kept.body, kept.headers["content-type"]], ["POST", "b", "application/json"]);
        assert.not.match(JSON.stringify(kept), "s3cret");
        const changed = await posted(303);
        assert.equal([changed.method, changed.body, changed.headers["content-type"]], ["GET", "", undefined]);
        assert.not.match(JSON.stringify(changed), "s3cret");
      },
    );
  });
  await serving(
    (request, response) => (request.url === "/a" ? response.writeHead(302, { location: "/b" }).end() : echo(request, response)),
    async (base) => assert.is(JSON.parse(await get(`${base}/a`, {}, [{ "X-Key": "k" }])).headers["x-key"], "k"),
  );
});

test("an answer that is too long or too slow, or breaks off, fails; nothing is asked twice", async () => {
  let hits = 0;
  await serving(
    ({ url }, response) => {
      hits += 1;
      if (url === "/long")
        for (let left = maxAnswerBytes + 1; left > 0; left -= 65_536) response.write(Buffer.alloc(Math.min(left, 65_536), 97));
      if (url === "/exact") response.write(Buffer.alloc(maxAnswerBytes, 97));
      if (url === "/cut") return response.writeHead(200, { "content-length": "100" }).write("x", () => response.destroy());
      if (url === "/never") return response.destroy();
      return url === "/slow" ? response.write("x") : response.end();
    },
    async (base) => {
      assert.is(await get(`${base}/long`), `failed: HTTP 200: the answer is longer than ${maxAnswerBytes} bytes`);
      assert.is((await get(`${base}/exact`)).length, maxAnswerBytes);
      assert.is(await get(`${base}/slow`, { timeoutMs: 300 }), "failed: no whole answer within 0.3 s");
      assert.match(await get(`${base}/cut`), "failed: no answer: ");
      assert.match(await call(httpPost, { url: `${base}/never`, body: "" }), "failed: no answer: ");
      assert.is(hits, 5);
      const cancel = new AbortController();
      const running = get(`${base}/slow`, { signal: cancel.signal });
      cancel.abort();
      assert.is(await running, "failed: the request was cancelled");
    },
  );
});

test("a proxy of the environment is asked, and a name that is private here is refused before", async () => {
  await serving(
    ({ url, headers }, response) => response.end(`${url} for ${headers.host}`),
    async (proxy) => {
      const env = (name: string) => (name === "http_proxy" ? proxy : undefined);
      const lookup = rebinding(["93.184.216.34"]);
      assert.is(await get("http://public.test/x", { net: everyHost, env, lookup }), "http://public.test/x for public.test");
      assert.match(
        await get("http://private.test/x", { net: everyHost, env, lookup: rebinding(["10.1.2.3"]) }),
        "refused: private.test is at",
      );
      assert.match(await get("http://10.1.2.3/x", { net: everyHost, env }), "refused: 10.1.2.3 is at the private address");
      assert.match(await get("http://named.test/x", { net: { all: false, names: ["named.test"] }, env }), "http://named.test/x");
    },
  );
});

/** Finds the next of the addresses at each look-up. */
function rebinding(addresses: string[]): LookupFunction {
  return (host, options, done) => {
    const address = addresses.shift();
    if (address === undefined) return done(Object.assign(new Error(`no address for ${host}`), { code: dns.NOTFOUND }), "", 4);
    options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4);
  };
}

function echo(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
  });
}

async function counting(use: (base: string, hits: () => number) => Promise<void>): Promise<void> {
  let hits = 0;
  const count = (_: IncomingMessage, response: ServerResponse) => {
    hits += 1;
    response.end("hit");
  };
  await serving(count, (base) => use(base, () => hits));
}

async function serving(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  use: (base: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a server on a port has such an address
  try {
    await use(`http://127.0.0.1:${port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test.run();
