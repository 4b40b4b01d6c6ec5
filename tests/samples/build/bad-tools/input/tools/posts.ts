import { defineTool } from "tama/compiler";

export default defineTool({
  name: "post_minutes",
  description: "Posts the minutes, and keeps them.",
  effects: ["net", "write"],
  undo: "undo",
  run: () => ({ file: "minutes.md", content: "" }),
});
