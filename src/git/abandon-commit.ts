import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { entriesOf, movedFrom, writeCheckout, writeIndex } from "./adopt-commit.ts";
import { type Checkout, requireHead } from "./checkout.ts";
import { currentHead } from "./current-head.ts";
import { gitFailed } from "./git.ts";
import type { Repository } from "./private-repository.ts";
import { type Sha, shortSha } from "./sha.ts";

/** A commit that is being made the HEAD of a checkout, with what it takes to go back. */
export interface Adoption {
  readonly id: Sha;
  /** The files that it changed, from the top of the work tree. */
  readonly paths: readonly string[];
  /** The bytes of the index before; `undefined` where there was none. */
  readonly index: Buffer | undefined;
}

/** The bytes of the index as it is, for an `Adoption`. A checkout that git has not written into yet has none. */
export async function readIndex({ gitDirectory }: Checkout): Promise<Buffer | undefined> {
  try {
    return await readFile(join(gitDirectory, "index"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Takes back what `adoptCommit` did, as far as it came: HEAD (or its branch) and the index entries of the commit's
 * files are as before. What others staged meanwhile stays; the working files are the caller's.
 *
 * @param checkout as it was before the commit was adopted.
 * @throws {StepError} E_CHECKOUT_MOVED where HEAD went on from the commit; nothing is changed then.
 */
export async function abandonCommit(
  repository: Repository,
  checkout: Checkout,
  { id, paths, index }: Adoption,
): Promise<void> {
  const before = requireHead(checkout);
  const head = await currentHead(repository.git, checkout);
  if (head !== id && head !== before) throw movedFrom(checkout, id);
  if (head === id) {
    const reason = `slipway: take back ${shortSha(id)}`;
    await writeCheckout(repository, checkout, ["update-ref", "-m", reason, "HEAD", before, id], {
      variables: committer,
    });
  }
  const now = await listIndex(repository, checkout);
  const earlier = await listEarlierIndex(repository, checkout, index);
  const entries = new Map<string, string>();
  for (const [path, entry] of await entriesOf(repository, id, paths))
    if (now.get(path) === entry && earlier.get(path) !== entry)
      entries.set(path, earlier.get(path) ?? `0 ${"0".repeat(id.length)}`);
  if (entries.size > 0) await writeIndex(repository, checkout, entries);
}

/** Of the line in the reflog. */
const committer = {
  GIT_COMMITTER_NAME: "Slipway",
  GIT_COMMITTER_EMAIL: "slipway@noreply.localhost",
};

async function listEarlierIndex(
  repository: Repository,
  checkout: Checkout,
  bytes: Buffer | undefined,
): Promise<Map<string, string>> {
  if (bytes === undefined) return new Map();
  const file = join(repository.directory, "earlier-index");
  await writeFile(file, bytes);
  try {
    return await listIndex(repository, checkout, { GIT_INDEX_FILE: file });
  } finally {
    await rm(file, { force: true });
  }
}

async function listIndex(
  { git }: Repository,
  { gitDirectory }: Checkout,
  variables: Readonly<Record<string, string>> = {},
): Promise<Map<string, string>> {
  const args = ["ls-files", "--stage", "-z"];
  const result = await git.run(args, { gitDirectory, workTree: git.emptyFolder, variables });
  if (result.exitCode !== 0) throw gitFailed(args, result);
  const lines = result.stdout.toString().split("\0");
  return new Map(
    lines.map((line) => [line.slice(line.indexOf("\t") + 1), line.split("\t")[0] ?? ""]),
  );
}
