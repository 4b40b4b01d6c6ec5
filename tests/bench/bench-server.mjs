// A model server that does as little as it can. The first part of a path is how long it waits, in milliseconds. With tools it
// starts, then finishes `parallel` with as many items as the task says; with skills it reads one, then uses its tool until it has
// had as many answers as the task says. Whoever sends it a message is told what it was asked since the last one.
import { createServer } from "node:http";

let asked = { requests: 0, bytes: 0 };
process.on("message", () => {
  process.send(asked);
  asked = { requests: 0, bytes: 0 };
});

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const delayMs = Number(/^\/(\d+)/.exec(request.url)?.[1] ?? 0);
    const sent = Buffer.concat(chunks);
    asked = { requests: asked.requests + 1, bytes: asked.bytes + sent.length };
    const body = completion(JSON.parse(sent.toString()));
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
  const message = tools ? called(messages, tools) : { role: "assistant", content: "A line of text, as an answer." };
  const finish_reason = tools ? "tool_calls" : "stop";
  const usage = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 };
  return JSON.stringify({ id: "x", object: "chat.completion", created: 0, model, choices: [{ index: 0, message, finish_reason }], usage });
}

function called(messages, tools) {
  const answers = messages.filter(({ role }) => role === "tool");
  const size = Number(answers[0]?.content);
  const uses = tools.some((tool) => tool.function.name === "read_skill");
  const [name, args] = answers.length === 0 ? ["start", {}] : uses ? used(answers.length, size) : ["finish", finished("parallel", size)];
  const call = { name, arguments: JSON.stringify(args) };
  return { role: "assistant", content: null, tool_calls: [{ id: `call_${answers.length}`, type: "function", function: call }] };
}

function used(answers, size) {
  if (answers === 1) return ["read_skill", { name: "notes" }];
  return answers < size ? ["tama_mem_set", { key: `key-${answers}`, value: "a note" }] : ["finish", finished("done", 1)];
}

function finished(key, size) {
  return { key, value: Array.from({ length: size }, (_, index) => `item ${index + 1}`) };
}
