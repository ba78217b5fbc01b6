import fc from "fast-check";
import { expect, test } from "vitest";
import { isLeftOver, temporaryName } from "../../../src/artifacts/caches/store.ts";

test("a temporary name is hidden, short enough, ends in no suffix that is unpacked, and is told as its artifact's", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 120 }), (name) => {
      const part = temporaryName(name);
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
      expect(part).toMatch(/^\.[^]*\.slipway-part$/);
      const day = 24 * 60 * 60 * 1000;
      expect(isLeftOver(name, { name: part, changedMs: 0 }, day + 1)).toBe(true);
      expect(isLeftOver(name, { name: part, changedMs: 0 }, day - 1)).toBe(false);
    }),
  );
});

test("the artifact itself and other artifacts' parts are never left-overs", () => {
  const late = Number.MAX_SAFE_INTEGER;
  for (const name of ["x.tgz", ".x.tgz.slipway-sha256", temporaryName("y.tgz")])
    expect(isLeftOver("x.tgz", { name, changedMs: 0 }, late)).toBe(false);
});
