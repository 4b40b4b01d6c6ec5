export default { entries: ["writer"], models: { default: "openai:gpt-4o" } };
