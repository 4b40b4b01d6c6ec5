/** What `--help` says fits a terminal of 80 columns, of every command. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { program } from "../../runtime/commands/program.ts";

const test = suite("help");

test("no line is longer than 80 columns", () => {
  const texts = [help("tama"), help("tamac"), ...commandsOf(program()).map((command) => command.helpInformation())];
  assert.ok(texts.length > 30);
  for (const line of texts.join("\n").split("\n")) assert.ok(line.length <= 80, line);
});

function help(cli: "tama" | "tamac"): string {
  const file = fileURLToPath(new URL(`../../dist/${cli}.js`, import.meta.url));
  return execFileSync(process.execPath, [file, "--help"], { encoding: "utf8" });
}

function commandsOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

test.run();
