import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { writeRepodata } from "../../src/conda/example-channel/make-channel.ts";
import { textFile, type PackageContent } from "../../src/conda/example-channel/package-content.ts";
import { writePackage } from "../../src/conda/example-channel/package-writer.ts";

const common = {
  build: "0",
  buildNumber: 0,
  depends: [],
  license: "CC0-1.0",
  format: ".conda",
  files: [],
} as const;

/** A package with the fields that matter to a test. */
export function smallPackage(name: string, more: Partial<PackageContent> = {}): PackageContent {
  return { ...common, name, version: "1.0", subdir: "noarch", ...more };
}

/**
 * What every environment needs, but nothing that runs: made and installed in a moment. The blob gives a full disk
 * something to be full of.
 */
export function smallPackages(blobBytes = 1000): readonly PackageContent[] {
  return [
    smallPackage("python", {
      version: "3.11.0",
      files: [
        textFile("bin/python", "#!/bin/sh\necho python\n", { mode: 0o755 }),
        { kind: "file", path: "lib/blob", content: randomBytes(blobBytes), mode: 0o644 },
      ],
    }),
    smallPackage("pip", {
      format: ".tar.bz2",
      depends: ["python"],
      files: Array.from({ length: 600 }, (_, index) => textFile(`lib/pip/${index}`, `${index}`)),
    }),
  ];
}

/** Writes packages and their index as a channel. */
export async function writeChannel(
  folder: string,
  packages: readonly PackageContent[],
): Promise<void> {
  const written = await Promise.all(
    packages.map((content) =>
      writePackage(folder, content, join(folder, "work", content.name), "python3"),
    ),
  );
  await writeRepodata(folder, "noarch", written);
}
