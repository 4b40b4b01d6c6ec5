import { lowerUnlistedExit, lowerUnlistedExitNotes } from "../diagnostics/codes.generated.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { allWords, isNone, noKeys, noWords, showWords, unite, uniteKeys, without, wordsOf } from "../ir/words.ts";
import type { Spend } from "./cost/spend.ts";
import type { Given } from "./limits.ts";

/** Holds what patterns of the project's own say of their ends against their ops: the tables around their agents were checked by it. */
export function checkExits({ project, endings }: Given, spends: ReadonlyMap<string, Spend>, report: Report): void {
  for (const { name, span, pattern, patternSpan } of project.agents) {
    const placed = patternSpan && uniteKeys((spends.get(name)?.ways ?? []).map(({ keys }) => keys));
    if (!placed) continue;
    const said = endings.get(name)?.keys ?? noKeys;
    const [own, passed] = [noWords, allWords].map((caller) => without(wordsOf(placed, caller), wordsOf(said, caller)));
    const unlisted = unite(own ?? noWords, passed ?? noWords);
    const related = [lowerUnlistedExitNotes.agent(span)];
    if (!isNone(unlisted))
      report(lowerUnlistedExit(patternSpan, { agent: name, pattern: pattern.name, keys: showWords(unlisted) }, related));
  }
}
