import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type ExitCode, exitCodes } from "../ir/exit-codes.ts";
import { version } from "../version.ts";
import type { DiffOptions } from "./diff.ts";
import { diffFormats, type FindingFormat, findingFormats, graphFormats, pageFormats, type SchemaName, schemaNames } from "./formats.ts";
import type { GraphOptions } from "./graph.ts";
import type { Gate } from "./judge.ts";
import type { Output } from "./terminal.ts";

const overview = `
Examples:
  tamac build                        compile the project here to plan.json
  tamac build examples/01 -o out.json
  tamac check --format sarif         all findings, for machines
  tamac init my-project && tamac add critic reviewer my-project
  tamac build --check                in CI: is plan.json what the sources give?
  tamac diff main/plan.json plan.json --format markdown
  tamac graph -o plan.svg            --format mermaid for a README
  tamac expand reviewer              the ops that an agent is lowered to
  tamac explain resolve/unknown-agent

Exit codes: 0 ok, 1 the project has errors, 2 wrong usage, 3 the plan is stale
(build --check) or another one (diff --exit-code), 70 a bug of tamac.`;

/** Runs the command that the arguments name. Each is loaded when it is asked for. Throws only for a bug. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  const result: { code: ExitCode } = { code: exitCodes.ok };
  try {
    await program(result).parseAsync(args, { from: "user" });
    return result.code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

function program(result: { code: ExitCode }): Command {
  const tamac = new Command("tamac")
    .description("Compiles LLM agent pipelines to a typed plan, and proves what can be proved before a token is spent.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "show help")
    .addHelpText("after", overview)
    .configureHelp({ minWidthToWrap: 30 })
    .exitOverride();
  const end: End = async (code) => {
    result.code = await code;
  };
  buildCommands(tamac, end);
  comparingCommands(tamac, end);
  scaffoldCommands(tamac, end);
  explainingCommands(tamac, end);
  return tamac;
}

/** Takes a command's exit code. */
type End = (code: ExitCode | Promise<ExitCode>) => Promise<void>;

function buildCommands(tamac: Command, end: End): void {
  gated(tamac.command("build").description("check a project and write its plan").addArgument(folder()))
    .option("-o, --output <file>", "where the plan goes; `-` is stdout (default: <dir>/plan.json)")
    .addOption(new Option("--check", "compare the plan that is there with the sources; exit 3 where they differ").conflicts("watch"))
    .option("--watch", "build again after every change")
    .action(async (dir: string, options: Options) => {
      const { runBuild, watchBuild } = await import("./build.ts");
      const run = options.watch ? watchBuild : runBuild;
      await end(run(dir, { ...options, output: options.output }, outputOf(options)));
    });
  gated(tamac.command("check").description("check a project without writing anything").addArgument(folder()))
    .option("--watch", "check again after every change")
    .action(async (dir: string, options: Options) => {
      const { runCheck, watchCheck } = await import("./build.ts");
      const run = options.watch ? watchCheck : runCheck;
      await end(run(dir, options, outputOf(options)));
    });
}

function comparingCommands(tamac: Command, end: End): void {
  coloured(tamac.command("diff").description("tell what two plans, or the plans of two projects, do differently"))
    .argument("<old>", "a plan.json, or a project's folder")
    .argument("<new>", "another one")
    .addOption(new Option("--format <format>", "how it is shown").choices([...diffFormats]).default("text"))
    .option("--exit-code", "exit 3 where they differ")
    .action(async (from: string, to: string, options: Options & DiffOptions) => {
      const { runDiff } = await import("./diff.ts");
      await end(runDiff(from, to, options, outputOf({ ...options, format: "text" })));
    });
  coloured(tamac.command("graph").description("draw a project, or a plan.json").addArgument(target()))
    .addOption(
      new Option("--format <format>", "the drawing's language (default: by the output's name, else dot)").choices([...graphFormats]),
    )
    .option("-o, --output <file>", "where the drawing goes (default: stdout)")
    .addOption(new Option("--level <level>", "agents and who calls whom, or the ops in them too").choices(["agents", "ops"]).default("ops"))
    .option("--agent <name>", "only this agent, and what it reaches")
    .option("--skills", "the skills that agents use")
    .option("--tools", "the tools that agents can come to use")
    .option("--effects", "what each agent can do to the world")
    .option("--cost", "what a run costs, and the bounds of model steps")
    .action(async (drawn: string, options: GraphOptions & { readonly color: boolean }) => {
      const { runGraph } = await import("./graph.ts");
      await end(runGraph(drawn, options, outputOf({ format: "text", color: options.color })));
    });
}

function scaffoldCommands(tamac: Command, end: End): void {
  coloured(tamac.command("init").description("start a project in a new folder of that name"))
    .argument("<name>", "in kebab-case, such as `my-project`")
    .action(async (name: string, options: Options) => {
      const { runInit } = await import("./add.ts");
      await end(runInit(name, ".", outputOf({ ...options, format: "text" })));
    });
  coloured(tamac.command("add").description("add an agent of a pattern, or a `skill`, to a project"))
    .argument("<pattern>", "a pattern such as `critic`, or `skill`")
    .argument("<name>", "in kebab-case")
    .addArgument(folder())
    .action(async (pattern: string, name: string, dir: string, options: Options) => {
      const { runAdd } = await import("./add.ts");
      await end(runAdd(pattern, name, dir, outputOf({ ...options, format: "text" })));
    });
}

function explainingCommands(tamac: Command, end: End): void {
  coloured(tamac.command("schema").description("print a JSON Schema, for editors and other tools"))
    .addArgument(new Argument("<name>", "what it is of").choices([...schemaNames]))
    .argument("[dir]", "a project, whose own patterns that of `agent` then knows")
    .action(async (name: SchemaName, dir: string | undefined, options: Options) => {
      const { runSchema } = await import("./schema.ts");
      await end(runSchema(name, dir ?? null, outputOf({ ...options, format: "text" })));
    });
  coloured(
    tamac
      .command("expand")
      .description("show the ops that an agent of a project, or of a plan.json, is lowered to")
      .argument("<agent>", "its name")
      .addArgument(target()),
  ).action(async (agent: string, of: string, options: Options) => {
    const { runExpand } = await import("./expand.ts");
    await end(runExpand(agent, of, outputOf({ ...options, format: "text" })));
  });
  coloured(tamac.command("explain").description("show what a code of a finding means, or list all codes"))
    .argument("[code]", "such as `resolve/unknown-agent`")
    .addOption(new Option("--format <format>", "how it is shown").choices([...pageFormats]).default("text"))
    .action(async (code: string | undefined, options: Options) => {
      const { listCodes, runExplain } = await import("./explain.ts");
      await end(code === undefined ? listCodes(outputOf(options)) : runExplain(code, outputOf(options)));
    });
}

function folder(): Argument {
  return new Argument("[dir]", "the project's folder").default(".", "this folder");
}

function target(): Argument {
  return new Argument("[target]", "a project's folder, or a plan.json").default(".", "this folder");
}

interface Options extends Gate {
  readonly output?: string;
  readonly check?: boolean;
  readonly watch?: boolean;
  readonly format: FindingFormat;
  readonly color: boolean;
}

/** The options of commands that judge a project. */
function gated(command: Command): Command {
  return shared(command)
    .option("--strict", "take warnings for errors")
    .option("--max-warnings <n>", "fail where there are more warnings", count)
    .option("--baseline <file>", "tell only what this file of known findings does not know")
    .option("--write-baseline", "write that file from what is found now");
}

function count(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("a whole number from 0 is expected.");
}

/** The options of every command; excess arguments are wrong usage. */
function shared(command: Command): Command {
  const format = new Option("--format <format>", "how findings are shown").choices([...findingFormats]).default("text");
  return coloured(command).addOption(format);
}

function coloured(command: Command): Command {
  return command.option("--no-color", "never colour (nor where NO_COLOR is set, or stderr is no terminal)");
}

function outputOf(options: Options): Output {
  const { stdout, stderr, env } = process;
  return {
    format: options.format,
    colour: options.color && !env["NO_COLOR"] && stderr.isTTY === true,
    width: stderr.isTTY ? stderr.columns : null,
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
  };
}
