import fc from "fast-check";
import { expect, test } from "vitest";
import {
  pythonShebang,
  replaceInBinary,
  replaceInText,
} from "../../src/conda/link/prefix-replacement.ts";

const placeholder = `/opt/${"placehold_".repeat(10)}`;
const long = `/builds/${"group/".repeat(25)}env`;

const texts = [
  {
    title: "a text without it stays",
    content: "nothing here\n",
    prefix: "/env",
    result: "nothing here\n",
  },
  {
    title: "every place is replaced",
    content: `a=${placeholder}/lib\nb=${placeholder}${placeholder}\n`,
    prefix: "/env",
    result: "a=/env/lib\nb=/env/env\n",
  },
  {
    title: "a shebang stays one",
    content: `#!${placeholder}/bin/python\nx\n`,
    prefix: "/env",
    result: "#!/env/bin/python\nx\n",
  },
  {
    title: "a shebang that is too long for the kernel goes through the shell",
    content: `#!${placeholder}/bin/python3.11 -E\nx = "${placeholder}"\n`,
    prefix: long,
    result: `#!/bin/sh\n'''exec' "${long}/bin/python3.11" -E "$0" "$@"\n' '''\nx = "${long}"\n`,
  },
  {
    title: "a shebang with a blank in its path goes through the shell",
    content: `#!${placeholder}/bin/python\n`,
    prefix: "/my env",
    result: `#!/bin/sh\n'''exec' "/my env/bin/python" "$0" "$@"\n' '''\n`,
  },
  {
    title: "another interpreter is found on PATH then",
    content: `#!${placeholder}/bin/perl\nprint;\n`,
    prefix: long,
    result: "#!/usr/bin/env perl\nprint;\n",
  },
  {
    title: "another interpreter with options, too",
    content: `#!${placeholder}/bin/perl -w\n`,
    prefix: long,
    result: "#!/usr/bin/env -S perl -w\n",
  },
  {
    title: "a long first line that names another interpreter stays",
    content: `#!/usr/bin/env python ${"x".repeat(150)}\n${placeholder}\n`,
    prefix: "/env",
    result: `#!/usr/bin/env python ${"x".repeat(150)}\n/env\n`,
  },
] as const;

test.each(texts)("$title", ({ content, prefix, result }) => {
  expect(replaceInText(Buffer.from(content), placeholder, prefix).toString()).toBe(result);
});

test("a string keeps its length and is padded once at its end", () => {
  const content = Buffer.from(`\0${placeholder}/a:${placeholder}/b\0rest\0`);
  const result = replaceInBinary(content, placeholder, "/env");
  const pad = "\0".repeat(2 * (placeholder.length - 4));
  expect(result.toString()).toBe(`\0/env/a:/env/b${pad}\0rest\0`);
});

test("a string may end with the file", () => {
  const content = Buffer.concat([Buffer.from([255, 0]), Buffer.from(`${placeholder}/etc`)]);
  const result = replaceInBinary(content, placeholder, "/env");
  expect(result).toHaveLength(content.length);
  expect(result.toString("latin1").replaceAll("\0", "")).toBe("ÿ/env/etc");
});

test("a prefix that is longer than the placeholder is refused", () => {
  expect(() => replaceInBinary(Buffer.from(placeholder), placeholder, `${placeholder}x`)).toThrow(
    RangeError,
  );
});

test("whatever the binary, its length stays and each of its strings is the replaced one", () => {
  const piece = fc.oneof(
    fc.constant(placeholder),
    fc.string({ maxLength: 10 }).map((text) => text.replaceAll("\0", "")),
  );
  const strings = fc.array(
    fc.array(piece, { maxLength: 5 }).map((parts) => parts.join("")),
    { maxLength: 6 },
  );
  const prefix = fc.constantFrom("/e", "/env", placeholder.slice(0, -1), placeholder);
  fc.assert(
    fc.property(strings, prefix, (list, target) => {
      const content = Buffer.from(list.join("\0"));
      const result = replaceInBinary(content, placeholder, target);
      expect(result).toHaveLength(content.length);
      let at = 0;
      for (const text of list) {
        const length = Buffer.byteLength(text);
        const expected = text.replaceAll(placeholder, target);
        const found = result.toString("utf8", at, at + length);
        expect(found.replace(/\0+$/, "")).toBe(expected);
        at += length + 1;
      }
    }),
  );
});

test("the first line of a command fits the kernel", () => {
  expect(pythonShebang("/env")).toBe("#!/env/bin/python\n");
  expect(pythonShebang(long)).toBe(`#!/bin/sh\n'''exec' "${long}/bin/python" "$0" "$@"\n' '''\n`);
});
