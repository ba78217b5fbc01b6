import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTime } from "../../src/reports/junit/time.ts";
import { parsePlainSeconds } from "../../src/reports/junit/time-bytes.ts";
import { TimeTally } from "../../src/reports/junit/time-tally.ts";

describe("a time is read as producers write it", () => {
  test.each([
    ["1.5", 1.5],
    [".5", 0.5],
    ["1.", 1],
    ["1e-3", 0.001],
    ["+1", 1],
    ["  2.5 ", 2.5],
    ["2,503.1", 2503.1],
    ["2.503,1", 2503.1],
    ["1,234,567.8", 1234567.8],
    ["0,288", 0.288],
    ["12,5", 12.5],
    ["0:00:00.69", 0.69],
    ["1:02:03.5", 3723.5],
    ["2:03", 123],
  ])("%j is %d seconds", (text, seconds) => {
    expect(parseTime(text)).toMatchObject({ kind: "seconds", seconds });
  });

  test.each([
    "",
    " ",
    "-1",
    "-0.5",
    "NaN",
    "Infinity",
    "1e999",
    "2.5s",
    "1_000",
    "abc",
    "1,23,4.5",
    "1:2:3:4",
    "1.2.3",
  ])("%j is unknown and adds nothing", (text) => {
    expect(parseTime(text).kind).toBe("bad");
  });

  test("1,234 is a thousand unless another value of the file proves a decimal comma", () => {
    const grouped = new TimeTally(undefined);
    grouped.add(parseTime("1,234"), { title: "a" });
    grouped.add(parseTime("0.5"), { title: "b" });
    expect(grouped.seconds).toBe(1234.5);

    const decimal = new TimeTally(100);
    decimal.add(parseTime("1,234"), { title: "a" });
    decimal.add(parseTime("0,5"), { title: "b" });
    expect(decimal.seconds).toBeCloseTo(1.734, 9);
    expect(decimal.tooSlow).toBe(0);
    expect(decimal.slowest.map(({ name }) => name)).toEqual(["a", "b"]);
  });
});

test("the quick reader of plain numbers agrees with Number on every text it takes", () => {
  const digits = fc.stringMatching(/^[0-9]{0,9}\.?[0-9]{0,9}$/);
  fc.assert(
    fc.property(fc.oneof(digits, fc.string({ maxLength: 12 })), (text) => {
      const bytes = Buffer.from(text);
      const quick = parsePlainSeconds(bytes, 0, bytes.length);
      if (quick >= 0) expect(quick).toBe(Number(text));
      else expect(/^[0-9]{1,12}(?:\.[0-9]{1,2})?$/.test(text)).toBe(false);
    }),
  );
});

test("the slowest tests are kept in their order, however many come", () => {
  const tally = new TimeTally(90);
  for (let number = 0; number < 100; number += 1)
    tally.addSeconds((number * 37) % 100, { title: `t${number}` });
  expect(tally.slowest).toHaveLength(20);
  expect(tally.slowest.slice(0, 3).map(({ seconds }) => seconds)).toEqual([99, 98, 97]);
  expect(tally.tooSlow).toBe(9);
});
