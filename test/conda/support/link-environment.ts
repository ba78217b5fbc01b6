import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { binaryPackage } from "../../../src/conda/example-channel/binary-package.ts";
import { findPython } from "../../../src/conda/example-channel/find-python.ts";
import type {
  PackageContent,
  PackageFile,
} from "../../../src/conda/example-channel/package-content.ts";
import { placeholderFor } from "../../../src/conda/example-channel/placeholder.ts";
import { pythonPackage } from "../../../src/conda/example-channel/python-package.ts";

export interface LinkOptions {
  /** Folder of extracted packages, named in the records. Without it there is no cache. */
  cache?: string;
  /** As pixi writes records: no link, no history. */
  likePixi?: boolean;
}

const builtAt = 1_700_000_000_000;
const fileTime = new Date("2023-11-01T12:00:00Z");

/** Links packages into an environment as conda does, with its records. */
export async function linkEnvironment(
  prefix: string,
  contents: readonly PackageContent[],
  { cache, likePixi = false }: LinkOptions = {},
): Promise<void> {
  await mkdir(join(prefix, "conda-meta"), { recursive: true });
  for (const content of contents) {
    const stem = `${content.name}-${content.version}-${content.build}`;
    const source = cache === undefined ? "" : join(cache, stem);
    const paths = [];
    for (const file of content.files)
      paths.push(await linkFile(prefix, file, placeholderFor(content.name), source));
    const record = {
      name: content.name,
      version: content.version,
      build: content.build,
      build_number: content.buildNumber,
      channel: "https://user:password@conda.example/t/secret-token/demo",
      url: `https://conda.example/t/secret-token/demo/${content.subdir}/${stem}.conda`,
      subdir: content.subdir,
      depends: content.depends,
      timestamp: builtAt,
      extracted_package_dir: source,
      package_tarball_full_path: source === "" ? "" : `${source}.conda`,
      files: paths.flatMap(({ _path: path, path_type: type }) =>
        type === "directory" ? [] : path,
      ),
      link: likePixi ? null : { source, type: 1 },
      paths_data: { paths_version: 1, paths },
      ...(content.sitePackagesPath && { python_site_packages_path: content.sitePackagesPath }),
    };
    await writeFile(join(prefix, "conda-meta", `${stem}.json`), JSON.stringify(record, null, 2));
  }
  if (likePixi) return;
  await writeFile(
    join(prefix, "conda-meta", "history"),
    `==> 2024-05-06 07:08:09 <==\n# cmd: /opt/tools/bin/conda create -p ${prefix}\n+demo\n`,
  );
}

/** The machine's CPython and bindemo, as packages. `undefined` where there is no C compiler. */
export async function demoPackages(work: string): Promise<readonly PackageContent[] | undefined> {
  const python = await findPython(process.env);
  const binary = await binaryPackage(process.env, python.subdir, join(work, "cc"));
  return binary && [await pythonPackage(python), binary];
}

/** Only bindemo: enough for everything that needs no interpreter of its own. */
export async function smallPackages(work: string): Promise<readonly PackageContent[] | undefined> {
  const binary = await binaryPackage(process.env, "linux-64", join(work, "cc"));
  return binary && [binary];
}

async function linkFile(prefix: string, file: PackageFile, placeholder: string, source: string) {
  const place = join(prefix, file.path);
  await mkdir(dirname(place), { recursive: true });
  if (file.kind === "directory") {
    await mkdir(place, { recursive: true });
    return { _path: file.path, path_type: "directory" };
  }
  if (file.kind === "link") {
    await symlink(file.target, place);
    return { _path: file.path, path_type: "softlink" };
  }
  const original = file.kind === "copy" ? await readFile(file.source) : file.content;
  const mode = file.kind === "file" ? file.prefix : undefined;
  const installed = mode === undefined ? original : install(original, placeholder, prefix, mode);
  await writeFile(place, installed);
  await chmod(place, file.mode);
  await utimes(place, fileTime, fileTime);
  if (source !== "") {
    await mkdir(dirname(join(source, file.path)), { recursive: true });
    await writeFile(join(source, file.path), original);
  }
  return {
    _path: file.path,
    path_type: "hardlink",
    sha256: sha256(original),
    sha256_in_prefix: sha256(installed),
    size_in_bytes: original.length,
    ...(mode !== undefined && { prefix_placeholder: placeholder, file_mode: mode }),
  };
}

function install(
  original: Buffer,
  placeholder: string,
  prefix: string,
  mode: "text" | "binary",
): Buffer {
  const text = original.toString("latin1");
  const to = Buffer.from(prefix).toString("latin1");
  if (mode === "text") return Buffer.from(text.replaceAll(placeholder, to), "latin1");
  const strings = text.split("\0").map((string) => {
    const replaced = string.replaceAll(placeholder, to);
    return replaced.padEnd(string.length, "\0");
  });
  return Buffer.from(strings.join("\0"), "latin1");
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
