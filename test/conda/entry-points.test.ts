import { expect, test } from "vitest";
import { entryPointScript, parseEntryPoint } from "../../src/conda/link/entry-points.ts";

const cases = [
  { text: "pip = pip._internal.cli.main:main", command: "pip", attribute: "main" },
  { text: "a-b=m:hello.polite", command: "a-b", attribute: "hello.polite" },
  { text: " x = m.n : f [extra]", command: "x", attribute: "f" },
] as const;

test.each(cases)("$text is a command", ({ text, command, attribute }) => {
  expect(parseEntryPoint(text)).toMatchObject({ command, attribute });
});

test.each(["", "x", "x = m", "../x = m:f", "a/b = m:f", ".. = m:f", "x = m:f; import os"])(
  "%j is none",
  (text) => {
    expect(parseEntryPoint(text)).toBeUndefined();
  },
);

test("the script imports the first name and calls the whole attribute", () => {
  const script = entryPointScript(
    { command: "x", module: "m.n", attribute: "hello.polite" },
    "/env",
    "3.11",
  );
  expect(script).toBe(`#!/env/bin/python3.11
# -*- coding: utf-8 -*-
import re
import sys

from m.n import hello

if __name__ == "__main__":
    sys.argv[0] = re.sub(r"(-script\\.pyw?|\\.exe)?$", "", sys.argv[0])
    sys.exit(hello.polite())
`);
});
