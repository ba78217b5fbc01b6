import { describe, expect, test } from "vitest";

import type { Splice } from "../../../src/conda/pack/content.ts";
import { compileFilters, type Filter } from "../../../src/conda/pack/filters.ts";
import { formatOf } from "../../../src/conda/pack/format.ts";
import {
  isFresh,
  sourceOf,
  splicePrefixAway,
  spliceSourceTime,
} from "../../../src/conda/pack/pyc.ts";
import { parseRecordRows, rewriteRecord } from "../../../src/conda/pack/record-rows.ts";
import {
  scrubHistory,
  scrubRecord,
  withoutCredentials,
} from "../../../src/conda/pack/scrub-meta.ts";

describe("filters", () => {
  const drop = (glob: string): Filter => ({ kind: "exclude", glob });
  const keep = (glob: string): Filter => ({ kind: "include", glob });
  test.each([
    { title: "no filter keeps all", filters: [], path: "lib/a.a", isIn: true },
    { title: "* goes over slashes", filters: [drop("*.a")], path: "lib/deep/x.a", isIn: false },
    {
      title: "an include brings back",
      filters: [drop("*.a"), keep("lib/x.a")],
      path: "lib/x.a",
      isIn: true,
    },
    { title: "an include alone does nothing", filters: [keep("lib/*")], path: "bin/x", isIn: true },
    {
      title: "a later exclude wins",
      filters: [drop("*"), keep("lib/*"), drop("*.pyc")],
      path: "lib/x.pyc",
      isIn: false,
    },
    { title: "a class", filters: [drop("lib/[ab]?.so")], path: "lib/b1.so", isIn: false },
    { title: "a negated class", filters: [drop("lib/[!ab].so")], path: "lib/a.so", isIn: true },
    { title: "a dot is a dot", filters: [drop("*.a")], path: "lib/xa", isIn: true },
  ])("$title", ({ filters, path, isIn }) => {
    expect(compileFilters(filters).isIn(path)).toBe(isIn);
  });

  test("name those that made no difference", () => {
    const filters = [drop("tests"), drop("*.a"), keep("lib/keep.a"), drop("lib/*.a")];
    const { isIn, idle } = compileFilters(filters);
    expect(["lib/tests/x.py", "lib/x.a"].map(isIn)).toEqual([true, false]);
    // The last would leave out what the second left out already.
    expect(idle().map(({ glob }) => glob)).toEqual(["tests", "lib/keep.a", "lib/*.a"]);
  });
});

describe("the format of an output", () => {
  test.each([
    ["dist/x-1.0.conda.tgz", "tar.gz"],
    ["x.TAR.GZ", "tar.gz"],
    ["x.tar", "tar"],
    ["x.tar.zst", "tar.zst"],
    ["x.zip", "zip"],
    ["dist/venv", "directory"],
    ["dist/venv-1.0/", "directory"],
    ["dist/venv-1.0", "directory"],
  ])("%s is %s", (output, format) => {
    expect(formatOf(output)).toBe(format);
  });

  test("of an unknown suffix names what is accepted", () => {
    expect(() => formatOf("x.tar.xz")).toThrow(
      "x.tar.xz has a suffix that is not known; accepted: .tar.gz, .tgz, .tar.zst, .tar, .zip, or none for a directory",
    );
  });
});

describe("RECORD", () => {
  const rows = parseRecordRows(
    'a.py,sha256=abc,3\r\n"with,comma.py",sha256=def,4\n../../bin/x,sha256=ghi,5\na.pyc,,\nRECORD,,',
    (path) => path,
  );
  test("keeps what did not change to the byte", () => {
    expect(rewriteRecord(rows, () => "keep")).toBe(rows.map(({ line }) => line).join(""));
  });
  test("gets new hashes and loses rows", () => {
    const sha256 = Buffer.alloc(32, 1);
    const after = rewriteRecord(rows, ({ path }) => {
      if (path === "a.py") return "drop";
      return path === "RECORD" ? "keep" : () => ({ sha256, sizeBytes: 7 });
    });
    const hash = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    expect(after).toBe(
      `"with,comma.py",sha256=${hash},7\n../../bin/x,sha256=${hash},7\na.pyc,,\nRECORD,,`,
    );
  });
});

describe("records of the environment", () => {
  test.each([
    ["https://user:pw@conda.example/c", "https://conda.example/c"],
    [
      "https://conda.example/t/abc-123/c/linux-64/x.conda",
      "https://conda.example/c/linux-64/x.conda",
    ],
    ["https://user:pw@conda.example/t/abc/c", "https://conda.example/c"],
    ["https://conda.example/t/abc", "https://conda.example"],
    ["conda-forge", "conda-forge"],
    ["https://conda.example/get/c", "https://conda.example/get/c"],
  ])("lose the credentials of %s", (url, clean) => {
    expect(withoutCredentials(url)).toBe(clean);
  });

  test("lose cache paths, hashes and sizes of the build, and are sorted", () => {
    const text = scrubRecord({
      name: "x",
      link: { type: 1, source: "/root/pkgs/x" },
      extracted_package_dir: "/root/pkgs/x",
      paths_data: {
        paths: [
          { _path: "a", sha256: "1", sha256_in_prefix: "2", size_in_bytes: 5 },
          { _path: "b", sha256: "1", sha256_in_prefix: "1" },
          { _path: "bin/made", sha256_in_prefix: "3", size_in_bytes: 200 },
          { _path: "made.pyc", size_in_bytes: 7 },
        ],
      },
    });
    expect(JSON.parse(text)).toStrictEqual({
      extracted_package_dir: "",
      link: { source: "", type: 1 },
      name: "x",
      paths_data: {
        paths: [
          { _path: "a", sha256: "1", size_in_bytes: 5 },
          { _path: "b", sha256: "1", sha256_in_prefix: "1" },
          { _path: "bin/made" },
          { _path: "made.pyc", size_in_bytes: 7 },
        ],
      },
    });
    expect(text.indexOf("extracted")).toBeLessThan(text.indexOf("link"));
  });

  test("the history keeps what was done, not where nor when", () => {
    expect(
      scrubHistory(
        "==> 2024-05-06 07:08:09 <==\n# cmd: /opt/conda/bin/conda create -p /builds/env --file=/a/b.yaml\n+x/linux-64::a-1-0\n",
        0,
        "/builds/env",
      ),
    ).toBe(
      "==> 1970-01-01 00:00:00 <==\n# cmd: conda create -p $CONDA_PREFIX --file=b.yaml\n+x/linux-64::a-1-0\n",
    );
  });
});

describe("compiled modules", () => {
  const apply = (bytes: Buffer, splices: readonly Splice[]) => {
    let done = 0;
    const parts = splices.flatMap((splice) => {
      const kept = bytes.subarray(done, splice.start);
      done = splice.end;
      return [kept, splice.bytes];
    });
    return Buffer.concat([...parts, bytes.subarray(done)]);
  };
  const pyc = (flags: number, mtime: number, size: number, rest: Buffer = Buffer.alloc(0)) => {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(flags, 4);
    header.writeUInt32LE(mtime, 8);
    header.writeUInt32LE(size, 12);
    return Buffer.concat([header, rest]);
  };

  test.each([
    ["lib/a/__pycache__/x.cpython-312.pyc", "lib/a/x.py"],
    ["lib/a/__pycache__/x.y.cpython-312.opt-1.pyc", "lib/a/x.y.py"],
    ["__pycache__/x.cpython-312.pyc", "x.py"],
    ["lib/a/x.pyc", undefined],
    ["lib/a/x.py", undefined],
  ])("%s comes from %s", (path, source) => {
    expect(sourceOf(path)).toBe(source);
  });

  test("are fresh by time and size, or by hash", () => {
    expect(isFresh(pyc(0, 100, 5), { mtimeSeconds: 100, sizeBytes: 5 })).toBe(true);
    expect(isFresh(pyc(0, 100, 5), { mtimeSeconds: 101, sizeBytes: 5 })).toBe(false);
    expect(isFresh(pyc(3, 1, 1), { mtimeSeconds: 101, sizeBytes: 5 })).toBe(true);
    expect(isFresh(Buffer.alloc(3), { mtimeSeconds: 1, sizeBytes: 1 })).toBe(false);
  });

  test("get the packed time of their source, but not those by hash", () => {
    expect(apply(pyc(0, 100, 5), spliceSourceTime(pyc(0, 100, 5), 200))).toStrictEqual(
      pyc(0, 200, 5),
    );
    expect(spliceSourceTime(pyc(3, 100, 5), 200)).toStrictEqual([]);
  });

  test("lose the build path from file names only", () => {
    const short = (text: string) =>
      Buffer.concat([Buffer.from([0xfa, text.length]), Buffer.from(text)]);
    const before = pyc(
      0,
      1,
      1,
      Buffer.concat([short("/env/lib/x.py"), Buffer.from("text /env/lib/y.py")]),
    );
    const after = pyc(
      0,
      1,
      1,
      Buffer.concat([short("lib/x.py"), Buffer.from("text /env/lib/y.py")]),
    );
    expect(apply(before, splicePrefixAway(before, "/env"))).toStrictEqual(after);
  });
});
