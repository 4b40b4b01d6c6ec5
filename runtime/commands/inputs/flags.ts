import type { ExecFlags } from "../exec.ts";

const [input, inputs, output] = ["'-i, --input <text>'", "'--inputs <file>'", "'-o, --output <file>'"];

/** What of the options for many inputs does not go together with the others; null where all does. */
export function inputsMismatch(flags: ExecFlags): string | null {
  if (flags.inputs === undefined) return needed(flags);
  const beside = { [input]: flags.input, "'--replay <run>'": flags.replay, "'--cache'": flags.cache };
  const [other] = Object.entries(beside).flatMap(([option, given]) => (given === undefined ? [] : [option]));
  if (other !== undefined) return `option ${other} cannot be used with option ${inputs}`;
  return flags.inputs === flags.output ? `options ${inputs} and ${output} name the same file` : null;
}

function needed({ output: file, jobs, fresh }: ExecFlags): string | null {
  const given = { [output]: file, "'--jobs <n>'": jobs, "'--fresh'": fresh };
  const [option] = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return option === undefined ? null : `option ${option} needs option ${inputs}`;
}
