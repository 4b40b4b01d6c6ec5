/** The dispatcher: who is asked, what is recorded, where a sequence stops and goes on. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type AgentCall, createDispatcher, type Dispatcher, type SequenceResult } from "../../runtime/session/dispatch.ts";
import { take } from "../../runtime/session/errors.ts";
import type { Session } from "../../runtime/session/session.ts";
import { types } from "../../stdlib/types.ts";
import { defineWorker, type Worker } from "../../stdlib/worker.ts";
import { workers } from "../../stdlib/workers/index.ts";
import { codeOf, errorOf, reload, typesOf, withSession } from "../support/sessions.ts";

const test = suite("dispatcher");
const reverse = workers["reverse"] as Worker;
const uppercase = workers["uppercase"] as Worker;
const texts = { id: "texts", name: "Texts", version: "2.1.0", workers: [reverse, uppercase] };
const doing = (capability: string, run: Worker["run"], more: Partial<Worker> = {}) => ({
  id: capability,
  workers: [defineWorker({ capability, run, ...more })],
});
const dispatcherOf = (session: Session, ...agents: Parameters<Dispatcher["register"]>[0][]) =>
  take(createDispatcher(session, [texts, ...agents]));
const chain: readonly AgentCall[] = [{ capability: "reverse" }, { capability: "uppercase" }];

function errorIn(result: SequenceResult) {
  if (result.kind === "ok") throw new Error("the sequence ended well");
  return result.error;
}

test(
  "an agent says who it is and what it can do",
  withSession((session) => {
    const dispatcher = dispatcherOf(
      session,
      doing("echo", (text: string) => text),
    );
    assert.equal(dispatcher.agents(), [
      { agent_id: "texts", name: "Texts", version: "2.1.0", capabilities: ["reverse", "uppercase"] },
      { agent_id: "echo", name: "echo", version: "1.0.0", capabilities: ["echo"] },
    ]);
    assert.equal(
      dispatcher.capabilities().map(({ name, input, output }) => [name, input.kind, output.kind]),
      [
        ["echo", "text", "text"],
        ["reverse", "text", "text"],
        ["uppercase", "text", "text"],
      ],
    );
  }),
);

test(
  "an agent without an id, without capabilities, with bad ones or a taken id is refused",
  withSession((session) => {
    const dispatcher = dispatcherOf(session);
    const bad = [
      { id: " ", workers: [reverse] },
      { id: "none", workers: [] },
      { id: "texts", workers: [reverse] },
      { id: "twice", workers: [reverse, reverse] },
      { id: "odd", workers: [{ ...reverse, capability: "Not Kebab" }] },
    ];
    const none = [null, "texts", { id: "odd" }, { id: "odd", workers: [null] }, { id: "odd", workers: [{ run: () => "" }] }];
    for (const agent of [...bad, ...(none as unknown as typeof bad)]) assert.is(codeOf(dispatcher.register(agent)), "validation_error");
    assert.is(codeOf(createDispatcher(session, [{ id: "none", workers: [] }])), "validation_error");
    assert.is(dispatcher.agents().length, 1);
  }),
);

test(
  "a call gives the agent's answer, and is recorded as a run's code agents are",
  withSession(async (session) => {
    const dispatcher = dispatcherOf(session);
    const answer = take(await dispatcher.dispatch({ capability: "reverse", params: "abc" }));
    assert.equal(answer, { agent: "texts", capability: "reverse", key: "done", value: "cba" });
    assert.equal(
      session.trajectory(2).map(({ agent_id, entry_type, content }) => [agent_id, entry_type, content]),
      [
        ["texts", "agent_invoked", { agent: "texts", path: "session/dispatch[2]/texts@1", input: "abc" }],
        ["texts", "agent_completed", { agent: "texts", path: "session/dispatch[2]/texts@1", key: "done", value: "cba" }],
      ],
    );
  }),
);

test(
  "of agents with the same capability the last is asked; when it goes, the one before it is asked again",
  withSession(async (session) => {
    const loud = { id: "loud", workers: [{ ...reverse, run: () => "LOUD" }] };
    const dispatcher = dispatcherOf(session, loud);
    const ask = async (agent?: string) =>
      take(await dispatcher.dispatch({ capability: "reverse", params: "ab", ...(agent ? { agent } : {}) })).value;
    assert.equal([await ask(), await ask("texts"), await ask("loud")], ["LOUD", "ba", "LOUD"]);
    take(dispatcher.unregister("loud"));
    assert.is(await ask(), "ba");
    assert.is(codeOf(dispatcher.unregister("loud")), "agent_not_found");
  }),
);

test(
  "nobody who can do it, no such agent, and an agent that cannot are three things",
  withSession(async (session) => {
    const dispatcher = dispatcherOf(session);
    assert.equal(errorOf(await dispatcher.dispatch({ capability: "fly" })), {
      code: "dispatch_no_agent_for_capability",
      message: "no agent has the capability 'fly'; there are: reverse, uppercase",
      details: { available: ["reverse", "uppercase"] },
    });
    assert.is(codeOf(await dispatcher.dispatch({ capability: "reverse", agent: "nobody" })), "agent_not_found");
    assert.is(codeOf(await dispatcher.dispatch({ capability: "fly", agent: "texts" })), "agent_capability_not_found");
    const empty = take(createDispatcher(session));
    assert.match(errorOf(await empty.dispatch({ capability: "fly" })).message, "there is none");
    assert.equal(typesOf(session), ["session_created"]);
  }),
);

test(
  "params must be JSON of the type that the worker wants",
  withSession(async (session) => {
    const point = types.object({ x: types.int });
    const dispatcher = dispatcherOf(
      session,
      doing("double", ({ x }: { x: number }) => 2 * x, { input: point, output: types.int }),
    );
    assert.is(take(await dispatcher.dispatch({ capability: "double", params: { x: 2 } })).value, 4);
    assert.is(take(await dispatcher.dispatch({ capability: "double", params: '{"x":3}' })).value, 6);
    assert.equal(errorOf(await dispatcher.dispatch({ capability: "double", params: { x: 1.5 } })), {
      code: "agent_invalid_params",
      message: `'double' wants {x: int}, not {"x":1.5}`,
      details: null,
    });
    assert.is(codeOf(await dispatcher.dispatch({ capability: "double", params: Number.NaN })), "validation_error");
    assert.is(codeOf(await dispatcher.dispatch({ capability: "" })), "validation_error");
    assert.is(codeOf(await dispatcher.dispatch(null as unknown as AgentCall)), "validation_error");
  }),
);

test(
  "an agent that throws, or answers what it did not declare, fails the call and not the session",
  withSession(async (session) => {
    const dispatcher = dispatcherOf(
      session,
      doing("throw", () => {
        throw new TypeError("no way");
      }),
      doing("reject", () => Promise.reject(new Error("later"))),
      doing("lie", () => 42),
      doing("nothing", (() => undefined) as unknown as Worker["run"]),
      doing("route", () => ({ key: "other", value: 1 }), { keys: ["approve"] }),
      doing("odd", () => Promise.reject("a text")),
    );
    const error = async (capability: string) => errorOf(await dispatcher.dispatch({ capability, params: "x" }));
    const thrown = await error("throw");
    assert.is(thrown.code, "agent_invocation_failed");
    assert.match(thrown.message, "agent 'throw': worker throw threw: TypeError: no way");
    for (const capability of ["reject", "lie", "nothing", "route"]) assert.is((await error(capability)).code, "agent_invocation_failed");
    assert.is((await error("lie")).message, "agent 'lie' answered 42 to 'lie', which is not text");
    assert.equal(await error("odd"), {
      code: "unknown_error",
      message: "agent 'odd' threw what is no error",
      details: { thrown: "a text" },
    });
    const [last] = session.trajectory(1);
    assert.equal([last?.entry_type, last?.content["code"]], ["agent_failed", "unknown_error"]);
    assert.is(take(await dispatcher.dispatch({ capability: "uppercase", params: "a" })).value, "A");
  }),
);

test(
  "calls and sequences side by side are recorded apart",
  withSession(async (session) => {
    const dispatcher = dispatcherOf(session);
    const calls = ["a", "b", "c"].map((params) => dispatcher.dispatch({ capability: "uppercase", params }));
    const sequences = ["ab", "cd"].map((input) => dispatcher.dispatchSequence(chain, input));
    assert.equal(
      (await Promise.all(calls)).map((answer) => take(answer).value),
      ["A", "B", "C"],
    );
    assert.equal(
      (await Promise.all(sequences)).map((result) => result.kind === "ok" && result.value),
      ["BA", "DC"],
    );
    const invoked = session.trajectory().filter(({ entry_type }) => entry_type === "agent_invoked");
    assert.is(new Set(invoked.map(({ content }) => content["path"])).size, 7);
    assert.is(new Set(session.trajectory().flatMap(({ content }) => content["sequence"] ?? [])).size, 2);
  }),
);

test(
  "an agent that takes too long is left behind",
  withSession(async (session) => {
    const dispatcher = dispatcherOf(
      session,
      doing("wait", () => new Promise<string>(() => {}), { timeoutMs: 5 }),
    );
    const error = errorOf(await dispatcher.dispatch({ capability: "wait", params: "" }));
    assert.equal([error.code, error.details], ["agent_timeout", { timeoutMs: 5 }]);
  }),
);

test(
  "a worker sees the state that it reads, and a copy of its params",
  withSession(async (session) => {
    take(session.set("limit", { n: 3 }));
    const params = { list: [1] };
    const run = (input: { list: number[] }, { memory }: { memory: unknown }) => {
      input.list.push(2);
      return JSON.stringify([input, memory]);
    };
    const dispatcher = dispatcherOf(session, doing("look", run, { input: types.any, reads: ["limit", "none"] }));
    const { value } = take(await dispatcher.dispatch({ capability: "look", params }));
    assert.is(value, '[{"list":[1,2]},{"limit":{"n":3},"none":null}]');
    assert.equal(params, { list: [1] });
  }),
);

test(
  "a sequence hands each value on, from its input",
  withSession(async (session) => {
    const result = await dispatcherOf(session).dispatchSequence(chain, "abc");
    assert.is(result.kind === "ok" && result.value, "CBA");
    assert.equal(
      result.steps.map(({ index, capability, value, resumed }) => [index, capability, value, resumed]),
      [
        [1, "reverse", "cba", false],
        [2, "uppercase", "CBA", false],
      ],
    );
    const once = ["plan_step_started", "agent_invoked", "agent_completed", "plan_step_completed"];
    assert.equal(typesOf(session), ["session_created", ...once, ...once]);
    const [started] = session.trajectory(4);
    assert.equal({ ...started?.content, plan: "" }, { capability: "uppercase", params: "cba", plan: "", sequence: 2, step_index: 2 });
  }),
);

test(
  "params of its own come before the value of the step before",
  withSession(async (session) => {
    const result = await dispatcherOf(session).dispatchSequence(
      [{ capability: "reverse", params: "xy" }, { capability: "uppercase" }],
      "unused",
    );
    assert.is(result.kind === "ok" && result.value, "YX");
  }),
);

test(
  "no calls at all give the input back; what is no list of calls is refused",
  withSession(async (session) => {
    const dispatcher = dispatcherOf(session);
    const nothing = await dispatcher.dispatchSequence([], "same");
    assert.equal([nothing.kind === "ok" && nothing.value, nothing.steps], ["same", []]);
    const bad = await dispatcher.dispatchSequence([{ capability: "reverse" }, { capability: 3 } as unknown as AgentCall], "a");
    assert.equal([errorIn(bad).code, bad.steps], ["validation_error", []]);
    assert.is(errorIn(await dispatcher.dispatchSequence({} as unknown as AgentCall[], "a")).code, "validation_error");
    assert.is(errorIn(await dispatcher.dispatchSequence(chain, Number.NaN)).code, "validation_error");
    assert.equal(typesOf(session), ["session_created"]);
  }),
);

test(
  "the first failure ends a sequence; what was done before it is given",
  withSession(async (session) => {
    let calls = 0;
    const dispatcher = dispatcherOf(
      session,
      doing("count", (text: string) => {
        calls += 1;
        return text;
      }),
    );
    const result = await dispatcher.dispatchSequence([...chain, { capability: "fly" }, { capability: "count" }], "abc");
    assert.is(calls, 0);
    assert.equal(
      result.steps.map(({ value }) => value),
      ["cba", "CBA"],
    );
    const error = errorIn(result);
    assert.is(error.code, "dispatch_sequence_failed");
    assert.is(error.message, "step 3 (fly) failed: no agent has the capability 'fly'; there are: count, reverse, uppercase");
    assert.equal((error.details as { step_index: number; cause: { code: string } }).cause.code, "dispatch_no_agent_for_capability");
    const [last] = session.trajectory(1);
    assert.equal([last?.entry_type, last?.content["success"]], ["plan_step_completed", false]);
  }),
);

test(
  "a summary of a step is at most 200 characters, and cuts none in two",
  withSession(async (session) => {
    await dispatcherOf(session).dispatchSequence([{ capability: "uppercase" }], "😀".repeat(300));
    const [last] = session.trajectory(1);
    const summary = String(last?.content["result_summary"]);
    assert.is([...summary].length, 200);
    assert.ok(summary.isWellFormed());
  }),
);

/** A sequence of two steps whose second fails the first time that it is tried. */
function flaky(session: Session): { readonly dispatcher: Dispatcher; readonly tried: string[] } {
  const tried: string[] = [];
  const second = doing("second", (text: string) => {
    tried.push(`second ${text}`);
    if (tried.filter((one) => one.startsWith("second")).length === 1) throw new Error("not now");
    return `${text}!`;
  });
  const first = doing("first", (text: string) => {
    tried.push(`first ${text}`);
    return `${text}?`;
  });
  return { dispatcher: dispatcherOf(session, first, second), tried };
}

const two: readonly AgentCall[] = [{ capability: "first" }, { capability: "second" }];

test(
  "resuming does the failed step, and none that ended well again",
  withSession(async (session) => {
    const { dispatcher, tried } = flaky(session);
    assert.is((await dispatcher.dispatchSequence(two, "a")).kind, "failed");
    const result = await dispatcher.resumeSequence(two, "a");
    assert.is(result.kind === "ok" && result.value, "a?!");
    assert.equal(tried, ["first a", "second a?", "second a?"]);
    assert.equal(
      result.steps.map(({ resumed, value }) => [resumed, value]),
      [
        [true, "a?"],
        [false, "a?!"],
      ],
    );
    const again = await dispatcher.resumeSequence(two, "a");
    assert.equal([again.kind === "ok" && again.value, again.steps.every(({ resumed }) => resumed), tried.length], ["a?!", true, 3]);
  }),
);

test(
  "another plan, other parameters or another input resume nothing, though the capability at that place is the same",
  withSession(async (session) => {
    const { dispatcher, tried } = flaky(session);
    await dispatcher.dispatchSequence(two, "a");
    await dispatcher.resumeSequence(two, "b");
    await dispatcher.resumeSequence([{ capability: "first", params: "c" }, { capability: "second" }], "a");
    await dispatcher.resumeSequence([{ capability: "first" }, { capability: "uppercase" }], "a");
    assert.equal(
      tried.filter((one) => one.startsWith("first")),
      ["first a", "first b", "first c", "first a"],
    );
  }),
);

test(
  "only the last sequence of a plan counts: one that began anew is not filled up from an older one",
  withSession(async (session) => {
    const failing = [{ capability: "first" }, { capability: "fly" }];
    const { dispatcher, tried } = flaky(session);
    await dispatcher.dispatchSequence(failing, "a");
    await dispatcher.dispatchSequence(failing, "a");
    await dispatcher.resumeSequence(failing, "a");
    assert.is(tried.length, 2);
    const sequences = new Set(session.trajectory().flatMap(({ content }) => content["sequence"] ?? []));
    assert.is(sequences.size, 2);
  }),
);

test(
  "a sequence goes on after the session was loaded by another process",
  withSession(async (session, stateDir) => {
    await flaky(session).dispatcher.dispatchSequence(two, "a");
    const loaded = reload(session, stateDir);
    const result = await dispatcherOf(
      loaded,
      doing("second", (text: string) => `${text}.`),
    ).resumeSequence(two, "a");
    assert.is(result.kind === "ok" && result.value, "a?.");
    loaded.close();
  }),
);

test(
  "a closed session records nothing, so it dispatches nothing",
  withSession(async (session) => {
    const dispatcher = dispatcherOf(session);
    session.close();
    assert.is(codeOf(await dispatcher.dispatch({ capability: "reverse", params: "a" })), "session_invalid_state");
    assert.is(
      (errorIn(await dispatcher.dispatchSequence(chain, "a")).details as { cause: { code: string } }).cause.code,
      "session_invalid_state",
    );
  }),
);

test.run();
