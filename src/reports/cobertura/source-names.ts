/** Where the repository is, for the rules about names (GC10 to GC16). */
export interface Repository {
  /** `CI_PROJECT_PATH`: group and project. */
  project: string;
  /** Tracked files, relative to the root, with `/`. */
  tree: ReadonlySet<string>;
}

/** GitLab looks at no more sources than this. */
export const mostGitlabSources = 100;

/** What GitLab makes of a `<source>`: the part below the project, or nothing. */
export function extractSources(sources: readonly string[], project: string): string[] {
  return sources.flatMap(piecesOf).flatMap((piece) => {
    if (piece.includes("/usr/local/go/src")) return [];
    const path = piece.replaceAll("\\", "/");
    const at = path.indexOf(`${project}/`);
    const below = at < 0 ? "" : path.slice(at + project.length + 1);
    return below === "" ? [] : [below];
  });
}

/** Text with a reference in it reaches GitLab's reader in pieces (GC13). */
function piecesOf(source: string): string[] {
  return source.split(/(?<=[&<])|(?=[&<])/).filter((piece) => piece !== "");
}

/** The source is the root of the project itself. */
export function isProjectRoot(source: string, project: string): boolean {
  return source.trim().replaceAll("\\", "/").replace(/\/+$/, "").endsWith(project);
}

/** Joins like Ruby's `File.join`: one slash between, nothing resolved. */
export function joinPath(folder: string, name: string): string {
  return `${folder.replace(/\/+$/, "")}/${name.replace(/^\/+/, "")}`;
}

/** The tracked file that a name most likely means: without drive, `./`, `..`, other mounts, or with another case. */
export function likelyFile(name: string, tree: ReadonlySet<string>): string | undefined {
  const parts = name.replaceAll("\\", "/").split("/");
  const clean: string[] = [];
  for (const part of parts) {
    if (part === "..") clean.pop();
    else if (part !== "." && part !== "") clean.push(part);
  }
  for (let from = 0; from < clean.length; from += 1) {
    const candidate = clean.slice(from).join("/");
    if (tree.has(candidate)) return candidate;
  }
  const wanted = clean.join("/").toLowerCase();
  return [...tree].find((file) => file.toLowerCase() === wanted);
}
