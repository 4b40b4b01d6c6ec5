import type { Message, Plugin } from "esbuild";
import { isObject } from "../ir/json.ts";
import { authoringModule } from "./authoring.ts";

/** A module with all it imports in one text, and the files it was made of, relative to the root. */
export type Bundle =
  | { readonly kind: "ok"; readonly text: string; readonly inputs: readonly string[] }
  | { readonly kind: "failed"; readonly errors: readonly BundleError[] };

/** Why a module cannot be bundled. `line` counts from 1, `byte` from 0 within its line. */
export interface BundleError {
  readonly message: string;
  readonly file: string | null;
  readonly line: number;
  readonly byte: number;
  readonly bytes: number;
}

/**
 * Bundles a TypeScript module of the project. The bytes depend on the module and what it imports, not on where the root stands:
 * no tsconfig is read. Node's own modules stay imports.
 */
export async function bundle(root: string, path: string): Promise<Bundle> {
  const { build } = await import("esbuild");
  try {
    const result = await build({
      absWorkingDir: root,
      entryPoints: [`./${path}`],
      outfile: "bundle.js",
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      target: "node20",
      charset: "utf8",
      legalComments: "none",
      tsconfigRaw: "{}",
      logLevel: "silent",
      plugins: [authoring],
    });
    const inputs = Object.keys(result.metafile.inputs).filter((input) => !input.startsWith(`${namespace}:`));
    return { kind: "ok", text: result.outputFiles[0]?.text ?? "", inputs: inputs.sort() };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { kind: "failed", errors: error.errors.map(bundleError) };
  }
}

const namespace = "tama";

const authoring: Plugin = {
  name: "tama",
  setup(build) {
    build.onResolve({ filter: /^tama(\/compiler)?$/ }, () => ({ path: "compiler", namespace }));
    build.onLoad({ filter: /^compiler$/, namespace }, () => ({ contents: authoringModule, loader: "js" }));
  },
};

function isBuildFailure(error: unknown): error is { readonly errors: readonly Message[] } {
  return isObject(error) && Array.isArray(error["errors"]);
}

function bundleError({ text, location }: Message): BundleError {
  return {
    message: text,
    file: location?.file ?? null,
    line: location?.line ?? 1,
    byte: location?.column ?? 0,
    bytes: location?.length ?? 0,
  };
}
