import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AttachmentFinder } from "../../src/reports/junit/attachments.ts";
import { isBlank } from "../../src/reports/junit/blank.ts";
import { BoundedText } from "../../src/reports/junit/text-tail.ts";
import { oneLine, plainText } from "../../src/reports/plain-text.ts";
import { cut } from "./xml-events.ts";

describe("a long text keeps its two ends", () => {
  test("what fits is kept whole, whatever pieces it comes in", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 40, unit: "binary" }),
        fc.array(fc.nat()),
        (text, places) => {
          const kept = new BoundedText(64, 256);
          for (const piece of cut(Buffer.from(text), places)) kept.add(piece, 0, piece.length);
          expect(kept.text()).toBe(Buffer.from(text).toString().replaceAll(/\r\n?/g, "\n"));
        },
      ),
    );
  });

  test("what does not fit loses its middle, and says how much", () => {
    const kept = new BoundedText(4, 6);
    for (const piece of ["abcdefgh", "ijklmnop", "qrstuvwxyz"])
      kept.add(Buffer.from(piece), 0, piece.length);
    expect(kept.text()).toBe("abcd\n… 16 bytes left out …\nuvwxyz");
  });

  test("a character that is cut at an edge is left out", () => {
    const kept = new BoundedText(4, 4);
    const bytes = Buffer.from("a€€€€€€b");
    kept.add(bytes, 0, bytes.length);
    expect(kept.text()).toBe(
      "a€\n… 12 bytes left out …\n€b".replace("12", String(bytes.length - 8)),
    );
  });
});

test("attachments are found in whatever pieces the text comes", () => {
  const text = "x [[ATTACHMENT|a/b.png]] [[ [[ATTACHMENT|é.png]] y [[ATTACHMENT|";
  const bytes = Buffer.from(text);
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 8 }), (places) => {
      const finder = new AttachmentFinder();
      for (const piece of charactersWhole(cut(bytes, places))) finder.add(piece, 0, piece.length);
      expect(finder.paths).toEqual(["a/b.png", "é.png"]);
    }),
  );
});

test("F19 a path after 20,000 unfinished attachments is found quickly", () => {
  const finder = new AttachmentFinder();
  const bytes = Buffer.from(`${"[[ATTACHMENT|".repeat(20_000)}some/path.png]]`);
  finder.add(bytes, 0, bytes.length);
  expect(finder.paths).toEqual(["some/path.png"]);
});

describe("blank means what GitLab's reader means", () => {
  test.each([
    ["", true],
    [" \n\t\r", true],
    ["\u00a0", true],
    ["\u3000", true],
    ["\u200b", false],
    ["\ufeff", false],
    ["x", false],
    [" é", false],
  ])("%j: %s", (text, blank) => {
    const bytes = Buffer.from(text);
    expect(isBlank(bytes, 0, bytes.length)).toBe(blank);
  });
});

describe("S13 text of a report steers no terminal and forges no section", () => {
  test.each([
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b[0Ksection_start:1:x\r\u001b[0Kfake", "section_start:1:x\nfake"],
    ["\u001b]0;title\u0007x", "x"],
    ["a\u0008\u0000b", "ab"],
    ["abc\rdef", "abc\ndef"],
    ["user\u202Eexe.txt", "userexe.txt"],
    ["\u009b31mx", "31mx"],
  ])("%j is shown as %j", (text, shown) => {
    expect(plainText(text)).toBe(shown);
  });

  test("one line stays one line, and short", () => {
    expect(oneLine("a\n  b\tc")).toBe("a b c");
    expect(oneLine("x".repeat(1000), 10)).toBe("xxxxxxxxx…");
  });
});

/** The scanner never cuts within a character. */
function charactersWhole(pieces: readonly Buffer[]): Buffer[] {
  const whole: Buffer[] = [];
  let rest = Buffer.alloc(0);
  for (const piece of pieces) {
    const all = Buffer.concat([rest, piece]);
    const isCut = all.length > 0 && all.at(-1) === 0xc3;
    whole.push(isCut ? all.subarray(0, -1) : all);
    rest = isCut ? Buffer.from(all.subarray(-1)) : Buffer.alloc(0);
  }
  return [...whole, rest];
}
