import { posix } from "node:path";

import type { Log } from "../../step/log.ts";
import { folderName, toRaw, toText, type RawPath } from "./raw-path.ts";

/**
 * The target a link has in the archive: one that is absolute and inside the environment becomes relative, all others
 * stay as they are; those that lead outside are warned of.
 */
export function relocateLink(
  prefix: string,
  link: { path: RawPath; target: RawPath },
  log: Log,
): RawPath {
  const { path, target } = link;
  const root = toRaw(prefix);
  const home = posix.join(root, folderName(path));
  const place = posix.resolve(home, target);
  const isInside = place === root || place.startsWith(`${root}/`);
  if (!isInside) {
    log.warn(
      `${toText(path)} is a link to ${toText(target)}, outside the environment; it is packed as it is`,
    );
    return target;
  }
  return target.startsWith("/") ? posix.relative(home, place) || "." : target;
}
