/** Every code of a session's errors is raised, and some test expects it. */
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sessionErrorCodes } from "../../runtime/session/errors.ts";
import { textsUnder } from "../support/tree.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const test = suite("codes of session errors");

/** The codes that no file under a folder names, the list of them and this test apart. */
function unnamed(folder: string): readonly string[] {
  const texts = textsUnder(root, [folder]).filter(({ path }) => !/(errors|error-codes\.test)\.ts$/.test(path));
  return sessionErrorCodes.filter((code) => !texts.some(({ text }) => text.includes(`"${code}"`)));
}

test("each is raised", () => assert.equal(unnamed("runtime/session"), []));
test("each is expected by a test", () => assert.equal(unnamed("tests/session"), []));
test("no two are the same", () => assert.is(new Set(sessionErrorCodes).size, sessionErrorCodes.length));

test.run();
