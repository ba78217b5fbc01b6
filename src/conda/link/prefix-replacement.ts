/** The kernel reads no more of a script's first line. */
const longestShebang = 127;

/** Replaces the placeholder anywhere in a text, and keeps its first line one that the kernel can run. */
export function replaceInText(content: Buffer, placeholder: string, prefix: string): Buffer {
  return runnable(replaceAll(content, Buffer.from(placeholder), Buffer.from(prefix)), prefix);
}

/**
 * Replaces the placeholder in the strings of a binary. A string keeps its length: it is padded with NUL bytes; it
 * ends at a NUL byte or at the end of the file.
 *
 * @throws {RangeError} where the prefix is longer than the placeholder
 */
export function replaceInBinary(content: Buffer, placeholder: string, prefix: string): Buffer {
  const wanted = Buffer.from(placeholder);
  const replacement = Buffer.from(prefix);
  if (replacement.length > wanted.length)
    throw new RangeError("The prefix is longer than the placeholder");
  const result = Buffer.from(content);
  let at = content.indexOf(wanted);
  while (at !== -1) {
    const nul = content.indexOf(0, at);
    const end = nul === -1 ? content.length : nul;
    const text = replaceAll(content.subarray(at, end), wanted, replacement);
    result.fill(0, at, end);
    text.copy(result, at);
    at = content.indexOf(wanted, end);
  }
  return result;
}

/** The first line of a python script at this prefix: one or, where the path is too long or has blanks, two. */
export function pythonShebang(prefix: string, interpreter = "bin/python"): string {
  const path = `${prefix}/${interpreter}`;
  return fits(`#!${path}`, prefix) ? `#!${path}\n` : throughShell(path, "");
}

function replaceAll(content: Buffer, wanted: Buffer, replacement: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = content.indexOf(wanted); at !== -1; at = content.indexOf(wanted, from)) {
    parts.push(content.subarray(from, at), replacement);
    from = at + wanted.length;
  }
  return parts.length === 0 ? content : Buffer.concat([...parts, content.subarray(from)]);
}

function runnable(content: Buffer, prefix: string): Buffer {
  if (content[0] !== 0x23 || content[1] !== 0x21) return content;
  const newline = content.indexOf(0x0a);
  const end = newline === -1 ? content.length : newline;
  const line = content.toString("latin1", 0, end);
  const start = Buffer.from(prefix).toString("latin1");
  const at = line.indexOf(start);
  if (fits(line, start) || !/^#!\s*$/.test(line.slice(0, Math.max(at, 0)))) return content;
  const [, rest = "", options = ""] = /^(\S*)\s*(.*)$/.exec(line.slice(at + start.length)) ?? [];
  const first = isPython(rest)
    ? throughShell(`${start}${rest}`, options)
    : throughEnv(rest.split("/").at(-1) ?? "", options);
  const behind = content.subarray(newline === -1 ? content.length : newline + 1);
  return Buffer.concat([Buffer.from(first, "latin1"), behind]);
}

function fits(line: string, prefix: string): boolean {
  return Buffer.byteLength(line) <= longestShebang && !/\s/.test(prefix);
}

function isPython(path: string): boolean {
  return /\/python[\d.]*$/.test(path);
}

/** For the shell the second line starts python; for python it is a text that nobody reads. */
function throughShell(interpreter: string, options: string): string {
  const middle = options === "" ? "" : ` ${options}`;
  return `#!/bin/sh\n'''exec' "${interpreter}"${middle} "$0" "$@"\n' '''\n`;
}

function throughEnv(program: string, options: string): string {
  return options === ""
    ? `#!/usr/bin/env ${program}\n`
    : `#!/usr/bin/env -S ${program} ${options}\n`;
}
