import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import {
  git,
  makeWorkTree,
  mustGit,
  openFolder,
  openGitlab,
  withToken,
} from "../../embedded-gitlab/gitlab.ts";

test("refusals hold where the temporary folder is mounted noexec, and so does everything else", async (context) => {
  const temporaryFolder = await openFolder();
  const mount = ["-t", "tmpfs", "-o", "noexec,size=64m", "slipway-test", temporaryFolder];
  const mounted = await execa("mount", mount, { reject: false });
  if (mounted.failed) return context.skip("a noexec folder cannot be mounted here (needs root)");
  onTestFinished(async () => {
    await execa("umount", ["--lazy", temporaryFolder]);
  });
  const source = await makeWorkTree("one", "two");
  const gitlab = await openGitlab({ importRepository: source, temporaryFolder });
  await mustGit(source, "commit", "--quiet", "--allow-empty", "--message", "three");
  const developer = withToken(gitlab.project.httpUrl, gitlab.tokens.developer);
  const maintainer = withToken(gitlab.project.httpUrl, gitlab.tokens.maintainer);
  const before = await mustGit(source, "ls-remote", developer);
  const refused = await git(source, "push", developer, "main", "main:topic");
  expect(refused.output).toContain(
    "remote: GitLab: You are not allowed to push code to protected branches on this project.",
  );
  const forced = await git(source, "push", "--force", maintainer, "main~2:main");
  expect(forced.output).toContain(
    "remote: GitLab: You are not allowed to force push code to a protected branch on this project.",
  );
  expect(await mustGit(source, "ls-remote", developer)).toBe(before);
  await mustGit(source, "push", "--atomic", maintainer, "main", "main:refs/tags/v1");
  expect(await mustGit(source, "ls-remote", developer)).toContain("refs/tags/v1");
});
