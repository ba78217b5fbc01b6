import { posix } from "node:path";

import type { Log } from "../../step/log.ts";
import type { Entry, Group } from "./entry.ts";
import { byBytes, folderName, toText, type RawPath } from "./raw-path.ts";

/**
 * The groups with copies in place of links, for formats whose readers make text files of links (ZIP in Java).
 * A link that leads nowhere in the archive is left out with a warning.
 */
export function followLinks(groups: readonly Group[], log: Log): Group[] {
  const all = groups.flatMap(({ entries }) => entries);
  const world = new Map(all.map((entry) => [entry.path, entry]));
  const sorted = [...world.keys()].toSorted(byBytes);
  const follow = (entry: Entry, path: RawPath, seen: ReadonlySet<RawPath>): Entry[] => {
    if (entry.kind !== "link") return [{ ...entry, path }];
    const target = posix.join(folderName(entry.path), entry.target);
    if (entry.target.startsWith("/") || seen.has(entry.path)) return lost(entry, log);
    const next = new Set([...seen, entry.path]);
    const place = resolveFolders(target, world);
    const found = world.get(place);
    if (found) return follow(found, path, next);
    const inside = sorted.filter((item) => item.startsWith(`${place}/`));
    if (inside.length === 0 || seen.size > 8) return lost(entry, log);
    return inside.flatMap((item) => {
      const member = world.get(item);
      return member ? follow(member, path + item.slice(place.length), next) : [];
    });
  };
  return groups.map((group) => {
    const entries = group.entries.flatMap((entry) => follow(entry, entry.path, new Set()));
    return Object.assign({}, group, { entries });
  });
}

/** The path with links in its folders replaced by what they lead to. */
function resolveFolders(path: RawPath, world: ReadonlyMap<RawPath, Entry>): RawPath {
  let resolved = path;
  for (let round = 0; round < 16; round++) {
    const link = foldersOf(resolved)
      .map((folder) => world.get(folder))
      .find((entry) => entry?.kind === "link");
    if (link?.kind !== "link" || link.target.startsWith("/")) return resolved;
    const target = posix.join(folderName(link.path), link.target);
    resolved = target + resolved.slice(link.path.length);
  }
  return resolved;
}

function foldersOf(path: RawPath): RawPath[] {
  const folders: RawPath[] = [];
  for (let at = folderName(path); at !== ""; at = folderName(at)) folders.push(at);
  return folders;
}

function lost(entry: Entry, log: Log): Entry[] {
  log.warn(`${toText(entry.path)} is a link that leads nowhere in the pack; left out of the zip`);
  return [];
}
