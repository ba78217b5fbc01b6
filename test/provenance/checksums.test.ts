import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatChecksums, parseChecksums } from "../../src/provenance/index.ts";

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const name = fc.stringMatching(/^[A-Za-z0-9._+~@-]+$/);

test("what is written is read back, by name", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, digest), { selector: ([one]) => one }), (pairs) => {
      const files = pairs.map(([one, sha256]) => ({ name: one, sha256 }));
      expect(parseChecksums(formatChecksums(files))).toEqual(new Map(pairs));
    }),
  );
});

test("sha256sum itself accepts it", () => {
  const folder = mkdtempSync(join(tmpdir(), "checksums-"));
  try {
    const files = ["b.tgz", "a+1~rc.whl"].map((file) => {
      writeFileSync(join(folder, file), file);
      return { name: file, sha256: createHash("sha256").update(file).digest("hex") };
    });
    writeFileSync(join(folder, "SHA256SUMS"), formatChecksums(files));
    const said = execFileSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: folder });
    expect(said.toString()).toBe("a+1~rc.whl: OK\nb.tgz: OK\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const hash = "0".repeat(64);

test.each([
  { title: "binary mode and CRLF are read", text: `${hash} *a\r\n`, read: new Map([["a", hash]]) },
  {
    title: "digits in upper case are the same",
    text: `${"A".repeat(64)}  a\n`,
    read: new Map([["a", "a".repeat(64)]]),
  },
  { title: "a name twice is refused", text: `${hash}  a\n${hash}  a\n`, read: "it names a twice" },
  {
    title: "anything else is refused",
    text: `${hash}  a\n<html>\n`,
    read: "its line 2 is no SHA-256 with a name",
  },
])("$title", ({ text, read }) => {
  expect(parseChecksums(text)).toEqual(read);
});
