import { type Checkout, requireHead } from "../checkout.ts";
import { type Commit, readCommit } from "../commit.ts";
import { gitErrors } from "../errors.ts";
import { releaseErrors } from "./errors.ts";
import { findObject } from "../objects.ts";
import type { Repository } from "../private-repository.ts";
import { isSha, type Sha, shortSha } from "../sha.ts";

/** The commit that the pipeline tested, and the one to be released: bump-version's on it, or the tested one itself. */
export interface Located {
  readonly base: Commit;
  readonly head: Commit;
}

/**
 * Finds out what HEAD is.
 *
 * @param tested `CI_COMMIT_SHA`. Without it HEAD is what was tested, unless `made` says that it is our own commit.
 * @param made `BUMPED_COMMIT_SHA`, where bump-version ran before.
 * @throws {StepError} E_NO_COMMITS; E_NOT_RELEASE_COMMIT where HEAD is neither the tested commit nor one on it.
 */
export async function locateRelease(
  repository: Repository,
  checkout: Checkout,
  { tested, made }: { tested: string | undefined; made: string | undefined },
): Promise<Located> {
  const head = await readCommit(repository, requireHead(checkout));
  const [parent, ...others] = head.parents;
  const wanted = tested ?? (made === head.id ? parent : head.id);
  if (wanted === head.id) return { base: head, head };
  if (wanted === undefined || !isSha(wanted))
    throw releaseErrors(
      "E_NOT_RELEASE_COMMIT",
      `CI_COMMIT_SHA '${wanted}' is not the id of a commit.`,
    );
  if (parent === wanted && others.length === 0)
    return { base: await readBase(repository, parent), head };
  throw releaseErrors(
    "E_NOT_RELEASE_COMMIT",
    `HEAD is ${shortSha(head.id)} ("${titleOf(head)}"), which is neither the commit of the pipeline, ${shortSha(wanted)}, nor a commit made on it.`,
  );
}

async function readBase(repository: Repository, id: Sha): Promise<Commit> {
  if ((await findObject(repository, id)) === undefined)
    throw gitErrors("E_OBJECT_MISSING", `The pipeline's commit ${id} is not in the checkout.`);
  return readCommit(repository, id);
}

/** The first line of a commit's message. */
export function titleOf({ message }: Pick<Commit, "message">): string {
  return message.split("\n")[0] ?? "";
}
