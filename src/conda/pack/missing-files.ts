import type { Log } from "../../step/log.ts";
import { packErrors } from "./errors.ts";
import { parseInfoFolder, type PipDistribution } from "./pip-distributions.ts";
import { folderName, toText, type RawPath } from "./raw-path.ts";
import type { CondaPackage } from "./records.ts";

/**
 * Looks for files that a record lists and the environment lacks.
 *
 * Compiled modules may be absent: the interpreter makes them when it can. A package that pip replaced has lost its
 * files in good order: a warning.
 *
 * @throws E_PACK_FILES_GONE with all packages concerned, unless told to ignore them
 */
export function checkMissingFiles(
  packages: readonly CondaPackage[],
  distributions: readonly PipDistribution[],
  isThere: (path: RawPath) => boolean,
  { ignore, log }: { ignore: boolean; log: Log },
): void {
  const byPip = new Set(distributions.map(({ name }) => name));
  const gone: string[] = [];
  for (const item of packages) {
    const missing = item.files.filter((path) => !path.endsWith(".pyc") && !isThere(path));
    if (missing.length === 0) continue;
    if (isReplaced(missing, byPip)) {
      log.warn(
        `pip replaced the conda package ${item.name} ${item.version}: ${missing.length} of its files are gone, pip's are packed`,
      );
    } else {
      gone.push(`${item.name} ${item.version}: ${nameSome(missing)}`);
    }
  }
  if (gone.length === 0) return;
  const message = `Files of these packages are gone: ${gone.join("; ")}`;
  if (!ignore) throw packErrors("E_PACK_FILES_GONE", message);
  log.warn(message);
}

function isReplaced(missing: readonly RawPath[], byPip: ReadonlySet<string>): boolean {
  return missing.some((path) => {
    const folder = folderName(path);
    return folder.endsWith(".dist-info") && byPip.has(parseInfoFolder(folder).name);
  });
}

function nameSome(paths: readonly RawPath[]): string {
  const shown = paths.slice(0, 3).map(toText).join(", ");
  return paths.length > 3 ? `${shown} (+${paths.length - 3})` : shown;
}
