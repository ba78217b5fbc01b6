import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publicUrl } from "../channels/public-url.ts";
import type { LinkedPackage } from "./link-packages.ts";

/** What the records say beside the packages. */
export interface RecordedRun {
  /** `name version` of what made the environment. */
  readonly creator: string;
  readonly time: Date;
  /** Specs that were asked for, by package name. */
  readonly requested: ReadonlyMap<string, readonly string[]>;
  /** Variables that activation sets. */
  readonly variables: Readonly<Record<string, string>>;
}

const linkTypes = { hard: 1, copy: 3 } as const;

/**
 * Writes `conda-meta`: a record for each package, the history, the variables. No address in it has credentials.
 *
 * @see https://github.com/conda/ceps/blob/main/cep-0032.md
 */
export async function writeRecords(
  prefix: string,
  linked: readonly LinkedPackage[],
  run: RecordedRun,
): Promise<void> {
  const folder = join(prefix, "conda-meta");
  await mkdir(folder, { recursive: true });
  for (const item of linked) {
    const { name, version, build } = item.planned.unpacked.info;
    const text = JSON.stringify(recordOf(item, run), null, 2);
    await writeFile(join(folder, `${name}-${version}-${build}.json`), `${text}\n`);
  }
  if (Object.keys(run.variables).length > 0)
    await writeFile(
      join(folder, "state"),
      `${JSON.stringify({ env_vars: run.variables }, null, 2)}\n`,
    );
  // Written last: it is what makes the folder an environment.
  await writeFile(join(folder, "history"), historyOf(linked, run));
}

function recordOf({ planned, linkType, paths }: LinkedPackage, { requested }: RecordedRun) {
  const { info, resolved, folder, archive } = planned.unpacked;
  const specs = requested.get(info.name) ?? [];
  // The repodata may have been corrected since the package was built, so its fields win.
  const index = Object.keys(resolved.index).length > 0 ? resolved.index : info.index;
  return {
    ...index,
    name: info.name,
    version: info.version,
    build: info.build,
    channel: resolved.channel,
    subdir: resolved.subdir,
    fn: resolved.fileName,
    url: publicUrl(resolved.addresses[0]),
    ...(resolved.sizeBytes === undefined ? {} : { size: resolved.sizeBytes }),
    ...(resolved.sha256 === undefined ? {} : { sha256: resolved.sha256 }),
    ...(resolved.md5 === undefined ? {} : { md5: resolved.md5 }),
    extracted_package_dir: folder,
    package_tarball_full_path: archive,
    link: { source: folder, type: linkTypes[linkType] },
    files: paths.filter((path) => path.path_type !== "directory").map(({ _path }) => _path),
    paths_data: { paths_version: 1, paths },
    ...(specs.length === 0 ? {} : { requested_spec: specs[0], requested_specs: specs }),
  };
}

function historyOf(linked: readonly LinkedPackage[], run: RecordedRun): string {
  const time = run.time.toISOString().slice(0, 19).replace("T", " ");
  const specs = [...run.requested.values()].flat();
  return [
    `==> ${time} <==`,
    `# cmd: ${run.creator}`,
    ...linked.map(({ planned }) => {
      const { resolved, info } = planned.unpacked;
      return `+${resolved.channel}/${resolved.subdir}::${info.name}-${info.version}-${info.build}`;
    }),
    ...(specs.length === 0 ? [] : [`# update specs: ${JSON.stringify(specs)}`]),
    "",
  ].join("\n");
}
