import { createHash } from "node:crypto";
import type { GitLab } from "./client.ts";
import { gitlabError } from "./errors.ts";
import { answerFailure } from "./failures.ts";
import { filePath, type PackageFile, type PackageId } from "./packages.ts";

/**
 * Downloads a small file of a package into memory, up to the client's cap, and compares it with the digest that the
 * registry lists.
 *
 * @throws {StepError} E_PACKAGE_NOT_PROVEN where other bytes come; else what the refusal means.
 * @see https://docs.gitlab.com/user/packages/generic_packages/#download-a-single-file
 */
export async function readPackageFile(
  gitlab: GitLab,
  target: PackageId,
  file: PackageFile,
): Promise<Buffer> {
  const answered = await gitlab.read({
    method: "GET",
    path: filePath(gitlab, target, file.name),
    purpose: `download ${file.name} of ${target.name} ${target.version}`,
    needs: "the role Reporter and the scope read_api",
  });
  if (answered.status < 200 || answered.status >= 300) throw answerFailure(answered, gitlab);
  const sha256 = createHash("sha256").update(answered.body).digest("hex");
  if (file.sha256 !== undefined && sha256 !== file.sha256)
    throw gitlabError(
      "E_PACKAGE_NOT_PROVEN",
      `What ${gitlab.host} serves as ${file.name} has the SHA-256 ${sha256}; it lists ${file.sha256}.`,
    );
  return answered.body;
}
