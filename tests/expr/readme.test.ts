import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Builtin, builtins } from "../../compiler/ir/builtins.ts";
import { show } from "../../compiler/ir/types.ts";

const test = suite("README of expressions");
const readme = readFileSync(new URL("../../compiler/expr/README.md", import.meta.url), "utf8");

function row(name: string, { params, result, summary }: Builtin): string {
  const answer = show(typeof result === "function" ? result([]) : result);
  const escaped = `${name}(${params.map(show).join(", ")})`.replaceAll("|", "\\|");
  return `| \`${escaped}\` | ${answer.replaceAll("|", "\\|")} | ${summary} |`;
}

test("it lists every function as it is declared, and no other", () => {
  const rows = Object.entries(builtins).map(([name, builtin]) => row(name, builtin));
  const listed =
    readme
      .split("## Functions")[1]
      ?.split("\n## ")[0]
      ?.match(/^\| `.*$/gm) ?? [];
  assert.equal(listed, rows, `the table should be:\n${rows.join("\n")}`);
});

test.run();
