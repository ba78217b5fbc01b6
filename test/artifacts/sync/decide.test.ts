import fc from "fast-check";
import { expect, test } from "vitest";
import { decide, type Known } from "../../../src/artifacts/sync/decide.ts";

const unknown = { sizeBytes: undefined, sha256: undefined };

const cases: readonly { title: string; known: Known<string>; kind: string }[] = [
  {
    title: "an artifact that is nowhere is sent everywhere",
    known: { wanted: unknown, there: [], absent: ["a", "b"] },
    kind: "send",
  },
  {
    title:
      "an artifact that is everywhere with one digest is done, whatever the source keeps to itself",
    known: {
      wanted: unknown,
      there: [
        { place: "a", stored: { sizeBytes: 3, sha256: "x" } },
        { place: "b", stored: { sizeBytes: 3, sha256: "x" } },
      ],
      absent: [],
    },
    kind: "done",
  },
  {
    title: "another length than the source's is another file, before anything is read",
    known: {
      wanted: { sizeBytes: 4, sha256: undefined },
      there: [{ place: "a", stored: { sizeBytes: 3, sha256: undefined } }],
      absent: ["b"],
    },
    kind: "differs",
  },
  {
    title: "another digest than the source's is another file",
    known: {
      wanted: { sizeBytes: 3, sha256: "y" },
      there: [{ place: "a", stored: { sizeBytes: 3, sha256: "x" } }],
      absent: [],
    },
    kind: "differs",
  },
  {
    title: "what nobody vouches for is read back before anything is sent",
    known: {
      wanted: { sizeBytes: 3, sha256: "x" },
      there: [{ place: "a", stored: { sizeBytes: 3, sha256: undefined } }],
      absent: ["b"],
    },
    kind: "read back",
  },
  {
    title: "caches that hold different files are told, also where the source is silent",
    known: {
      wanted: unknown,
      there: [
        { place: "a", stored: { sizeBytes: 3, sha256: "x" } },
        { place: "b", stored: { sizeBytes: 3, sha256: "y" } },
      ],
      absent: ["c"],
    },
    kind: "differ",
  },
];

test.each(cases)("$title", ({ known, kind }) => {
  expect(decide(known).kind).toBe(kind);
});

const digest = fc.option(fc.constantFrom("x", "y"), { nil: undefined });
const size = fc.option(fc.constantFrom(1, 2), { nil: undefined });
const anything: fc.Arbitrary<Known<number>> = fc
  .record({
    wanted: fc.record({ sizeBytes: size, sha256: digest }),
    there: fc.array(fc.record({ sizeBytes: fc.constantFrom(1, 2), sha256: digest }), {
      maxLength: 3,
    }),
    absent: fc.nat({ max: 3 }),
  })
  .map(({ wanted, there, absent }) => ({
    wanted,
    there: there.map((stored, place) => ({ place, stored })),
    absent: Array.from({ length: absent }, (_, index) => 10 + index),
  }));

test("nothing is called done or sent unless all that is there is known to be the same file", () => {
  fc.assert(
    fc.property(anything, (known) => {
      const { kind } = decide(known);
      if (kind !== "done" && kind !== "send") return;
      const digests = new Set(known.there.map(({ stored }) => stored.sha256));
      if (known.wanted.sha256 !== undefined && known.there.length > 0)
        digests.add(known.wanted.sha256);
      expect(digests.size).toBeLessThanOrEqual(1);
      expect(digests.has(undefined)).toBe(false);
      expect(kind === "done").toBe(known.absent.length === 0);
    }),
  );
});
