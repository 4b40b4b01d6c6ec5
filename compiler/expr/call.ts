import { closest } from "../diagnostics/closest.ts";
import { exprArgumentCount, exprUnknownFunction, exprWrongArgument } from "../diagnostics/codes.generated.ts";
import { type Builtin, builtins } from "../ir/builtins.ts";
import { literal } from "../ir/expr.ts";
import { any, isSubtype, show } from "../ir/types.ts";
import { builtinType, withoutNull } from "../ir/typing.ts";
import { type Elaboration, type Typed, tellNullable } from "./elaboration.ts";
import { quote } from "./source.ts";
import type { Syntax } from "./syntax.ts";

type Call = Syntax & { readonly kind: "call" };

/** A builtin of its arguments. Where text is asked for, any value will do: it becomes text. */
export function elaborateCall(syntax: Call, args: readonly Typed[], context: Elaboration): Typed {
  const { name } = syntax;
  const builtin = Object.hasOwn(builtins, name.text) ? builtins[name.text] : undefined;
  if (!builtin) {
    context.tell(name, (span) => exprUnknownFunction(span, { name: name.text, closest: closest(name.text, Object.keys(builtins)) }));
    return { expr: literal(null), type: any };
  }
  checkArguments(syntax, builtin, args, context);
  return {
    expr: { kind: "builtin", name: name.text, args: args.map(({ expr }) => expr) },
    type: builtinType(
      name.text,
      args.map(({ type }) => type),
    ),
  };
}

function checkArguments({ name, args: syntaxes }: Call, { params }: Builtin, args: readonly Typed[], context: Elaboration): void {
  if (args.length !== params.length) {
    context.tell(name, (span) => exprArgumentCount(span, { name: name.text, expected: count(params.length), found: args.length }));
    return;
  }
  for (const [place, param] of params.entries()) {
    const [arg, syntax] = [args[place], syntaxes[place]];
    if (!arg || !syntax || param.kind === "any") continue;
    const isTaken = param.kind === "text" || isSubtype(withoutNull(arg.type), param);
    const facts = { name: name.text, what: quote(context.source, syntax), expected: show(param), type: show(arg.type) };
    if (isTaken) tellNullable(syntax, arg.type, context);
    else context.tell(syntax, (span) => exprWrongArgument(span, facts));
  }
}

function count(args: number): string {
  return args === 1 ? "1 argument" : `${args} arguments`;
}
