/** A variable that is set, and what kind of value it should hold. */
export interface Found {
  readonly variable: string;
  readonly value: string;
  readonly kind: "text" | "number" | "count" | "url";
}

type Field = "NAME" | "TEMPERATURE" | "MAX_TOKENS" | "API_KEY" | "BASE_URL";

/** The environment as models are looked up in it. A variable that is empty is not set. */
export interface Environment {
  readonly named: (variable: string) => Found | null;
  readonly role: (role: string, field: Field) => Found | null;
  readonly provider: (provider: string, field: Field) => Found | null;
  readonly nameOfRole: (role: string, field: Field) => string;
  readonly nameOfProvider: (provider: string, field: Field) => string;
}

/** Wraps environment variables. */
export function environment(env: Readonly<Record<string, string | undefined>>): Environment {
  const named = (variable: string) => {
    const value = env[variable]?.trim() ?? "";
    return value === "" ? null : { variable, value, kind: kindOf(variable) };
  };
  const nameOfRole = (role: string, field: Field) => `TAMA_MODEL_${constant(role)}_${field}`;
  const nameOfProvider = (provider: string, field: Field) => `TAMA_PROVIDER_${constant(provider)}_${field}`;
  return {
    named,
    role: (role, field) => named(nameOfRole(role, field)),
    provider: (provider, field) => named(nameOfProvider(provider, field)),
    nameOfRole,
    nameOfProvider,
  };
}

/** The number that a variable holds; null where it is unset, or holds none of its kind (a count is whole and above 0). */
export function numberFrom(found: Found | null): number | null {
  const value = found === null ? Number.NaN : Number(found.value);
  const isGood = found?.kind === "count" ? Number.isSafeInteger(value) && value > 0 : Number.isFinite(value);
  return isGood ? value : null;
}

function constant(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

function kindOf(variable: string): Found["kind"] {
  if (variable.endsWith("_BASE_URL")) return "url";
  if (variable.endsWith("_TEMPERATURE")) return "number";
  return variable.endsWith("_MAX_TOKENS") ? "count" : "text";
}
