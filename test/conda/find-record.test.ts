import fc from "fast-check";
import { expect, test } from "vitest";
import { findRecord } from "../../src/conda/solve/find-record.ts";

test("a record is found as parsing everything would find it, whatever texts are around it", () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('"', "{", "}", "\\", '"a.conda":{', '\\"'));
  const record = fc.record({ name: text, depends: fc.array(text), size: fc.nat() });
  const records = fc.dictionary(fc.constantFrom("a.conda", "b.conda", "c.tar.bz2"), record);
  fc.assert(
    fc.property(records, text, fc.constantFrom(0, 1, "\t"), (packages, noise, indent) => {
      const repodata = { info: { noise }, "packages.conda": packages };
      const bytes = Buffer.from(JSON.stringify(repodata, null, indent));
      for (const name of ["a.conda", "b.conda", "c.tar.bz2"])
        expect(findRecord(bytes, name)).toEqual(packages[name]);
    }),
  );
});
