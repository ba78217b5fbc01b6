import { spawnSync } from "node:child_process";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { storedZip } from "../../src/conda/example-channel/stored-zip.ts";
import { condaParts } from "../../src/conda/packages/conda-archive.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-zip-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const metadata = '{"conda_pkg_format_version": 2}';

async function parts(bytes: Buffer): Promise<readonly string[]> {
  const path = join(folder, "x.conda");
  await writeFile(path, bytes);
  const file = await open(path);
  try {
    const found = await condaParts(file);
    return found.map(({ name, start, end }) => `${name}=${bytes.toString("utf8", start, end)}`);
  } finally {
    await file.close();
  }
}

/** Python's zipfile as the other side: streamed to a pipe it writes no sizes into the local headers. */
function pythonZip(options: { streamed: boolean; zip64: boolean; compressed?: boolean }): Buffer {
  const program = [
    "import io, sys, zipfile",
    "class Pipe(io.RawIOBase):",
    "    def writable(self): return True",
    "    def write(self, data): return sys.stdout.buffer.write(data)",
    "out = Pipe() if sys.argv[1] == 'True' else io.BytesIO()",
    "if sys.argv[2] == 'True':",
    "    zipfile.ZIP64_LIMIT = 1",
    "kind = zipfile.ZIP_DEFLATED if sys.argv[3] == 'True' else zipfile.ZIP_STORED",
    "with zipfile.ZipFile(out, 'w', kind, allowZip64=True) as archive:",
    `    archive.writestr('metadata.json', '${metadata}')`,
    "    archive.writestr('pkg-x.tar.zst', 'payload')",
    "    archive.writestr('info-x.tar.zst', 'information')",
    "    archive.comment = b'a comment'",
    "if sys.argv[1] != 'True': sys.stdout.buffer.write(out.getvalue())",
  ].join("\n");
  const flag = (value: boolean | undefined) => (value === true ? "True" : "False");
  const args = [flag(options.streamed), flag(options.zip64), flag(options.compressed)];
  const run = spawnSync("python3", ["-c", program, ...args]);
  expect(run.status, run.stderr.toString()).toBe(0);
  return run.stdout;
}

const whole = ["pkg-x.tar.zst=payload", "info-x.tar.zst=information"];

test.each([
  { streamed: false, zip64: false },
  { streamed: true, zip64: false },
  { streamed: false, zip64: true },
  { streamed: true, zip64: true },
])("the parts of an archive are found (streamed $streamed, ZIP64 $zip64)", async (options) => {
  expect(await parts(pythonZip(options))).toEqual(whole);
});

test("the payload comes first, wherever it lies", async () => {
  const bytes = storedZip([
    ["info-x.tar.zst", Buffer.from("information")],
    ["pkg-x.tar.zst", Buffer.from("payload")],
  ]);
  expect(await parts(bytes)).toEqual(whole);
});

const payload: [string, Buffer] = ["pkg-x.tar.zst", Buffer.from("payload")];
const info: [string, Buffer] = ["info-x.tar.zst", Buffer.from("information")];
const good = storedZip([["metadata.json", Buffer.from(metadata)], payload, info]);

const damaged = [
  {
    title: "text",
    bytes: Buffer.from("no archive at all"),
    message: "it is no ZIP archive, or its end is missing",
  },
  {
    title: "nothing",
    bytes: Buffer.alloc(0),
    message: "it is no ZIP archive, or its end is missing",
  },
  {
    title: "a lost end",
    bytes: good.subarray(0, -30),
    message: "it is no ZIP archive, or its end is missing",
  },
  {
    title: "a lost start",
    bytes: good.subarray(40),
    message: "its end is missing",
  },
  {
    title: "no metadata",
    bytes: storedZip([payload]),
    message: "it lacks its payload or its metadata",
  },
  {
    title: "a later format",
    bytes: storedZip([
      ["metadata.json", Buffer.from('{"conda_pkg_format_version": 3}')],
      payload,
      info,
    ]),
    message: "its format has version 3; 2 is understood",
  },
  {
    title: "compressed members",
    bytes: pythonZip({ streamed: false, zip64: false, compressed: true }),
    message: "metadata.json in it is not stored",
  },
] as const;

test.each(damaged)("$title is refused", async ({ bytes, message }) => {
  await expect(parts(bytes)).rejects.toMatchObject({ name: "DamagedPackage", message });
});
