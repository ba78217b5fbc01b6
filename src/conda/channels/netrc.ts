/** One host of a netrc file; `*` is its `default`. */
export interface NetrcEntry {
  readonly machine: string;
  readonly login: string;
  readonly password: string;
}

/**
 * Reads a netrc file: `machine HOST login NAME password WORD`, `default`, comments, quoted words. Macros are skipped.
 *
 * @see https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
 */
export function netrcEntries(text: string): readonly NetrcEntry[] {
  const words = wordsOf(text.replaceAll(/^macdef[^\n]*\n(?:[^\n]+\n)*/gm, ""));
  const entries: { machine: string; login: string; password: string }[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === "machine") entries.push({ machine: words[++at] ?? "", login: "", password: "" });
    if (word === "default") entries.push({ machine: "*", login: "", password: "" });
    const entry = entries.at(-1);
    if (entry === undefined) continue;
    if (word === "login") entry.login = words[++at] ?? "";
    if (word === "password") entry.password = words[++at] ?? "";
    if (word === "account") at += 1;
  }
  return entries.filter((entry) => entry.machine !== "");
}

function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const line of text.split("\n")) {
    for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
      const [, quoted, plain = ""] = match;
      if (quoted === undefined && plain.startsWith("#") && words.at(-1) !== "password") break;
      words.push(quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, "$1"));
    }
  }
  return words;
}
