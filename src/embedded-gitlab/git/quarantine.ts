import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isAncestor } from "./refs.ts";
import { GitFailed, gitEnvironment, uniqueName } from "./run-git.ts";
import type { Repository } from "./repository.ts";
import { spawn } from "node:child_process";

/** Pushed objects that are not in the repository yet: looked at first, kept only if the push is let in. */
export interface Quarantine {
  /** The pack as it came, to be sent on. */
  pack(): Readable;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  dispose(): Promise<void>;
}

/**
 * Stores a pack beside the repository and indexes it there.
 *
 * This takes the place of a pre-receive hook: git ignores hooks silently where the folder is mounted noexec.
 */
export async function quarantinePack(
  repository: Repository,
  pack: AsyncIterable<Buffer>,
): Promise<Quarantine> {
  const folder = join(repository.folder, "..", uniqueName("incoming"));
  await mkdir(join(folder, "objects", "pack"), { recursive: true });
  const file = join(folder, "received.pack");
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  await pipeline(Readable.from(pack), createWriteStream(file)).catch(async (error: unknown) => {
    await dispose();
    throw error;
  });
  const env = {
    GIT_OBJECT_DIRECTORY: join(folder, "objects"),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(repository.folder, "objects"),
  };
  await indexPack(repository, file, env);
  return {
    pack: () => createReadStream(file),
    isAncestor: async (ancestor, descendant) => {
      try {
        return await isAncestor(repository, ancestor, descendant, env);
      } catch (error) {
        // A broken pack: git itself will refuse it, with its own words.
        if (error instanceof GitFailed) return true;
        throw error;
      }
    },
    dispose,
  };
}

async function indexPack(
  repository: Repository,
  file: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const args = ["--git-dir", repository.folder, "index-pack", "--stdin", "--fix-thin"];
  const child = spawn("git", args, {
    env: { ...gitEnvironment(repository.host), ...env },
    stdio: ["pipe", "ignore", "ignore"],
  });
  const closed = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve());
  });
  // git stops reading a broken pack at once; what matters is what can be found afterwards.
  await pipeline(createReadStream(file), child.stdin).catch(() => {});
  await closed;
}
