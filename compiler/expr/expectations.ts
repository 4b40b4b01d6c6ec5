import { EOF, type IParserErrorMessageProvider, tokenLabel } from "chevrotain";

/** An error's message is what was expected; its token is what was found. */
export const expectations: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => (expected === EOF ? "the end" : tokenLabel(expected)),
  buildNotAllInputParsedMessage: () => "an operator or the end",
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? "an expression",
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? "an expression",
};
