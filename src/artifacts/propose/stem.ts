/**
 * An artifact's name with its version removed: what releases of the same file have in common.
 *
 * `job-0.15.0-v0.15.0.conda.tgz`, `job-0.16.0.dev0-main-1a2b3c4d.conda.tgz` and `job.conda.tgz` have the same one, and
 * so have `refinery-0.2.3-shaded.jar` and `refinery-0.2.4-shaded.jar`, but not `refinery-0.2.4.jar`.
 */
export function nameStem(name: string): string {
  return name
    .replaceAll(versionInName, "")
    .replaceAll(/^[-_.]+/g, "")
    .toLowerCase();
}

/** A version with at least one point, its markers, and the branch and commit that development builds add. */
const versionInName =
  /[-_.]?(?<![A-Za-z0-9])v?\d+(?:\.\d+)+(?:[.\-_+]?(?:dev|rc|alpha|beta|post|snapshot|a|b|c)(?:[.-]?\d+)*(?![A-Za-z]))*(?:-[\w.-]+?-[0-9a-f]{7,40}(?=\.))?/gi;
