// The floor: the calls of the benched pipelines, written by hand with the `openai` package and nothing else.
import OpenAI from "openai";

const client = new OpenAI();
const temperature = 0.8;
const [what, size] = process.argv.slice(2);
const tool = (name, properties) => ({ type: "function", function: { name, parameters: { type: "object", properties } } });
const tools = [tool("start", {}), tool("finish", { key: { type: "string" }, value: { type: "array", items: { type: "string" } } })];

async function ask(system, user) {
  const messages = [
    { role: "system", content: system },
    { role: "user", content: user },
  ];
  const { choices } = await client.chat.completions.create({ model: "tiny", temperature, messages });
  return choices[0].message.content;
}

async function list(task) {
  const messages = [
    { role: "system", content: "List the parts.\n" },
    { role: "user", content: "Begin." },
  ];
  for (;;) {
    const { choices } = await client.chat.completions.create({ model: "tiny", temperature, messages, tools });
    const [call] = choices[0].message.tool_calls;
    if (call.function.name === "finish") return JSON.parse(call.function.arguments).value;
    messages.push(choices[0].message, { role: "tool", tool_call_id: call.id, content: task });
  }
}

/** A loop with a tool: it answers each call but the last, which ends it. */
async function loop(task) {
  const given = [
    tool("start", {}),
    tool("finish", { key: { type: "string" }, value: {} }),
    tool("read_skill", { name: { type: "string" } }),
  ];
  const notes = tool("tama_mem_set", { key: { type: "string" }, value: { type: "string" } });
  const messages = [
    { role: "system", content: "Keep notes.\n" },
    { role: "user", content: "Begin." },
  ];
  for (;;) {
    const { choices } = await client.chat.completions.create({
      model: "tiny",
      temperature,
      messages,
      tools: messages.length > 6 ? [...given, notes] : given,
    });
    const [call] = choices[0].message.tool_calls;
    if (call.function.name === "finish") return JSON.parse(call.function.arguments).value.join();
    const content = call.function.name === "start" ? task : "stored 'key-12'";
    messages.push(choices[0].message, { role: "tool", tool_call_id: call.id, content });
  }
}

if (what === "loop") console.log(await loop(size));
else if (what === "chain") {
  let text = "x";
  for (let step = 0; step < Number(size); step++) text = await ask("You are a poet.\n", text);
  console.log(text);
} else {
  const items = await list(size);
  const parts = await Promise.all(items.map((item) => ask("You are a poet.\n", item)));
  console.log(await ask("Join them.\n", parts.join("\n")));
}
