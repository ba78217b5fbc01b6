import { createHash } from "node:crypto";
import { copyFile, lstat, mkdir, readFile, rm, symlink, writeFile, chmod } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import type { PackageContent, PackageFile } from "./package-content.ts";
import { placeholderFor } from "./placeholder.ts";
import { storedZip } from "./stored-zip.ts";
import { writeTar, type TarMember } from "./tar-writer.ts";

/** The time of every package and of every file in it, so that the same sources give the same bytes. */
export const packageTime = new Date("2024-01-01T00:00:00Z");

/** Where a package file lies, and what the repodata says of it. */
export interface WrittenPackage {
  readonly subdir: string;
  readonly fileName: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/**
 * Writes one package file into `<channel>/<subdir>/`.
 *
 * @param work an empty folder for the files on their way into the archive; it is removed
 * @see https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html
 */
export async function writePackage(
  channel: string,
  content: PackageContent,
  work: string,
  python: string,
): Promise<WrittenPackage> {
  const payload = join(work, "payload");
  const info = join(work, "info-part");
  await stage(payload, content);
  await stageInfo(info, payload, content);
  const stem = `${content.name}-${content.version}-${content.build}`;
  const members = sortedFiles(content).map(({ path }) => ({
    source: join(payload, path),
    name: path,
  }));
  const described = infoMembers(info, content);
  const bytes =
    content.format === ".conda"
      ? await condaArchive(stem, members, described, python)
      : await writeTar([...described, ...members], {
          python,
          compression: "bzip2",
          time: packageTime,
        });
  const fileName = `${stem}${content.format}`;
  await mkdir(join(channel, content.subdir), { recursive: true });
  await writeFile(join(channel, content.subdir, fileName), bytes);
  await rm(work, { recursive: true, force: true });
  return { subdir: content.subdir, fileName, record: repodataRecord(content, bytes) };
}

/** Names in the order of the archive: by code unit, whatever the locale. */
function sortedFiles(content: PackageContent): readonly PackageFile[] {
  return content.files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function stage(payload: string, content: PackageContent): Promise<void> {
  await mkdir(payload, { recursive: true });
  for (const file of content.files) {
    const path = join(payload, file.path);
    await mkdir(dirname(path), { recursive: true });
    if (file.kind === "directory") await mkdir(path, { recursive: true });
    else if (file.kind === "link") await symlink(file.target, path);
    else {
      if (file.kind === "copy") await copyFile(file.source, path);
      else await writeFile(path, file.content);
      await chmod(path, file.mode);
    }
  }
}

async function stageInfo(info: string, payload: string, content: PackageContent): Promise<void> {
  const folder = join(info, "info");
  await mkdir(folder, { recursive: true });
  const json = (name: string, value: unknown) =>
    writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  await json("index.json", indexOf(content));
  const paths = [];
  for (const file of sortedFiles(content)) paths.push(await pathEntry(payload, file, content));
  await json("paths.json", { paths, paths_version: 1 });
  await json("about.json", { license: content.license, summary: `${content.name} for examples` });
  await writeFile(
    join(folder, "files"),
    sortedFiles(content)
      .filter((file) => file.kind !== "directory")
      .map((file) => `${file.path}\n`)
      .join(""),
  );
  if (content.noarch === "python")
    await json("link.json", {
      noarch: { type: "python", entry_points: content.entryPoints ?? [] },
      package_metadata_version: 1,
    });
}

async function pathEntry(payload: string, file: PackageFile, content: PackageContent) {
  if (file.kind === "directory") return { _path: file.path, path_type: "directory" };
  // A link is described by what it leads to, where that is a file (CEP 34).
  const bytes = await contentBehind(join(payload, file.path));
  const proof = bytes === undefined ? {} : { sha256: sha256(bytes), size_in_bytes: bytes.length };
  if (file.kind === "link") return { _path: file.path, path_type: "softlink", ...proof };
  return {
    _path: file.path,
    path_type: "hardlink",
    ...proof,
    ...(file.kind === "file" && file.prefix !== undefined
      ? { prefix_placeholder: placeholderFor(content.name), file_mode: file.prefix }
      : {}),
    ...(file.kind === "file" && file.noLink === true ? { no_link: true } : {}),
  };
}

async function contentBehind(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch {
    return (await lstat(path)).isSymbolicLink() ? Buffer.alloc(0) : undefined;
  }
}

function indexOf(content: PackageContent): Record<string, unknown> {
  return {
    arch: content.subdir === "noarch" ? null : (content.subdir.split("-")[1] ?? null),
    build: content.build,
    build_number: content.buildNumber,
    depends: content.depends,
    license: content.license,
    name: content.name,
    ...(content.noarch === undefined ? {} : { noarch: content.noarch }),
    platform: content.subdir === "noarch" ? null : "linux",
    ...(content.sitePackagesPath === undefined
      ? {}
      : { python_site_packages_path: content.sitePackagesPath }),
    subdir: content.subdir,
    timestamp: packageTime.getTime(),
    version: content.version,
  };
}

function repodataRecord(content: PackageContent, bytes: Buffer): Record<string, unknown> {
  return {
    ...indexOf(content),
    md5: createHash("md5").update(bytes).digest("hex"),
    sha256: sha256(bytes),
    size: bytes.length,
  };
}

async function condaArchive(
  stem: string,
  payload: readonly TarMember[],
  info: readonly TarMember[],
  python: string,
): Promise<Buffer> {
  const part = async (members: readonly TarMember[]) =>
    zstd(await writeTar(members, { python, compression: "none", time: packageTime }));
  return storedZip([
    ["metadata.json", Buffer.from('{"conda_pkg_format_version": 2}\n')],
    [`pkg-${stem}.tar.zst`, await part(payload)],
    [`info-${stem}.tar.zst`, await part(info)],
  ]);
}

function infoMembers(folder: string, content: PackageContent): readonly TarMember[] {
  const names = ["info/about.json", "info/files", "info/index.json", "info/paths.json"];
  if (content.noarch === "python") names.push("info/link.json");
  return names.map((name) => ({ source: join(folder, name), name }));
}

async function zstd(bytes: Buffer): Promise<Buffer> {
  return promisify(zstdCompress)(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  });
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
