import { describe, expect, test } from "vitest";
import { listen } from "./xml-events.ts";

const declared = (encoding: string, name: string): string =>
  `<?xml version="1.0" encoding="${encoding}"?><r a="${name}"/>`;
const latin1 = (text: string): Buffer => Buffer.from(text, "latin1");
const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();
const bom = Buffer.from([0xef, 0xbb, 0xbf]);

describe("a document is decoded by its mark, then its declaration, else as UTF-8", () => {
  test.each([
    ["UTF-8 without declaration", Buffer.from('<r a="é€😀"/>'), "é€😀"],
    ["UTF-8 with a mark", Buffer.concat([bom, Buffer.from('<r a="é"/>')]), "é"],
    [
      "a mark against the declaration",
      Buffer.concat([bom, Buffer.from(declared("ISO-8859-1", "é"))]),
      "é",
    ],
    ["utf8 as it is often misspelled", Buffer.from(declared("utf8", "é")), "é"],
    ["ISO-8859-1", latin1(declared("ISO-8859-1", "é")), "é"],
    [
      "windows-1252",
      Buffer.concat([
        latin1(declared("windows-1252", "")).subarray(0, -3),
        Buffer.from([0x80]),
        latin1('"/>'),
      ]),
      "€",
    ],
    [
      "Shift_JIS",
      Buffer.concat([
        latin1(declared("Shift_JIS", "")).subarray(0, -3),
        Buffer.from([0x93, 0xfa]),
        latin1('"/>'),
      ]),
      "日",
    ],
    [
      "UTF-16 little endian with a mark",
      Buffer.from(`\ufeff${declared("UTF-16", "é😀")}`, "utf16le"),
      "é😀",
    ],
    ["UTF-16 big endian with a mark", utf16be(`\ufeff${declared("UTF-16", "é")}`), "é"],
    ["UTF-16 without a mark", Buffer.from(declared("UTF-16", "é"), "utf16le"), "é"],
    ["UTF-16 declared over plain bytes", Buffer.from(declared("UTF-16", "é")), "é"],
  ])("%s", (_title, bytes, name) => {
    const heard = listen([bytes]);
    expect(heard.fault).toBeUndefined();
    expect(heard.events[0]).toBe(`open r a=${JSON.stringify(name)}`);
    const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    expect(listen(single).events).toEqual(heard.events);
  });

  test.each([
    ["bytes that are not UTF-8", latin1('<r>\n  <a b="é"/></r>'), "encoding", 2, 9],
    ["a character that is cut off", Buffer.from('<r a="é').subarray(0, -1), "encoding", 1, 7],
    [
      "an overlong form",
      Buffer.concat([latin1("<r>"), Buffer.from([0xc0, 0x80])]),
      "encoding",
      1,
      4,
    ],
    [
      "a surrogate in UTF-8 form",
      Buffer.concat([latin1("<r>"), Buffer.from([0xed, 0xa0, 0x80]), latin1("</r>")]),
      "malformed",
      1,
      4,
    ],
    ["high bytes in US-ASCII", latin1(declared("US-ASCII", "é")), "encoding", 1, 48],
    ["an unknown encoding", Buffer.from(declared("foo", "a")), "encoding", 1, 1],
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0]), "encoding", 1, 1],
    ["two marks", Buffer.concat([bom, bom, Buffer.from("<r/>")]), "malformed", 1, 1],
  ])("%s: refused, with the place", (_title, bytes, kind, line, column) => {
    const { fault } = listen([bytes]);
    expect([fault?.kind, fault?.line, fault?.column]).toEqual([kind, line, column]);
  });
});
