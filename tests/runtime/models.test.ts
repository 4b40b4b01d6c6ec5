import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { PlanModel } from "../../compiler/ir/plan.ts";
import { resolveModels } from "../../runtime/1-load/models.ts";
import type { RunModel } from "../../runtime/3-task/task.ts";

const test = suite("models");
const thinker: PlanModel = {
  role: "deep-thinker",
  provider: "openai",
  name: "o9",
  temperature: 1,
  maxTokens: null,
  contextTokens: null,
  price: null,
  seed: 3,
  baseUrl: null,
};
const own: PlanModel = { ...thinker, role: "custom", provider: "anthropic", name: "claude", baseUrl: "http://plan.test/v1" };

test("takes a model as the plan has it, with the provider's usual key", () => {
  assert.equal(resolve({ thinker }, { OPENAI_API_KEY: "k" }), {
    models: {
      thinker: { provider: "openai", name: "o9", temperature: 1, maxTokens: null, seed: 3, baseUrl: null, keyEnv: "OPENAI_API_KEY" },
    },
    notes: [],
  });
});

test("lets the variables of a role come before the plan, and notes each", () => {
  const env = {
    TAMA_MODEL_DEEP_THINKER_NAME: "ollama:llama3:8b",
    TAMA_MODEL_DEEP_THINKER_TEMPERATURE: "0.5",
    TAMA_MODEL_DEEP_THINKER_MAX_TOKENS: "99",
    TAMA_MODEL_DEEP_THINKER_BASE_URL: "http://me:pass@role.test/v1?k=s",
  };
  const { models, notes } = resolve({ thinker }, env);
  assert.equal(models["thinker"], {
    provider: "ollama",
    name: "llama3:8b",
    temperature: 0.5,
    maxTokens: 99,
    seed: 3,
    baseUrl: "http://me:pass@role.test/v1?k=s",
    keyEnv: null,
  });
  assert.equal(notes, [
    "model deep-thinker: ollama:llama3:8b (TAMA_MODEL_DEEP_THINKER_NAME)",
    "model deep-thinker: 0.5 (TAMA_MODEL_DEEP_THINKER_TEMPERATURE)",
    "model deep-thinker: 99 (TAMA_MODEL_DEEP_THINKER_MAX_TOKENS)",
    "model deep-thinker: http://role.test/v1 (TAMA_MODEL_DEEP_THINKER_BASE_URL)",
  ]);
});

test("says which numbers it cannot read, and changes nothing for them", () => {
  const env = { OPENAI_API_KEY: "k", TAMA_MODEL_DEEP_THINKER_TEMPERATURE: "hot", TAMA_MODEL_DEEP_THINKER_MAX_TOKENS: "1.5" };
  const { models, notes } = resolve({ thinker }, env);
  assert.equal([models["thinker"]?.temperature, models["thinker"]?.maxTokens], [1, null]);
  assert.equal(notes, [
    "model deep-thinker: TAMA_MODEL_DEEP_THINKER_TEMPERATURE holds no number and changes nothing",
    "model deep-thinker: TAMA_MODEL_DEEP_THINKER_MAX_TOKENS holds no count and changes nothing",
  ]);
});

test("looks for a base URL in the role's, the provider's, the plan's and last in OPENAI_BASE_URL", () => {
  const last = { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://last.test/v1" };
  const ofProvider = { ...last, TAMA_PROVIDER_OPENAI_BASE_URL: "http://provider.test/v1" };
  const ofRole = { ...ofProvider, TAMA_MODEL_DEEP_THINKER_BASE_URL: "http://role.test/v1" };
  const planned = { ...thinker, baseUrl: "http://plan.test/v1" };
  const base = (model: PlanModel, env: Readonly<Record<string, string>>) => resolve({ model }, env).models["model"]?.baseUrl;
  assert.equal(
    [base(thinker, last), base(planned, last), base(planned, ofProvider), base(planned, ofRole)],
    ["http://last.test/v1", "http://plan.test/v1", "http://provider.test/v1", "http://role.test/v1"],
  );
});

test("looks up a model that an agent names itself by its provider alone", () => {
  const env = {
    ANTHROPIC_API_KEY: "a",
    TAMA_PROVIDER_ANTHROPIC_API_KEY: "b",
    TAMA_MODEL_CUSTOM_NAME: "openai:x",
    TAMA_MODEL_CUSTOM_TEMPERATURE: "0",
  };
  const { models } = resolve({ own }, env);
  assert.equal(models["own"], {
    provider: "anthropic",
    name: "claude",
    temperature: 1,
    maxTokens: null,
    seed: 3,
    baseUrl: "http://plan.test/v1",
    keyEnv: "TAMA_PROVIDER_ANTHROPIC_API_KEY",
  });
});

test("prefers a key of the role's own", () => {
  const env = { OPENAI_API_KEY: "a", TAMA_MODEL_DEEP_THINKER_API_KEY: "b" };
  assert.is(resolve({ thinker }, env).models["thinker"]?.keyEnv, "TAMA_MODEL_DEEP_THINKER_API_KEY");
});

test("reports every missing key at once, once, with the variables that would hold it", () => {
  const codes = problems({ thinker, again: thinker, own }, { OPENAI_API_KEY: " " });
  assert.equal(codes, [
    ["run/missing-key", "set TAMA_MODEL_DEEP_THINKER_API_KEY or OPENAI_API_KEY, or run without a model: --model sim"],
    ["run/missing-key", "set TAMA_PROVIDER_ANTHROPIC_API_KEY or ANTHROPIC_API_KEY, or run without a model: --model sim"],
  ]);
});

test("asks no key for the simulator, and drops base URLs", () => {
  const { models, notes } = resolve({ thinker, own }, {}, "sim");
  assert.equal(
    Object.values(models).map(({ provider, name, baseUrl, keyEnv }) => [provider, name, baseUrl, keyEnv]),
    [
      ["sim", "sim", null, null],
      ["sim", "sim", null, null],
    ],
  );
  assert.equal(notes, ["every model: sim (--model)"]);
});

test("puts one model in the place of all, with the base URL of its own provider", () => {
  const { models } = resolve({ thinker, own }, { OPENAI_API_KEY: "k", TAMA_MODEL_DEEP_THINKER_NAME: "openai:no" }, "openai:mini");
  assert.equal(
    Object.values(models).map(({ name, baseUrl, keyEnv, temperature }) => [name, baseUrl, keyEnv, temperature]),
    [
      ["mini", null, "OPENAI_API_KEY", 1],
      ["mini", null, "OPENAI_API_KEY", 1],
    ],
  );
});

test("refuses what is no model, and says where it stands", () => {
  const specs = ["gpt", "openai:", ":x", "toString:x", "scripted:"];
  for (const spec of specs)
    assert.equal(
      problems({ thinker }, {}, spec).map(([code]) => code),
      ["run/bad-model-spec"],
      spec,
    );
  const result = resolveModels({ models: { thinker } }, { override: null, env: { TAMA_MODEL_DEEP_THINKER_NAME: "gpt" } });
  assert.match(
    result.kind === "failed" ? (result.diagnostics[0]?.message ?? "") : "",
    /^TAMA_MODEL_DEEP_THINKER_NAME is not a model: `gpt`/,
  );
});

test("refuses a base URL that is none", () => {
  assert.equal(
    problems({ thinker }, { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "localhost:8080" }).map(([code]) => code),
    ["run/bad-base-url"],
  );
});

test.run();

function resolve(models: Readonly<Record<string, PlanModel>>, env: Readonly<Record<string, string>>, override: string | null = null) {
  const result = resolveModels({ models }, { override, env });
  if (result.kind === "failed") throw new Error(JSON.stringify(result.diagnostics));
  const { models: resolved, notes }: { readonly models: Readonly<Record<string, RunModel>>; readonly notes: readonly string[] } = result;
  return { models: resolved, notes };
}

function problems(models: Readonly<Record<string, PlanModel>>, env: Readonly<Record<string, string>>, override: string | null = null) {
  const result = resolveModels({ models }, { override, env });
  return result.kind === "failed" ? result.diagnostics.map(({ code, help }) => [code, help]) : [];
}
