// A model server that does as little as it can. The first part of a path is how long it waits, in milliseconds. With tools it
// starts, then finishes `parallel` with as many items as the task says.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const delayMs = Number(/^\/(\d+)/.exec(request.url)?.[1] ?? 0);
    const body = completion(JSON.parse(Buffer.concat(chunks).toString()));
    const answer = () => {
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
      response.end(body);
    };
    if (delayMs > 0) setTimeout(answer, delayMs);
    else answer();
  });
});

server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", 8_192, () => process.send(server.address().port));

function completion({ model, messages, tools }) {
  const message = tools ? called(messages) : { role: "assistant", content: "A line of text, as an answer." };
  const finish_reason = tools ? "tool_calls" : "stop";
  const usage = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 };
  return JSON.stringify({ id: "x", object: "chat.completion", created: 0, model, choices: [{ index: 0, message, finish_reason }], usage });
}

function called(messages) {
  const task = messages.find(({ role }) => role === "tool")?.content;
  const items = Array.from({ length: Number(task) }, (_, index) => `item ${index + 1}`);
  const call =
    task === undefined
      ? { name: "start", arguments: "{}" }
      : { name: "finish", arguments: JSON.stringify({ key: "parallel", value: items }) };
  return { role: "assistant", content: null, tool_calls: [{ id: "call_1", type: "function", function: call }] };
}
