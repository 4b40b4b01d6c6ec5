import { defineTool, types } from "tama/compiler";

export default defineTool({
  name: "count_words",
  description: "Counts words.",
  input: types.object({ text: types.text }),
  run: ({ text }: { text: string }) => text.split(" ").length,
});
