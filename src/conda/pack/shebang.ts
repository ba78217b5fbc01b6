/**
 * The kernel starts a script by the absolute path in its first line. An environment that is unpacked anywhere and never
 * `conda-unpack`ed can have none, so scripts find their interpreter through PATH or beside themselves.
 */
import { baseName } from "./raw-path.ts";

/**
 * The script with a first line that works at any place, or `undefined` where that line needs no change or cannot be
 * changed (another interpreter with options: `env` takes no options on Linux, so the line is left to the record).
 *
 * @param script bytes as latin1
 * @param prefixes what the interpreter may lie under (latin1): the environment, the placeholder
 */
export function relocateShebang(script: string, prefixes: readonly string[]): string | undefined {
  const plain = /^#! *(\/(?:\\ |[^ \n\r\t])*)([^\n]*)(?:\n|$)/.exec(script);
  if (plain === null) return undefined;
  const [line, interpreter = "", rest = ""] = plain;
  const body = script.slice(line.length);
  if (interpreter === "/bin/sh" && rest.trim() === "") return relocateExec(body, prefixes);
  if (!isUnder(interpreter.replaceAll("\\ ", " "), prefixes)) return undefined;
  return startOf(baseName(interpreter), rest.trim(), body);
}

// conda, pip and rattler write this form where the path is over 127 bytes or has a space; distlib closes it on a line of its own.
const execLine =
  /^'''exec' (?:"([^"\n]+)"|((?:\\ |[^ "\n])+))((?: +[^"\n]*?)?) +"\$0" +"\$@"(?: #'''\n|\n' '''\n)/;

function relocateExec(body: string, prefixes: readonly string[]): string | undefined {
  const match = execLine.exec(body);
  if (match === null) return undefined;
  const interpreter = (match[1] ?? match[2] ?? "").replaceAll("\\ ", " ");
  if (!isUnder(interpreter, prefixes)) return undefined;
  return startOf(baseName(interpreter), (match[3] ?? "").trim(), body.slice(match[0].length));
}

function startOf(interpreter: string, options: string, body: string): string | undefined {
  if (options === "") return `#!/usr/bin/env ${interpreter}\n${body}`;
  if (!/^(?:python|pypy)[\d.]*$/.test(interpreter)) return undefined;
  // The cookie counts only in the first two lines; the second one is taken below.
  if (/^[ \t\f]*#.*?coding[:=]/.test(body) && !/^.*coding[:=][ \t]*utf-?8/i.test(body))
    return undefined;
  // sh reads '' + exec and replaces itself; Python reads one string.
  return `#!/bin/sh\n'''exec' "\${0%/*}/${interpreter}" ${options} "$0" "$@" #'''\n${body}`;
}

function isUnder(interpreter: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => interpreter.startsWith(`${prefix}/`));
}
