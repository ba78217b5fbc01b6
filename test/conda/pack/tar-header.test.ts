import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { contentOfBytes } from "../../../src/conda/pack/content.ts";
import type { Entry } from "../../../src/conda/pack/entry.ts";
import { cutSlices, readSlice } from "../../../src/conda/pack/slices.ts";
import { tarEnd } from "../../../src/conda/pack/tar-header.ts";

const readWithPython = `
import sys, tarfile, json, io
archive = tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()), encoding="utf-8", errors="surrogateescape")
rows = []
for member in archive:
    data = archive.extractfile(member).read() if member.isfile() else b""
    rows.append([member.name.encode("utf-8", "surrogateescape").decode("latin-1"), member.linkname.encode("utf-8", "surrogateescape").decode("latin-1"),
                 member.type.decode(), member.mode, int(member.mtime), member.uid, member.uname, data.decode("latin-1")])
json.dump(rows, sys.stdout)
`;

function tarOf(entries: readonly Entry[], blockBytes: number): Buffer {
  const body = Buffer.concat(
    [...cutSlices(entries, { sliceBytes: blockBytes, lookBackBytes: 700 })].map((slice) => {
      const read = readSlice(slice, Buffer.alloc(slice.lookBackBytes + slice.sizeBytes));
      return Buffer.from(read.subarray(slice.lookBackBytes));
    }),
  );
  return Buffer.concat([body, tarEnd(body.length)]);
}

function readBack(tar: Buffer): unknown {
  return JSON.parse(
    execFileSync("python3", ["-c", readWithPython], {
      input: tar,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    }),
  );
}

const part = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", "-", ".x", "ä", "日"), minLength: 1, maxLength: 60 }),
  fc
    .uint8Array({ min: 0x80, max: 0xff, minLength: 1, maxLength: 8 })
    .map((bytes) => Buffer.from(bytes).toString("latin1")),
);
const path = fc
  .array(part, { minLength: 1, maxLength: 6 })
  .map((parts) => Buffer.from(`x/${parts.join("/")}`, "utf8").toString("latin1"));
const entry: fc.Arbitrary<Entry> = fc
  .record({ path, mtimeSeconds: fc.nat(2 ** 32) })
  .chain((common) =>
    fc.oneof(
      fc.uint8Array({ maxLength: 2000 }).map((bytes): Entry => ({
        ...common,
        kind: "file",
        mode: 0o755,
        content: contentOfBytes(bytes),
      })),
      path.map((target): Entry => ({ ...common, kind: "link", mode: 0o777, target })),
      fc.constant<Entry>({ ...common, kind: "directory", mode: 0o755 }),
    ),
  );

test("Python reads back every name, link, mode, time and byte", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 30 }),
      fc.integer({ min: 512, max: 5000 }),
      (entries, blockBytes) => {
        const tar = tarOf(entries, blockBytes);
        expect(tar.length % 10_240).toBe(0);
        expect(readBack(tar)).toStrictEqual(
          entries.map((item) => [
            item.path,
            item.kind === "link" ? item.target : "",
            { file: "0", link: "2", directory: "5" }[item.kind],
            item.mode,
            item.mtimeSeconds,
            0,
            "",
            item.kind === "file" && item.content.from === "bytes"
              ? Buffer.from(item.content.bytes).toString("latin1")
              : "",
          ]),
        );
      },
    ),
    { numRuns: 8 },
  );
});

test("a plain name that fits takes no extended header", () => {
  const file: Entry = {
    kind: "file",
    path: `${"folder/".repeat(20)}leaf.txt`,
    mode: 0o644,
    mtimeSeconds: 0,
    content: contentOfBytes(Buffer.from("x")),
  };
  expect(tarOf([file], 4096).indexOf("@PaxHeader")).toBe(-1);
});
