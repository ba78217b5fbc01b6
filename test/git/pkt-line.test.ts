import fc from "fast-check";
import { expect, test } from "vitest";
import { flush, lineText, packet, readPackets } from "../../src/git/pkt-line.ts";

const lists = fc.array(fc.array(fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" })), {
  maxLength: 4,
});
const write = (all: readonly (readonly string[])[]) =>
  Buffer.from(all.map((list) => list.map(packet).join("") + flush).join(""));

test("lists that were written are read again", () => {
  fc.assert(
    fc.property(lists, (all) => {
      const read = readPackets(write(all));
      expect(read?.map((list) => list.map(String))).toStrictEqual(all);
    }),
  );
});

test("a list that is cut off is none, wherever it is cut", () => {
  fc.assert(
    fc.property(lists, fc.nat(), (all, at) => {
      const bytes = write(all);
      const cut = bytes.subarray(0, bytes.length === 0 ? 0 : at % bytes.length);
      const whole = readPackets(cut);
      if (whole !== undefined) expect(write(whole.map((list) => list.map(String)))).toEqual(cut);
    }),
  );
});

test.each(["-001x", "0004", "0003", "zzzz", "00", "000"])("'%s' is no line", (bytes) => {
  expect(readPackets(Buffer.from(bytes))).toBeUndefined();
});

test("the line end belongs to the line, not to its text", () => {
  expect(lineText(Buffer.from("unpack ok\n"))).toBe("unpack ok");
  expect(lineText(Buffer.from("unpack ok"))).toBe("unpack ok");
});
