import type { Answered } from "./call.ts";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { answerFailure } from "./failures.ts";
import { digestOf, type LocalFile, readUnchanged } from "./local-file.ts";
import { type Judgement, write } from "./outcome.ts";
import { copiesOf, filePath, type PackageId, readPackage, registryClosed } from "./packages.ts";
import { findProject, role, roleName } from "./project.ts";

/** Which versions are shown in the list of packages. */
export type PackageStatus = "default" | "hidden";

export interface Upload {
  gitlab: GitLab;
  target: PackageId;
  file: LocalFile;
  status: PackageStatus;
  /** Largest file that the registry is expected to take, in bytes; for messages. */
  limit: number;
  /** Bytes that have left, for a progress. */
  seen?: (bytes: number) => void;
}

/**
 * Sends a file to the generic package registry, hashing it on its way. Every attempt opens the file anew and announces
 * its length; a lost answer is decided by the digests that the registry lists (H01, H03).
 *
 * @returns the SHA-256 of what was sent; whether GitLab stored the same is for the caller to prove.
 * @throws {StepError}
 * @see https://docs.gitlab.com/user/packages/generic_packages/#publish-a-single-file
 */
export async function putFile(upload: Upload): Promise<string> {
  const { gitlab, target, file, status, seen } = upload;
  let sha256: string | undefined;
  await write(gitlab, {
    call: {
      method: "PUT",
      path: filePath(gitlab, target, file.name),
      query: status === "default" ? {} : { status },
      body: {
        type: "application/octet-stream",
        size: file.size,
        open: () => readUnchanged(file, (read) => (sha256 = read.sha256), seen),
      },
      purpose: `upload ${file.name} (${file.size} bytes) to ${target.name} ${target.version}`,
      needs: "the role Developer and the scope api",
    },
    async isThere() {
      const copies = copiesOf(await readPackage(gitlab, target), file.name);
      if (copies.length === 0) return false;
      const own = (sha256 ??= await digestOf(file));
      return copies.some((copy) => copy.sha256 === own && copy.size === file.size);
    },
    judge: (answered, text, failed) => judge(upload, answered, text, failed),
  });
  return sha256 ?? digestOf(file);
}

async function judge(
  { gitlab, file, target, limit }: Upload,
  answered: Answered,
  text: string,
  failed: number,
): Promise<Judgement | undefined> {
  const { status } = answered;
  const said = answerFailure(answered, gitlab);
  const cause = { cause: said };
  const what = `${file.name} in ${target.name} ${target.version}`;
  if (status === 413 || (status === 400 && /too large/i.test(text)))
    return {
      failure: gitlabError(
        "E_PACKAGE_TOO_LARGE",
        `${file.name} has ${file.size} bytes; the server takes less, although ${limit} bytes were expected to fit. ${said.message}`,
        {
          ...cause,
          hint: "The limit is the instance's for generic packages, or that of a proxy in front of it (client_max_body_size of nginx).",
        },
      ),
    };
  if (status === 400 && /duplicate package/i.test(text))
    return {
      // The refused duplicate may be our own file, stored by an attempt whose answer was lost.
      doubtful: true,
      failure: gitlabError(
        "E_PACKAGE_DUPLICATE",
        `${what} cannot be stored twice. ${said.message}`,
        cause,
      ),
    };
  if (status === 403 && /package protected/i.test(text))
    return { failure: gitlabError("E_PACKAGE_PROTECTED", said.message, cause) };
  if (status === 403 && /^(403 )?forbidden$/i.test(text))
    return judgeBareRefusal(gitlab, said, failed);
  if (status === 404) return { failure: registryClosed(gitlab, said) };
  return undefined;
}

const oddRefusals = 2;

/**
 * A 403 without a reason is what GitLab answers for a missing role, and also for failures of its object storage (H11).
 * The list of packages was readable with this token, so that it is tried again, twice, unless the role is known to be
 * too low.
 */
async function judgeBareRefusal(gitlab: GitLab, said: Error, failed: number): Promise<Judgement> {
  const project = gitlab.token.kind === "job" ? undefined : await findProject(gitlab);
  const level = project?.accessLevel;
  if (level !== undefined && level < role.developer)
    return {
      failure: gitlabError("E_FORBIDDEN", said.message, {
        hint: `The user of the token in ${gitlab.token.variable} is ${roleName(level)}; an upload needs Developer.`,
        cause: said,
      }),
    };
  return {
    verdict: { retry: failed <= oddRefusals },
    doubtful: true,
    failure: gitlabError(
      "E_PACKAGE_STORAGE",
      `${said.message} The same token may read the registry.`,
      {
        hint: "GitLab reports failures of its object storage like this: run the job again. If it stays, whoever started the pipeline may have less than the role Developer.",
        cause: said,
      },
    ),
  };
}
