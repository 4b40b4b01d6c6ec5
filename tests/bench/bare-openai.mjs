// The floor: the calls of the benched pipelines, written by hand with the `openai` package and nothing else.
import OpenAI from "openai";

const client = new OpenAI();
const [what, size] = process.argv.slice(2);
const tool = (name, properties) => ({ type: "function", function: { name, parameters: { type: "object", properties } } });
const tools = [tool("start", {}), tool("finish", { key: { type: "string" }, value: { type: "array", items: { type: "string" } } })];

async function ask(system, user) {
  const messages = [
    { role: "system", content: system },
    { role: "user", content: user },
  ];
  const { choices } = await client.chat.completions.create({ model: "tiny", messages });
  return choices[0].message.content;
}

async function list(task) {
  const messages = [
    { role: "system", content: "List the parts." },
    { role: "user", content: "Begin." },
  ];
  for (;;) {
    const { choices } = await client.chat.completions.create({ model: "tiny", messages, tools });
    const [call] = choices[0].message.tool_calls;
    if (call.function.name === "finish") return JSON.parse(call.function.arguments).value;
    messages.push(choices[0].message, { role: "tool", tool_call_id: call.id, content: task });
  }
}

if (what === "chain") {
  let text = "x";
  for (let step = 0; step < Number(size); step++) text = await ask("You are a poet.", text);
  console.log(text);
} else {
  const items = await list(size);
  const parts = await Promise.all(items.map((item) => ask("You are a poet.", item)));
  console.log(await ask("Join them.", parts.join("\n")));
}
