import type { ConfigSource } from "../1-source/types.ts";
import { closest } from "../diagnostics/closest.ts";
import { configBelowFloor, configUnknownCode } from "../diagnostics/codes.generated.ts";
import { floorOf, mayBe, type Setting, type Settings, settings } from "../diagnostics/policy/severity.ts";
import { codes } from "../diagnostics/severities.generated.ts";
import { isObject } from "../ir/json.ts";
import { type Field, members, spanOf, word } from "./read.ts";

/** Checks `diagnostics`: settings by code. Reports `config/unknown-code`, `config/below-floor` and `config/wrong-type`. */
export function checkSettings(field: Field | undefined): void {
  if (!field) return;
  for (const entry of members(field)) {
    const code = entry.path.at(-1) ?? "";
    const setting = word(entry, settings);
    if (!Object.hasOwn(codes, code)) {
      entry.report(configUnknownCode(spanOf(entry, "key"), { code, closest: closest(code, Object.keys(codes)) }));
    } else if (setting !== null && !mayBe(code, setting)) {
      entry.report(configBelowFloor(spanOf(entry), { code, setting, floor: floorOf(code) }));
    }
  }
}

/** What a config says of codes, before anything else of it is read. What is wrong in it is told when the config is. */
export function settingsOf(config: ConfigSource | null): Settings {
  const given = isObject(config?.value) ? config.value["diagnostics"] : undefined;
  return isObject(given) ? Object.fromEntries(Object.entries(given).filter(isSetting)) : {};
}

function isSetting(entry: readonly [string, unknown]): entry is [string, Setting] {
  return settings.some((one) => one === entry[1]);
}
