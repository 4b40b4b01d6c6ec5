import { defineTool, types } from "tama/compiler";

export default defineTool({
  name: "tama_words",
  description: "",
  input: types.text,
  effects: ["mem"],
  undo: "never",
  timeout: 3,
  run: 5,
} as never);
