/** How findings are shown. */
export const findingFormats = ["text", "json", "sarif", "github"] as const;
export type FindingFormat = (typeof findingFormats)[number];

/** How a diff of plans is shown. */
export const diffFormats = ["text", "json", "markdown"] as const;
export type DiffFormat = (typeof diffFormats)[number];

/** How the page of a code is shown. */
export const pageFormats = ["text", "json"] as const;

/** The languages of a drawing. */
export const graphFormats = ["dot", "mermaid", "svg", "json"] as const;
export type GraphFormat = (typeof graphFormats)[number];

/** What there is a JSON Schema of. */
export const schemaNames = ["agent", "skill", "plan"] as const;
export type SchemaName = (typeof schemaNames)[number];
