import { pythonShebang } from "./prefix-replacement.ts";

/** A command that calls a function. */
export interface EntryPoint {
  readonly command: string;
  readonly module: string;
  /** `main`, `hello.polite` */
  readonly attribute: string;
}

/**
 * Parses `command = module:attribute.of.it`.
 *
 * @returns `undefined` where it is something else, or where the command's name would leave `bin/`
 */
export function parseEntryPoint(text: string): EntryPoint | undefined {
  const pattern = /^\s*([^\s=/]+)\s*=\s*([\w.]+)\s*:\s*([\w.]+)\s*(\[.*\])?$/;
  const [, command, module, attribute] = pattern.exec(text) ?? [];
  if (command === undefined || module === undefined || attribute === undefined) return undefined;
  return command === "." || command === ".." ? undefined : { command, module, attribute };
}

/** The script behind a command. */
export function entryPointScript(
  { module, attribute }: EntryPoint,
  prefix: string,
  series: string,
): string {
  const [imported = attribute] = attribute.split(".");
  return `${pythonShebang(prefix, `bin/python${series}`)}# -*- coding: utf-8 -*-
import re
import sys

from ${module} import ${imported}

if __name__ == "__main__":
    sys.argv[0] = re.sub(r"(-script\\.pyw?|\\.exe)?$", "", sys.argv[0])
    sys.exit(${attribute}())
`;
}
