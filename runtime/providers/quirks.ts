/** Where servers that speak OpenAI's wire format want something else than OpenAI's documents say. */
import type { ProviderName } from "../../compiler/ir/providers.ts";
import type { ModelTask } from "../3-task/task.ts";
import { factsOf } from "./providers.ts";

/** One thing that some servers want otherwise. What is done about it stands in request.ts and answer.ts. */
interface Quirk {
  /** The providers whose models have it from the start. */
  readonly of: readonly ProviderName[];
  /** Only at the provider's own address: others that are reached by its name need not have it. */
  readonly isOfAddress?: true;
  /** The refusal that tells of it, where there is one: then the request is made again, and the model remembered. */
  readonly refusal: RegExp | null;
  /** Whether a request has what is refused. */
  readonly concerns: (task: ModelTask) => boolean;
}

export type QuirkName =
  | "max-completion-tokens"
  | "no-temperature"
  | "no-seed"
  | "no-format"
  | "no-empty-parameters"
  | "open-objects"
  | "no-empty-text"
  | "signed-calls"
  | "no-stream-usage"
  | "thinks-in-text";

/** What is known of a model's server. */
export type Quirks = ReadonlySet<QuirkName>;

/** Words of something that is not taken at all, as against a value out of range. */
const unknown = "unsupported|not support|unknown|unrecogni[sz]ed|deprecated|not allowed|unavailable|only the default|extra inputs";

const quirks: Readonly<Record<QuirkName, Quirk>> = {
  /** The length of an answer is bounded by `max_completion_tokens`. @see https://platform.openai.com/docs/api-reference/chat/create */
  "max-completion-tokens": {
    of: ["openai"],
    isOfAddress: true,
    refusal: /\bmax_completion_tokens\b/,
    concerns: ({ model }) => model.maxTokens !== null,
  },
  /** Models that reason, and some newer ones, refuse a temperature. */
  "no-temperature": { of: [], refusal: both("temperature"), concerns: ({ model }) => model.temperature !== null },
  "no-seed": { of: [], refusal: both("seed"), concerns: ({ model }) => model.seed !== null },
  /** It is not held to a schema, so it is told the schema. Anthropic ignores the field. @see https://platform.claude.com/docs/en/api/openai-sdk */
  "no-format": {
    of: ["anthropic"],
    refusal: both("response[_ ]format|json_schema|structured outputs?"),
    concerns: ({ output }) => output !== null,
  },
  /** A tool without arguments must not describe them as an object of no fields: "should be non-empty for OBJECT type". */
  "no-empty-parameters": { of: ["google"], refusal: /non-empty for OBJECT/i, concerns: ({ tools }) => tools.length > 0 },
  /** `additionalProperties` in the schema of a tool is no name that it knows. */
  "open-objects": { of: [], refusal: /additional_?properties/i, concerns: ({ tools }) => tools.length > 0 },
  /** No message may be without text: "text content blocks must be non-empty". */
  "no-empty-text": {
    of: ["anthropic"],
    refusal: /content.*(must|should) (not be empty|be non-empty)|non-empty content/i,
    concerns: () => true,
  },
  /**
   * Calls of tools carry a signature of the thoughts before them, which a conversation that is written anew in each request has not.
   * A documented word stands in its place. @see https://ai.google.dev/gemini-api/docs/thought-signatures
   */
  "signed-calls": { of: ["google"], refusal: /thought_?signature/i, concerns: ({ tools }) => tools.length > 0 },
  /** A streamed answer cannot be asked to count its tokens. */
  "no-stream-usage": { of: [], refusal: both("stream_options|include_usage"), concerns: () => true },
  /** Open models that reason may say so in the answer itself, before it, in `<think>`. */
  "thinks-in-text": { of: ["ollama"], refusal: null, concerns: () => true },
};

const names = Object.keys(quirks).filter((name): name is QuirkName => Object.hasOwn(quirks, name));

/** What is known of a task's model before it is first asked. */
export function usualQuirks({ model }: ModelTask): Quirks {
  const isOwn = model.baseUrl === null || model.baseUrl.replace(/\/?$/, "/") === factsOf(model.provider)?.baseUrl;
  return new Set(names.filter((name) => quirks[name].of.some((known) => known === model.provider) && (isOwn || !quirks[name].isOfAddress)));
}

/** What a refusal teaches of a model; null where it is about something else, or was known before. */
export function learn(status: number | null, message: string, known: Quirks, task: ModelTask): Quirks | null {
  if (status !== 400 && status !== 422) return null;
  const told = names.find((name) => !known.has(name) && quirks[name].concerns(task) && quirks[name].refusal?.test(message));
  return told === undefined ? null : new Set([...known, told]);
}

/** A refusal that names a thing and says that it is not taken at all. */
function both(thing: string): RegExp {
  return new RegExp(`(?=.*\\b(?:${thing})\\b)(?=.*(?:${unknown}))`, "is");
}
