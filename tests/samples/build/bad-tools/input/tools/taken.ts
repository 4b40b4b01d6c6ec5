import { defineTool } from "tama/compiler";

export default defineTool({ name: "start", description: "Starts.", run: () => "started" });
