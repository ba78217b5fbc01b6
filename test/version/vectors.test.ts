import { expect, test } from "vitest";
import { bump, scheme, schemes } from "./schemes.ts";
import { vectors } from "./vectors.ts";

test.each(vectors)(
  "vector $number: scheme $of, $part of $version is $result",
  ({ of, version, part, result }) => {
    const act = () => bump(scheme(schemes[of]), version, part);
    if (typeof result === "string") expect(act()).toBe(result);
    else expect(act).toThrow(result);
  },
);

test("every vector of the table is here once", () => {
  expect(vectors.map(({ number }) => number)).toEqual(
    Array.from({ length: 39 }, (_, at) => at + 1),
  );
});
