import { realpath } from "node:fs/promises";
import { relative, resolve } from "node:path";
import {
  type ArtifactsFile,
  Findings,
  readArtifactsFile,
  type ResolvedArtifact,
} from "../../src/artifacts/index.ts";
import { openCheckout, openGit } from "../../src/git/index.ts";
import type { SyncContext } from "./inputs.ts";

/** The entries of a commit, to tell which ones a merge request changes. */
export interface BaseArtifacts {
  /** Whether this very entry was there. */
  has(artifact: Entry): boolean;
  /** What the name stood for, where it was there with another id. */
  otherId(artifact: Entry): string | undefined;
}

type Entry = Pick<ResolvedArtifact, "name" | "id"> & { source: { name: string } };

/**
 * Reads the entries as the commit in SYNC_BASE has them.
 *
 * @returns `undefined` where there is no such commit to compare with: then every entry counts as changed.
 */
export async function readBaseArtifacts(
  { inputs, cwd, log, clock, signal, environment, workFolder }: SyncContext,
  files: readonly ArtifactsFile[],
): Promise<BaseArtifacts | undefined> {
  const base = inputs.SYNC_BASE;
  if (base === undefined) return undefined;
  const context = { workFolder: await workFolder(), environment, log, clock, signal };
  const git = await openGit(context);
  const { gitDirectory, root } = await openCheckout(git, cwd);
  const options = { gitDirectory, config: [["safe.directory", root]] as const };
  const known = await git.run(["cat-file", "-e", `${base}^{commit}`], options);
  if (known.exitCode !== 0) {
    log.warn(
      `The commit ${base} is not in this clone, so that all entries are looked at; GIT_DEPTH: 0 fetches it.`,
    );
    return undefined;
  }
  const here = await realpath(cwd);
  const entries: Entry[] = [];
  for (const { path, defaultSource } of files) {
    const place = relative(root, resolve(here, path)).replaceAll("\\", "/");
    const { exitCode, stdout } = await git.run(["cat-file", "blob", `${base}:${place}`], options);
    if (exitCode !== 0) continue;
    const before = readArtifactsFile(path, stdout.toString(), new Findings());
    const fallBack = before.defaultSource?.text ?? defaultSource?.text ?? "";
    for (const { name, id, source } of before.artifacts)
      entries.push({ name, id, source: { name: source ?? fallBack } });
  }
  const isAt = (one: Entry, { name, source }: Entry): boolean =>
    one.name === name && one.source.name === source.name;
  return {
    has: (artifact) => entries.some((one) => isAt(one, artifact) && one.id === artifact.id),
    otherId: (artifact) => entries.find((one) => isAt(one, artifact) && one.id !== artifact.id)?.id,
  };
}
