/** A piece of a report, rendered as Markdown for `summary.md` and as HTML for `index.html`. */
export type Block =
  | { kind: "paragraph"; text: string }
  | { kind: "heading"; text: string }
  | { kind: "table"; columns: readonly string[]; rows: readonly (readonly Cell[])[] }
  | { kind: "list"; items: readonly Cell[] }
  | { kind: "code"; text: string }
  | { kind: "details"; summary: string; blocks: readonly Block[] };

/** Plain text, or a link. */
export type Cell = string | { label: string; url: string };

export function toMarkdown(blocks: readonly Block[]): string {
  return blocks.map(markdownBlock).join("\n\n");
}

export function toHtml(blocks: readonly Block[]): string {
  return blocks.map(htmlBlock).join("\n");
}

function markdownBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return escapeMarkdown(block.text);
    case "heading":
      return `### ${escapeMarkdown(block.text)}`;
    case "list":
      return block.items.map((item) => `- ${markdownCell(item)}`).join("\n");
    case "code":
      return `${fence(block.text)}\n${block.text}\n${fence(block.text)}`;
    case "table":
      return [
        block.columns.map(escapeMarkdown),
        block.columns.map(() => "---"),
        ...block.rows.map((row) => row.map(markdownCell)),
      ]
        .map((row) => `| ${row.join(" | ")} |`)
        .join("\n");
    case "details":
      return `<details><summary>${escapeHtml(block.summary)}</summary>\n\n${toMarkdown(block.blocks)}\n\n</details>`;
  }
}

function htmlBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return `<p>${escapeHtml(block.text)}</p>`;
    case "heading":
      return `<h3>${escapeHtml(block.text)}</h3>`;
    case "list":
      return `<ul>${block.items.map((item) => `<li>${htmlCell(item)}</li>`).join("")}</ul>`;
    case "code":
      return `<pre>${escapeHtml(block.text)}</pre>`;
    case "table":
      return `<table><thead><tr>${block.columns.map((title) => `<th scope="col">${escapeHtml(title)}</th>`).join("")}</tr></thead><tbody>${block.rows
        .map((row) => `<tr>${row.map((cell) => `<td>${htmlCell(cell)}</td>`).join("")}</tr>`)
        .join("")}</tbody></table>`;
    case "details":
      return `<details><summary>${escapeHtml(block.summary)}</summary>${toHtml(block.blocks)}</details>`;
  }
}

function markdownCell(cell: Cell): string {
  return typeof cell === "string"
    ? escapeMarkdown(cell)
    : `[${escapeMarkdown(cell.label)}](${safeUrl(cell.url).replaceAll("(", "%28").replaceAll(")", "%29")})`;
}

function htmlCell(cell: Cell): string {
  return typeof cell === "string"
    ? escapeHtml(cell)
    : `<a href="${escapeHtml(safeUrl(cell.url))}">${escapeHtml(cell.label)}</a>`;
}

// Names and messages come from repositories and servers: no other scheme becomes a link.
function safeUrl(url: string): string {
  return /^https?:\/\//i.test(url) || /^[\w./-]+$/.test(url) ? url : "#";
}

function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  return "`".repeat(longest + 1);
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, String.raw`\$&`).replace(/\r?\n/g, " ");
}

export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
