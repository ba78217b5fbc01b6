import fc from "fast-check";
import { expect, test } from "vitest";
import { inLinkOrder } from "../../src/conda/link/order.ts";
import type { UnpackedPackage } from "../../src/conda/packages/obtain-packages.ts";

function unpacked(
  name: string,
  depends: readonly string[],
  noarch?: "python" | "generic",
): UnpackedPackage {
  return {
    folder: "",
    archive: "",
    resolved: {
      name,
      version: "1",
      build: "0",
      subdir: "noarch",
      fileName: `${name}-1-0.conda`,
      channel: "c",
      addresses: ["file:///c"],
      sizeBytes: 0,
      sha256: undefined,
      md5: undefined,
      depends,
      index: {},
    },
    info: {
      name,
      version: "1",
      build: "0",
      depends,
      noarch,
      sitePackagesPath: undefined,
      entryPoints: [],
      paths: [],
      index: {},
    },
  };
}

const namesOf = (packages: readonly UnpackedPackage[]) => packages.map(({ info }) => info.name);

test("a package comes behind what it depends on, and python before every noarch python package", () => {
  const packages = [
    unpacked("app", ["lib >=1,<2", "missing"], "python"),
    unpacked("python", ["zlib[version='>=1.2']"]),
    unpacked("lib", [], "python"),
    unpacked("zlib", []),
    unpacked("a-tool", ["zlib=1.2"]),
  ];
  expect(namesOf(inLinkOrder(packages))).toEqual(["zlib", "a-tool", "python", "lib", "app"]);
});

test("a circle is cut", () => {
  const packages = [unpacked("b", ["a"]), unpacked("a", ["b"])];
  expect(namesOf(inLinkOrder(packages))).toEqual(["b", "a"]);
});

test("the order does not depend on the order in which the packages come", () => {
  const name = fc.constantFrom(..."abcdefg");
  const graph = fc.dictionary(name, fc.array(name, { maxLength: 3 }));
  fc.assert(
    fc.property(graph, (depends) => {
      const packages = Object.entries(depends).map(([item, others]) => unpacked(item, others));
      const forward = namesOf(inLinkOrder(packages));
      expect(namesOf(inLinkOrder(packages.toReversed()))).toEqual(forward);
      expect(forward.toSorted()).toEqual(Object.keys(depends).toSorted());
    }),
  );
});
