import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CaseKeys, type KeyedCase } from "../../src/reports/junit/case-keys.ts";
import { shownHashes, summariseKeys } from "../../src/reports/junit/key-summary.ts";
import { KeyHash, outcomeCode } from "../../src/reports/junit/keys.ts";

function keyed(key: string, exact: number, line: number): KeyedCase {
  const hash = new KeyHash();
  const bytes = Buffer.from(key);
  hash.bytes(bytes, 0, bytes.length);
  return { keyHigh: hash.high, keyLow: hash.low, keyExact: exact << 3, line, column: 1 };
}

const someCases = fc.array(
  fc.record({
    key: fc.constantFrom("a", "b", "c", "d"),
    exact: fc.integer({ min: 1, max: 2 }),
    outcome: fc.constantFrom("passed", "failed", "errored", "skipped"),
    isShown: fc.boolean(),
  }),
);

test("keys are summed up as a map of them by name would be", () => {
  fc.assert(
    fc.property(someCases, (cases) => {
      const keys = new CaseKeys();
      for (const [line, { key, exact, outcome, isShown }] of cases.entries())
        keys.add(keyed(key, exact, line), outcomeCode[outcome], isShown);
      const { shown, distinct, repeats, repeated } = summariseKeys(keys);

      const reached = cases.filter(({ isShown }) => isShown);
      expect(shown).toBe(reached.length);
      const seen = new Set(reached.map(({ key, outcome }) => `${key} ${outcome}`));
      for (const [outcome, number] of Object.entries(distinct))
        expect(number).toBe([...seen].filter((each) => each.endsWith(` ${outcome}`)).length);
      const names = new Set(cases.map(({ key, exact }) => `${key} ${exact}`));
      expect(repeats).toBe(cases.length - names.size);
      const groups = [...Map.groupBy(reached, ({ key }) => key).values()];
      expect(repeated.map(({ count, line }) => [line, count])).toEqual(
        groups
          .filter(({ length }) => length > 1)
          .map((group) => [cases.findIndex((each) => each === group[0]), group.length])
          .toSorted(([one = 0], [other = 0]) => firstOf(cases, one) - firstOf(cases, other)),
      );
      expect(shownHashes(keys)).toHaveLength(new Set(reached.map(({ key }) => key)).size);
    }),
  );
});

/** Where the key of this case is for the first time, shown or not. */
function firstOf(cases: readonly { key: string }[], at: number): number {
  return cases.findIndex(({ key }) => key === cases[at]?.key);
}

test("the hash of a key does not depend on the pieces it comes in", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), fc.nat(), (bytes, one, other) => {
      const key = Buffer.from(bytes);
      const whole = new KeyHash();
      whole.bytes(key, 0, key.length);
      const [first = 0, second = 0] = [one, other]
        .map((place) => place % (key.length + 1))
        .toSorted((a, b) => a - b);
      const pieces = new KeyHash();
      pieces.bytes(key, 0, first);
      for (const byte of key.subarray(first, second)) pieces.byte(byte);
      pieces.bytes(key, second, key.length);
      expect([pieces.high, pieces.low]).toEqual([whole.high, whole.low]);
    }),
  );
});

test("names that differ in a few digits have hashes that differ in both halves", () => {
  const high = new Set<number>();
  const low = new Set<number>();
  const names = Array.from(
    { length: 50_000 },
    (_, at) => `com.example.Test${at % 100}_case[${at}]`,
  );
  for (const name of names) {
    const { keyHigh, keyLow } = keyed(name, 0, 1);
    high.add(keyHigh);
    low.add(keyLow);
  }
  // Of 50,000 random numbers of 32 bits, some 0.3 meet another.
  expect(high.size).toBeGreaterThan(49_995);
  expect(low.size).toBeGreaterThan(49_995);
});

test.each([0, 100_000_000])(
  "two hundred thousand keys keep their places, and each repeat finds its first, when %d bytes were announced",
  (sizeBytes) => {
    const keys = new CaseKeys();
    keys.expect(sizeBytes);
    const distinct = 150_000;
    for (let number = 0; number < 200_000; number += 1) {
      const first = keys.add(keyed(`test ${number % distinct}`, 0, number + 1), 0, true);
      if (first !== number % distinct) expect(first).toBe(number % distinct);
    }
    expect(keys.length).toBe(200_000);
    expect([keys.line(65_535), keys.line(65_536), keys.line(199_999)]).toEqual([
      65_536, 65_537, 200_000,
    ]);
    expect(summariseKeys(keys)).toMatchObject({ shown: 200_000, repeats: 50_000 });
    expect([...keys.repeated()][1]).toEqual([1, 150_001]);
  },
);

test("cases that GitLab loses with their suite keep their outcome and count nowhere", () => {
  const keys = new CaseKeys();
  keys.add(keyed("a", 1, 1), outcomeCode.failed, true);
  keys.add(keyed("a", 1, 2), outcomeCode.skipped, true);
  keys.hideFrom(1);
  expect([keys.outcome(1), keys.isShown(1), keys.isShown(0)]).toEqual([3, false, true]);
  expect(summariseKeys(keys)).toMatchObject({ shown: 1, repeats: 1, repeated: [] });
});
