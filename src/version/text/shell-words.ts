/**
 * Splits a command as Python's `shlex.split` does: quotes and backslashes group, nothing is expanded.
 *
 * @returns `undefined` where a quotation or an escape has no end.
 */
export function splitCommand(command: string): string[] | undefined {
  const words: string[] = [];
  const token = /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|[^\s'"\\]+/gu;
  let word: string | undefined;
  let end = 0;
  for (const found of command.matchAll(token)) {
    if (found.index !== end) return undefined;
    end += found[0].length;
    const [text, single, double, escaped] = found;
    if (/^\s/.test(text)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const part = single ?? double?.replaceAll(/\\(["\\])/gu, "$1") ?? escaped ?? text;
    word = (word ?? "") + part;
  }
  if (end !== command.length) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
