import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { watchBuild, watchCheck } from "../compiler/commands/build.ts";
import type { Output } from "../compiler/commands/terminal.ts";
import { agent } from "./support/plan-of.ts";

const test = suite<{ dir: string }>("watch");
const config = '[project]\nname = "demo"\nentrypoint = "main"\n[models]\ndefault = "openai:gpt-4o"\nworker = "openai:gpt-4o"\n';

test.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), "tamac-watch-"));
  write(context.dir, { "tama.toml": config, ...agent("main", "pattern: oneshot") });
});
test.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

test("a check follows edits, new and removed folders, and the config", async ({ dir }) => {
  await watching(
    (io, signal) => watchCheck(dir, {}, io, signal),
    async (round) => {
      assert.match(await round(() => undefined), "checked 1 agent");
      assert.match(await round(() => write(dir, agent("main", "pattern: oneshto"))), "error[parse/unknown-pattern]");
      assert.match(await round(() => write(dir, agent("main", "pattern: oneshot"))), "checked 1 agent");
      assert.match(await round(() => write(dir, agent("spare", "pattern: oneshot"))), "resolve/unused-agent");
      assert.match(await round(() => write(dir, agent("spare", "pattern: oneshto"))), "error[parse/unknown-pattern]");
      assert.match(await round(() => rmSync(join(dir, "agents/spare"), { recursive: true })), "checked 1 agent");
      assert.match(await round(() => write(dir, { "tama.toml": "nope = 1\n" })), "error[config/unknown-key]");
    },
  );
});

test("a build does not wake itself by the plan that it writes", async ({ dir }) => {
  await watching(
    (io, signal) => watchBuild(dir, { output: undefined }, io, signal),
    async (round, rounds) => {
      assert.match(await round(() => undefined), "built");
      assert.match(await round(() => write(dir, agent("main", "pattern: react"))), "built");
      write(dir, { "plan.json": "" });
      assert.match(await round(() => write(dir, agent("main", "pattern: oneshot"))), "built");
      assert.is(rounds(), 3);
    },
  );
});

test.run();

type Round = (change: () => void) => Promise<string>;

/** Runs a watching command while `steps` makes changes; each round gives what was told after a change. */
async function watching(
  command: (io: Output, signal: AbortSignal) => Promise<unknown>,
  steps: (round: Round, rounds: () => number) => Promise<void>,
): Promise<void> {
  const end = new AbortController();
  const told = { text: "", rounds: 0, wake: () => undefined as undefined };
  const stderr = (text: string) => {
    told.text += text;
    if (!text.startsWith("watching")) return;
    told.rounds += 1;
    told.wake();
  };
  const ended = command({ format: "text", colour: false, width: null, stdout: stderr, stderr }, end.signal);
  let seen = 0;
  const round: Round = async (change) => {
    told.text = "";
    change();
    while (told.rounds <= seen) await new Promise<void>((done) => Object.assign(told, { wake: done }));
    seen = told.rounds;
    return told.text;
  };
  try {
    await steps(round, () => told.rounds);
  } finally {
    end.abort();
    await ended;
  }
}

function write(dir: string, texts: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}
