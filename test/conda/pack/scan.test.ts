import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { contentOfFile, hashContent, readContent } from "../../../src/conda/pack/content.ts";
import { locateInBinary, locateInText } from "../../../src/conda/pack/locate-prefix.ts";
import { recordPlaces, spliceIn } from "../../../src/conda/pack/prefix-places.ts";
import { createScanner } from "../../../src/conda/pack/scan.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const token = Buffer.from("/opt/env");

test("hits across the borders of the window are found, and found once", async () => {
  const file = join(await temporaryFolder(), "file");
  const filler = fc.string({ unit: fc.constantFrom("/", "o", "/opt", "x", "\0"), maxLength: 40 });
  fc.assert(
    fc.property(fc.array(filler), fc.integer({ min: 9, max: 40 }), (parts, windowBytes) => {
      const bytes = Buffer.from(parts.join("/opt/env"));
      writeFileSync(file, bytes);
      const expected: number[] = [];
      for (let at = bytes.indexOf(token); at !== -1; at = bytes.indexOf(token, at + token.length))
        expected.push(at);
      expect(createScanner(windowBytes).find(Buffer.from(file), token)).toStrictEqual(expected);
    }),
  );
});

test("UTF-8 is told from other bytes whatever the window cuts", async () => {
  const file = join(await temporaryFolder(), "file");
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.boolean(),
      fc.integer({ min: 4, max: 9 }),
      (text, isBroken, windowBytes) => {
        const bytes = Buffer.concat([Buffer.from(text), Buffer.from(isBroken ? [0xff] : [])]);
        writeFileSync(file, bytes);
        expect(createScanner(windowBytes).isUtf8(Buffer.from(file))).toBe(!isBroken);
      },
    ),
  );
});

test("what an installer did to a text file is undone to the byte", async () => {
  const file = join(await temporaryFolder(), "file");
  const scanner = createScanner();
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom("a", "\n", "/", "ü") })), (parts) => {
      const placeholder = "/placeholder".padEnd(60, "_");
      writeFileSync(file, parts.join("/opt/env"));
      const path = Buffer.from(file);
      const places = locateInText(path, token, scanner);
      const content = contentOfFile(
        path,
        Buffer.byteLength(parts.join("/opt/env")),
        spliceIn(places, token.length, Buffer.from(placeholder)),
      );
      expect(readContent(content).toString()).toBe(parts.join(placeholder));
      const record = recordPlaces("x", places, token.length, placeholder, content.packedBytes);
      for (const hit of record.mode === "text" ? record.hits : [])
        expect(readContent(content).toString("latin1").startsWith(placeholder, hit)).toBe(true);
    }),
  );
});

test("what an installer did to C strings is undone to the byte, at the end of the file as well", async () => {
  const file = join(await temporaryFolder(), "file");
  const scanner = createScanner(64);
  const placeholder = Buffer.from("/placeholder".padEnd(40, "_"));
  const string = fc.array(
    fc.string({ unit: fc.constantFrom("a", ":", "\u0001", "ÿ"), maxLength: 9 }),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(fc.array(string), (strings) => {
      const original = Buffer.from(
        strings.map((parts) => parts.join(placeholder.toString())).join("\0"),
      );
      const installed = Buffer.from(
        strings
          .map(
            (parts) =>
              parts.join("/opt/env") +
              "\0".repeat((parts.length - 1) * (placeholder.length - token.length)),
          )
          .join("\0"),
      );
      writeFileSync(file, installed);
      const path = Buffer.from(file);
      const places = locateInBinary(path, token, scanner, placeholder.length - token.length);
      const content = contentOfFile(
        path,
        installed.length,
        spliceIn(places, token.length, placeholder),
      );
      expect(readContent(content)).toStrictEqual(original);
      expect(content.packedBytes).toBe(original.length);
      expect(hashContent(content)).toHaveLength(32);
    }),
  );
});
