import { expect, test } from "vitest";
import { parseDigest, startHashes } from "../../../src/artifacts/transfer/digests.ts";

const sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

test.each([sha1, `${sha1.toUpperCase()}\n`, `${sha1}  job-1.0.jar\n`, `${sha1} *job-1.0.jar`])(
  "a checksum file may hold %j",
  (text) => {
    expect(parseDigest("sha1", text)).toBe(sha1);
  },
);

test.each(["", "<html>", sha1.slice(1), `job-1.0.jar: ${sha1}`])("%j holds none", (text) => {
  expect(parseDigest("sha1", text)).toBeUndefined();
});

test("SHA-256 is always computed, others where the source names them", () => {
  const hashes = startHashes({ sha1 });
  expect(hashes.digests()).toEqual({
    sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    sha1,
    sha512: undefined,
    md5: undefined,
  });
});
