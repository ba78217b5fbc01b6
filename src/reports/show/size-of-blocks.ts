import type { Block, Cell } from "../../step/index.ts";

/** Characters of the texts, with what escaping adds. */
export function sizeOf(blocks: readonly Block[]): number {
  let size = 0;
  for (const block of blocks) size += sizeOfBlock(block);
  return size;
}

function sizeOfBlock(block: Block): number {
  switch (block.kind) {
    case "paragraph":
    case "heading":
    case "code":
      return Buffer.byteLength(block.text) + 40;
    case "list":
      return block.items.reduce((sum, item) => sum + cellSize(item), 0);
    case "table":
      return block.rows.flat().reduce((sum, cell) => sum + cellSize(cell), 0);
    case "details":
      return Buffer.byteLength(block.summary) + 80 + sizeOf(block.blocks);
  }
}

function cellSize(cell: Cell): number {
  const bytes =
    typeof cell === "string" ? Buffer.byteLength(cell) : cell.label.length + cell.url.length;
  return bytes * 1.2 + 10;
}
