import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Every YAML block of the pages, with the page and line where it starts. */
export function yamlSnippets(): readonly { readonly place: string; readonly text: string }[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`);
  return ["README.md", "CONTRIBUTING.md", ...docs].flatMap((page) => {
    const content = readFileSync(join(root, page), "utf8");
    return [...content.matchAll(/^```ya?ml\n([^]*?)^```/gm)].map(({ index, 1: text = "" }) => ({
      place: `${page}:${content.slice(0, index).split("\n").length}`,
      text,
    }));
  });
}
