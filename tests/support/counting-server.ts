/** A server on loopback that answers each hit with a word that it never said before, and remembers who was told what. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A hit: what asked, by the name that its URL gives, and the word that it was told. */
export interface Hit {
  readonly label: string;
  readonly word: string;
}

export interface CountingServer {
  readonly url: string;
  /** Every hit so far, in order. */
  readonly hits: readonly Hit[];
  /** Asked at each hit, after it counts and before it is answered. */
  onHit: (hit: Hit) => void;
  /** Resolves when nobody is connected: what a killed process has sent has been counted by then. */
  readonly quiet: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts one. A word is `<n>`. */
export async function startCountingServer(): Promise<CountingServer> {
  const hits: Hit[] = [];
  const waiting: (() => void)[] = [];
  let open = 0;
  const answer = (path: string, response: ServerResponse) => {
    const hit = { label: decodeURIComponent(path.replace(/^\/\w+\//, "")), word: `<${hits.length + 1}>` };
    hits.push(hit);
    counting.onHit(hit);
    response.end(hit.word);
  };
  const server = createServer((request, response) => answer(request.url ?? "", response));
  server.on("connection", (socket) => {
    open += 1;
    socket.once("close", () => {
      open -= 1;
      if (open === 0) for (const done of waiting.splice(0)) done();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const counting: CountingServer = {
    url: `http://127.0.0.1:${port}`,
    hits,
    onHit: () => {},
    quiet: () => new Promise((resolve) => (open === 0 ? resolve() : void waiting.push(resolve))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return counting;
}
