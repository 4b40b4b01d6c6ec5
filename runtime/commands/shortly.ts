/** A failure where there is little room: what every failure of a model begins with, the server's name and address, tells least. */
export function shortly(message: string): string {
  return message.replace(/^(cannot reach )?the model server at \S+?:? /, (_, away: string | undefined) =>
    away ? "no answer: " : "server ",
  );
}
