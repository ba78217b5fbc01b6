import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { textFile, type PackageContent, type PackageFile } from "./package-content.ts";
import { placeholderFor } from "./placeholder.ts";

const common = {
  build: "0",
  buildNumber: 0,
  subdir: "noarch",
  license: "CC0-1.0",
  depends: [],
} as const;
const zones = ["Africa/Lagos", "America/New_York", "Asia/Tokyo", "Europe/Berlin", "Europe/London"];

/** Time zones of the machine, and UTC in any case: a noarch generic package in the old format. */
export async function timeZonePackage(): Promise<PackageContent> {
  const files: PackageFile[] = [];
  for (const zone of zones) {
    const content = await readFile(join("/usr/share/zoneinfo", zone)).catch(() => undefined);
    if (content !== undefined)
      files.push({ kind: "file", path: `share/zoneinfo/${zone}`, content, mode: 0o644 });
  }
  const utc: PackageFile = {
    kind: "file",
    path: "share/zoneinfo/UTC",
    content: universalTime(),
    mode: 0o644,
  };
  return {
    ...common,
    name: "tzdata",
    version: "2024a",
    noarch: "generic",
    format: ".tar.bz2",
    files: [...files, utc],
  };
}

/** A noarch python package with a script, an entry point and a module. */
export function exampleToolsPackage(): PackageContent {
  const info = "site-packages/example_tools-1.0.dist-info";
  return {
    ...common,
    name: "example-tools",
    version: "1.0",
    build: "pyh0",
    noarch: "python",
    format: ".conda",
    depends: ["python >=3.9"],
    entryPoints: ["example-hello = example_tools.greetings:hello.polite"],
    files: [
      textFile("site-packages/example_tools/__init__.py", '"""Tools for examples."""\n'),
      textFile("site-packages/example_tools/greetings.py", greetings),
      textFile(
        `${info}/METADATA`,
        "Metadata-Version: 2.1\nName: example-tools\nVersion: 1.0\nSummary: Tools for examples\n",
      ),
      textFile(`${info}/INSTALLER`, "conda\n"),
      textFile(
        "python-scripts/example-greet",
        `#!${placeholderFor("example-tools")}/bin/python\nfrom example_tools.greetings import hello\n\nhello.polite()\n`,
        { mode: 0o755, prefix: "text" },
      ),
    ],
  };
}

/** Two packages that own one path: what is linked last provides the bytes. */
export function clobberingPackages(): readonly PackageContent[] {
  const first: PackageContent = {
    ...common,
    name: "sharedemo",
    version: "1.0",
    noarch: "generic",
    format: ".tar.bz2",
    files: [
      textFile("share/demo/notes.txt", "notes of sharedemo\n"),
      textFile("share/demo/only-here.txt", "of sharedemo alone\n"),
    ],
  };
  return [
    first,
    {
      ...first,
      name: "clobberdemo",
      format: ".conda",
      depends: ["sharedemo"],
      files: [textFile("share/demo/notes.txt", "notes of clobberdemo\n")],
    },
  ];
}

/** Universal time in the oldest form of the format: one type, no transitions (RFC 8536). */
function universalTime(): Buffer {
  const header = Buffer.alloc(44);
  header.write("TZif");
  header.writeUInt32BE(1, 36);
  header.writeUInt32BE(4, 40);
  return Buffer.concat([header, Buffer.alloc(6), Buffer.from("UTC\0")]);
}

const greetings = `class hello:
    @staticmethod
    def polite():
        print("Good morning")
`;
