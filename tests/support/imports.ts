/** Reads what the import rules are about from one TypeScript file, with TypeScript's own parser. */
import ts from "typescript";

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `import()`: loaded when it is needed. */
  readonly isDynamic: boolean;
  /** Erased when compiled. */
  readonly isType: boolean;
}

export interface LongFunction {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

export interface Source {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Lines of `export default`. */
  readonly defaultExports: readonly number[];
  /** Uses of the clock, of randomness and of the environment. */
  readonly impurities: readonly { readonly name: string; readonly line: number }[];
  readonly functions: readonly LongFunction[];
}

/** Parses one file. Never throws: a file that does not parse is the type checker's business. */
export function readSource(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = {
    imports: [] as Import[],
    defaultExports: [] as number[],
    impurities: [] as Source["impurities"][number][],
    functions: [] as LongFunction[],
  };
  const lineOf = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    const line = lineOf(node.getStart(file));
    const imported = importOf(node);
    if (imported) found.imports.push({ ...imported, line });
    if (isDefaultExport(node)) found.defaultExports.push(line);
    const impurity = impurityOf(node);
    if (impurity !== "") found.impurities.push({ name: impurity, line });
    if (ts.isFunctionLike(node)) found.functions.push({ name: nameOf(node), line, lines: lineOf(node.end) - line + 1 });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { path, text, lines: text.split("\n").length - 1, ...found };
}

function importOf(node: ts.Node): Omit<Import, "line"> | undefined {
  if (ts.isImportDeclaration(node)) return plain(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return plain(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return plain(node.argument.literal, true);
  const isCall = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const argument = isCall ? node.arguments[0] : undefined;
  return argument && !isDataUrl(argument) ? { ...plain(argument, false), isDynamic: true } : undefined;
}

/** Code that was made at run time: it names no file of the house. */
function isDataUrl(specifier: ts.Node): boolean {
  return ts.isTemplateExpression(specifier) && specifier.head.text.startsWith("data:text/javascript");
}

/** A specifier that is computed cannot be checked, so it is named as such and no rule allows it. */
function plain(specifier: ts.Node, isType: boolean): Omit<Import, "line"> {
  return { specifier: ts.isStringLiteralLike(specifier) ? specifier.text : "<computed>", isType, isDynamic: false };
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  if (ts.isExportSpecifier(node)) return node.name.text === "default";
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword);
}

function impurityOf(node: ts.Node): string {
  if (ts.isNewExpression(node)) return node.expression.getText() === "Date" && !node.arguments?.length ? "new Date()" : "";
  if (!ts.isPropertyAccessExpression(node)) return "";
  const name = node.getText();
  return /^(Date\.now|Math\.random|performance\.now|process\.\w+|crypto\.randomUUID)$/.test(name) ? name : "";
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  return ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.name.getText() : "a function";
}
