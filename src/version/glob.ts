import type { FileSource } from "./file-source.ts";
import { escapePattern } from "./text/escape.ts";

/**
 * The regular files that a glob of Python's `glob.glob(…, recursive=True)` finds, sorted.
 *
 * `*`, `?`, `[abc]`, `[!abc]` stay within one component and skip dot-files unless the component starts with a dot;
 * `**` as a whole component is any depth, including none, but not into hidden folders. bump-my-version's alternatives
 * `a|b` and `@(a|b)` are understood where `alternatives` says so.
 */
export async function findFiles(
  source: FileSource,
  pattern: string,
  { alternatives = false }: { alternatives?: boolean } = {},
): Promise<string[]> {
  const found = new Set<string>();
  for (const one of alternatives ? splitAlternatives(pattern) : [pattern])
    for (const path of await walk(source, "", one.split("/").filter(isMeaningful))) found.add(path);
  return [...found].toSorted();
}

/** Whether a path fits a glob as `findFiles` reads it: for `glob_exclude`. */
export function matchesGlob(path: string, pattern: string): boolean {
  return splitAlternatives(pattern).some((one) =>
    matchesComponents(path.split("/"), one.split("/").filter(isMeaningful)),
  );
}

async function walk(source: FileSource, folder: string, components: string[]): Promise<string[]> {
  const [first, ...others] = components;
  if (first === undefined) return [];
  const found: string[] = [];
  if (first === "**" && others.length > 0) found.push(...(await walk(source, folder, others)));
  const matcher = compileComponent(first === "**" ? "*" : first);
  for (const { name, kind } of await source.list(folder)) {
    if (!matcher(name)) continue;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (kind === "file" && others.length === 0) found.push(path);
    if (kind === "folder" && first === "**") found.push(...(await walk(source, path, components)));
    else if (kind === "folder") found.push(...(await walk(source, path, others)));
  }
  return found;
}

function matchesComponents(names: string[], components: string[]): boolean {
  const [first, ...others] = components;
  if (first === undefined) return names.length === 0;
  const [name, ...rest] = names;
  if (first === "**" && (others.length === 0 ? names.length > 0 : matchesComponents(names, others)))
    return true;
  if (name === undefined || !compileComponent(first === "**" ? "*" : first)(name)) return false;
  return matchesComponents(rest, first === "**" ? components : others);
}

function isMeaningful(component: string): boolean {
  return component !== "" && component !== ".";
}

function compileComponent(component: string): (name: string) => boolean {
  const source = component.replaceAll(/\[!?\]?[^\]]*\]|[\s\S]/gu, (token) => {
    if (token === "*") return ".*";
    if (token === "?") return ".";
    if (token.length < 3 || !token.startsWith("[")) return escapePattern(token);
    const negated = token.startsWith("[!");
    const members = token.slice(negated ? 2 : 1, -1).replaceAll(/[\\\]^[]/gu, String.raw`\$&`);
    return `[${negated ? "^" : ""}${members}]`;
  });
  const expression = new RegExp(`^(?:${source})$`, "su");
  const wantsHidden = component.startsWith(".");
  return (name) => (wantsHidden || !name.startsWith(".")) && expression.test(name);
}

/** `a|b` at the top, `x@(a|b)y` anywhere: written out as plain globs. */
function splitAlternatives(pattern: string): string[] {
  const group = /^(?<before>.*?)@\((?<choices>[^()]*)\)(?<after>.*)$/su.exec(pattern)?.groups;
  if (group === undefined) return pattern.split("|");
  const { before = "", choices = "", after = "" } = group;
  return choices.split("|").flatMap((choice) => splitAlternatives(`${before}${choice}${after}`));
}
