import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test, vi } from "vitest";

import { createEnvironment, installProject, makeExampleChannel } from "../../src/conda/index.ts";
import { silentLog } from "../../src/step/index.ts";
import { pack, unpack } from "../conda/support/packs.ts";
import { temporaryFolder } from "../conda/support/temporary-folder.ts";
import { pythonTools } from "../support/python-tools.ts";

vi.setConfig({ testTimeout: 300_000 });

/** What may differ from conda-pack's result, and why. Everything else is a defect. */
const expected: readonly { why: string; matches: (path: string) => boolean }[] = [
  {
    why: "the scripts are our own; conda-pack has a helper module, we keep a state",
    matches: (path) =>
      /^bin\/(activate|activate\.fish|deactivate|conda-unpack|conda_unpack_progress\.py)$/.test(
        path,
      ) || path === "conda-meta/unpacked-prefix",
  },
  {
    why: "records are compared parsed, the history is scrubbed",
    matches: (path) => path === "conda-meta/history" || /^conda-meta\/.*\.json$/.test(path),
  },
  {
    why: "conda-pack leaves an absolute first line where the prefix occurs again, and breaks those with options",
    matches: (path) => path === "bin/bindemo-twice" || path === "bin/bindemo-isolated",
  },
  {
    why: "compiled modules: other header and file name; none for a source that is rewritten",
    matches: (path) => path.endsWith(".pyc"),
  },
  {
    why: "where the project came from is told by its repository or not at all",
    matches: (path) => /dist-info\/(direct_url\.json|RECORD)$/.test(path),
  },
  {
    why: "conda-pack misses a string that the end of the file ends",
    matches: (path) => /^share\/bindemo(-folder)?\/ends-without-nul\.bin$/.test(path),
  },
];

type Snapshot = Map<string, string>;

/** Path → type and content, of everything in the folder. */
function snapshot(root: string): Snapshot {
  const found: Snapshot = new Map();
  for (const item of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const place = join(item.parentPath, item.name);
    const path = relative(root, place);
    if (item.isSymbolicLink()) found.set(path, `link to ${readlinkSync(place)}`);
    else if (item.isFile()) {
      const isProgram = (lstatSync(place).mode & 0o100) !== 0;
      const sha256 = createHash("sha256").update(readFileSync(place)).digest("hex");
      found.set(path, `${isProgram ? "program" : "file"} ${sha256}`);
    } else if (readdirSync(place).length === 0) found.set(path, "empty folder");
  }
  return found;
}

function differences(one: Snapshot, other: Snapshot): string[] {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths]
    .filter((path) => one.get(path) !== other.get(path))
    .toSorted()
    .map((path) => `${path}: ${one.get(path) ?? "not there"} | ${other.get(path) ?? "not there"}`);
}

/** All packages of the example's channel, the example project, and a file of nobody's. */
async function makeEnvironment(root: string): Promise<string> {
  const channel = await makeExampleChannel({ env: process.env, log: silentLog });
  const prefix = join(root, "build");
  const environmentFile = join(root, "environment.yaml");
  writeFileSync(environmentFile, `dependencies: [${channel.packages.join(", ")}]\n`);
  const given = {
    prefix,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
    log: silentLog,
    signal: new AbortController().signal,
  };
  await createEnvironment({
    ...given,
    environmentFile,
    channels: [channel.url],
    packagesDirs: [join(root, "packages")],
    cwd: root,
  });
  const projectDir = join(import.meta.dirname, "../../examples/job-project");
  await installProject({ ...given, projectDir });
  writeFileSync(join(prefix, "etc/own.conf"), `home = ${prefix}/share\n`);
  return prefix;
}

test("on the same environment, conda-pack's result and ours unpack to the same files", async (context) => {
  const tools = pythonTools("conda-pack-0.9.2", ["conda-pack==0.9.2", "setuptools<81"]);
  if ("whyNot" in tools) return context.skip(tools.whyNot);
  const root = await temporaryFolder();
  const prefix = await makeEnvironment(root);
  const theirs = join(root, "theirs.tar.gz");
  execFileSync(join(tools.folder, "bin/conda-pack"), ["-q", "-p", prefix, "-o", theirs], {
    stdio: "pipe",
  });
  const ours = (await pack(prefix, join(root, "ours.tar.gz"))).file;
  // Nothing may lean on the place of the build.
  rmSync(prefix, { recursive: true });

  const place = join(root, "the place");
  const snapshots = [theirs, ours].map((archive) => {
    unpack(archive, place);
    execFileSync(join(place, "bin/conda-unpack"), { stdio: "pipe" });
    const taken = { files: snapshot(place), records: readRecords(place) };
    rmSync(place, { recursive: true });
    return taken;
  });
  const [their, our] = snapshots;
  if (their === undefined || our === undefined) throw new TypeError("two packs, two snapshots");
  expect(their.files.size).toBeGreaterThan(500);
  const found = differences(their.files, our.files);
  const unexpected = found.filter(
    (line) => !expected.some(({ matches }) => matches(line.slice(0, line.indexOf(":")))),
  );
  expect(unexpected).toStrictEqual([]);
  expect(our.records).toStrictEqual(their.records);
});

/**
 * Parsed records, without what conda-pack leaves in them: credentials, and what holds for the build's place only. That is
 * the digests of files with the prefix in them, and the sizes of the commands that were made when a package was linked:
 * their first line is the build's path, so that an environment at a path of another length would be packed as other bytes.
 */
function readRecords(place: string): unknown[] {
  return readdirSync(join(place, "conda-meta"))
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .map((name) => {
      const text = readFileSync(join(place, "conda-meta", name), "utf8");
      const clean = text
        .replaceAll(/user:password@|t\/secret-token\//g, "")
        .replaceAll(/"sha256_in_prefix": "[0-9a-f]+",?/g, "")
        .replaceAll(/("path_type": "unix_python_entry_point",?)\s*"size_in_bytes": \d+,?/g, "$1");
      const record: unknown = JSON.parse(clean.replaceAll(/,(\s*[}\]])/g, "$1"));
      return record;
    });
}
