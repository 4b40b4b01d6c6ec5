import type { Cluster, Edge, EdgeRole, Node, Picture, Role } from "./dot/canvas.ts";

/** How a role looks: what stands around its label, and its colours. */
interface Look {
  readonly open: string;
  readonly close: string;
  readonly style: string;
}

const looks: Readonly<Record<Role, Look>> = {
  act: { open: "(", close: ")", style: "fill:#d9e8fb,stroke:#2f6db5,color:#1f2933" },
  ask: { open: "(", close: ")", style: "fill:#eef4fc,stroke:#2f6db5,color:#1f2933" },
  code: { open: "[[", close: "]]", style: "fill:#dff3e4,stroke:#2f855a,color:#1f2933" },
  pure: { open: "([", close: "])", style: "fill:#f2f4f7,stroke:#7b8794,color:#1f2933" },
  call: { open: "(", close: ")", style: "fill:#ffffff,stroke:#52606d,color:#1f2933" },
  wait: { open: "{{", close: "}}", style: "fill:#fdf0d0,stroke:#b7791f,color:#1f2933" },
  choose: { open: "{", close: "}", style: "fill:#f2f4f7,stroke:#7b8794,color:#1f2933" },
  map: { open: "[", close: "]", style: "fill:none,stroke:#b7791f,color:#8a5a12" },
  repeat: { open: "[", close: "]", style: "fill:none,stroke:#7b8794,color:#7b8794,stroke-dasharray:4" },
  agent: { open: "[", close: "]", style: "fill:#fafbfc,stroke:#52606d,color:#1f2933" },
  start: { open: "((", close: "))", style: "fill:#1f2933,stroke:#1f2933,color:#1f2933" },
  end: { open: "(((", close: ")))", style: "fill:#1f2933,stroke:#1f2933,color:#1f2933" },
  marker: { open: "([", close: "])", style: "fill:#e7e3f4,stroke:#6b5b95,color:#1f2933" },
  skill: { open: "[/", close: "/]", style: "fill:#fdf6d8,stroke:#b7791f,color:#1f2933" },
  tool: { open: ">", close: "]", style: "fill:#fbe6e0,stroke:#c05621,color:#1f2933" },
};

const arrows: Readonly<Record<EdgeRole, string>> = { flow: "-->", error: "-->", call: "-.->", use: "-.-" };

/** A drawing as a Mermaid flowchart, which GitHub and many wikis show. @see https://mermaid.js.org/syntax/flowchart.html */
export function pictureInMermaid({ caption, items, edges }: Picture): string {
  const ids = new Map(namesIn(items).map((name, index) => [name, `n${index + 1}`]));
  const roles = [...new Set(rolesIn(items))].sort();
  const head = caption === "" ? ["flowchart TB"] : ["---", `title: ${JSON.stringify(caption)}`, "---", "flowchart TB"];
  const classes = roles.map((role) => `  classDef ${classOf(role)} ${looks[role].style}`);
  const errors = edges.flatMap(({ role }, index) => (role === "error" ? [index] : []));
  const styles = errors.length > 0 ? [`  linkStyle ${errors.join(",")} stroke:#c53030,color:#c53030`] : [];
  return `${[...head, ...items.flatMap((item) => itemLines(item, ids, "  ")), ...edges.map((edge) => edgeLine(edge, ids)), ...classes, ...styles].join("\n")}\n`;
}

type Ids = ReadonlyMap<string, string>;

function itemLines(item: Node | Cluster, ids: Ids, indent: string): readonly string[] {
  const id = ids.get(item.name);
  const label = text(String(item.values["label"] ?? ""));
  const { open, close } = looks[item.role];
  if (item.kind === "node") return [`${indent}${id}${open}"${label || " "}"${close}:::${classOf(item.role)}`];
  const inner = item.items.flatMap((one) => itemLines(one, ids, `${indent}  `));
  return [`${indent}subgraph ${id} ["${label || " "}"]`, ...inner, `${indent}end`, `${indent}class ${id} ${classOf(item.role)}`];
}

/** An edge that ends at a cluster's border names the cluster. */
function edgeLine({ from, to, role, values }: Edge, ids: Ids): string {
  const tail = ids.get(String(values["ltail"] ?? from));
  const head = ids.get(String(values["lhead"] ?? to));
  const label = text(String(values["label"] ?? ""));
  return `  ${tail} ${arrows[role]}${label === "" ? "" : `|"${label}"|`} ${head}`;
}

/** Text between quotes: entities for what Mermaid would read, and no Markdown. A label of nothing is a space. */
function text(label: string): string {
  const lines = label.split("\n").map((line) => line.trim().replace(/[#"&<>`*_~\\]/g, (found) => `#${found.codePointAt(0)};`));
  return lines.filter((line) => line !== "").join("<br/>");
}

/** `end` is a word of Mermaid's own. */
function classOf(role: Role): string {
  return `${role}Style`;
}

function namesIn(items: Picture["items"]): readonly string[] {
  return items.flatMap((item) => [item.name, ...(item.kind === "cluster" ? namesIn(item.items) : [])]);
}

function rolesIn(items: Picture["items"]): readonly Role[] {
  return items.flatMap((item) => [item.role, ...(item.kind === "cluster" ? rolesIn(item.items) : [])]);
}
