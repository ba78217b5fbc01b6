import { describe, expect, test } from "vitest";
import type { EmbeddedGitlab, RoleName } from "../../../src/embedded-gitlab/index.ts";
import { basic } from "../../embedded-gitlab/call.ts";
import { git, makeWorkTree, mustGit, openGitlab, withToken } from "../../embedded-gitlab/gitlab.ts";

interface Scene {
  readonly gitlab: EmbeddedGitlab;
  readonly folder: string;
  /** The address with the token of a fresh member. */
  readonly as: (role: RoleName) => string;
}

/** main and v1 on the server, one more commit in the work tree. */
async function openScene(): Promise<Scene> {
  const folder = await makeWorkTree("one", "two");
  await mustGit(folder, "tag", "v1", "HEAD~1");
  await mustGit(folder, "branch", "other");
  const gitlab = await openGitlab({ importRepository: folder });
  await mustGit(folder, "commit", "--quiet", "--allow-empty", "--message", "three");
  const as = (role: RoleName): string => {
    const init = { kind: "personal", scopes: ["write_repository"], project: 1, role } as const;
    return withToken(gitlab.project.httpUrl, gitlab.admin.createToken(init).value);
  };
  return { gitlab, folder, as };
}

/** The remote's words to the person who pushes. */
function remoteLines(output: string): string[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith("remote: GitLab: "))
    .map((line) => line.slice("remote: GitLab: ".length));
}

type Prepare = (scene: Scene) => unknown;

const refusals: readonly {
  title: string;
  role: RoleName;
  push: readonly string[];
  prepare?: Prepare;
  text: string;
}[] = [
  {
    title: "a protected branch",
    role: "developer",
    push: ["main"],
    text: "You are not allowed to push code to protected branches on this project.",
  },
  {
    title: "a protected branch, by force",
    role: "maintainer",
    push: ["--force", "main~2:main"],
    text: "You are not allowed to force push code to a protected branch on this project.",
  },
  {
    title: "a new commit that leaves out what the branch holds",
    role: "maintainer",
    push: ["--force", "side:main"],
    prepare: async ({ folder }) => {
      await mustGit(folder, "checkout", "--quiet", "--orphan", "side");
      await mustGit(folder, "commit", "--quiet", "--allow-empty", "--message", "aside");
    },
    text: "You are not allowed to force push code to a protected branch on this project.",
  },
  {
    title: "a new protected branch, without the right to merge",
    role: "developer",
    push: ["main:release/1"],
    prepare: ({ gitlab }) => gitlab.admin.protectBranch(1, "release/*"),
    text: "You are not allowed to create protected branches on this project.",
  },
  {
    title: "a new protected branch, with the right to merge, from what no protected branch has",
    role: "developer",
    push: ["main:release/1"],
    prepare: ({ gitlab }) => gitlab.admin.protectBranch(1, "release/*", { mergeLevel: 30 }),
    text: "You can only use an existing protected branch ref as the basis of a new protected branch.",
  },
  {
    title: "a new protected branch, with the right to merge, from what main has",
    role: "developer",
    push: ["main~1:refs/heads/release/1"],
    prepare: ({ gitlab }) => gitlab.admin.protectBranch(1, "release/*", { mergeLevel: 30 }),
    text: "You can only create protected branches using the web interface and API.",
  },
  {
    title: "deleting a protected branch",
    role: "developer",
    push: [":other"],
    prepare: ({ gitlab }) => gitlab.admin.protectBranch(1, "other"),
    text: "You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch.",
  },
  {
    title: "deleting a protected branch as a Maintainer",
    role: "maintainer",
    push: [":other"],
    prepare: ({ gitlab }) => gitlab.admin.protectBranch(1, "other"),
    text: "You can only delete protected branches using the web interface.",
  },
  {
    title: "deleting the default branch",
    role: "maintainer",
    push: [":main"],
    text: "The default branch of a project cannot be deleted.",
  },
  {
    title: "a branch that is named like a commit",
    role: "developer",
    push: [`main:refs/heads/${"a".repeat(40)}`],
    text: "You cannot create a branch with a 40-character hexadecimal branch name.",
  },
  {
    title: "a tag that is named like the default branch",
    role: "maintainer",
    push: ["main:refs/tags/main"],
    text: "You cannot use default branch name to create a tag",
  },
  {
    title: "a tag that is named like a commit",
    role: "maintainer",
    push: [`main:refs/tags/${"b".repeat(40)}`],
    text: "You cannot create a tag with a SHA-1 or SHA-256 tag name.",
  },
  {
    title: "a tag that is named like a ref",
    role: "maintainer",
    push: ["main:refs/tags/refs/tags/v2"],
    text: "You cannot create a tag with a prohibited pattern.",
  },
  {
    title: "moving a protected tag",
    role: "maintainer",
    push: ["--force", "main:refs/tags/v1"],
    prepare: ({ gitlab }) => gitlab.admin.protectTag(1, "v*"),
    text: "Protected tags cannot be updated.",
  },
  {
    title: "deleting a protected tag",
    role: "developer",
    push: [":refs/tags/v1"],
    prepare: ({ gitlab }) => gitlab.admin.protectTag(1, "v*"),
    text: "You are not allowed to delete protected tags from this project. Only a project maintainer or owner can delete a protected tag.",
  },
  {
    title: "deleting a protected tag as a Maintainer",
    role: "maintainer",
    push: [":refs/tags/v1"],
    prepare: ({ gitlab }) => gitlab.admin.protectTag(1, "v*"),
    text: "You can only delete protected tags using the web interface.",
  },
  {
    title: "a new protected tag",
    role: "developer",
    push: ["main:refs/tags/v2"],
    prepare: ({ gitlab }) => gitlab.admin.protectTag(1, "v*"),
    text: "You are not allowed to create this tag as it is protected.",
  },
];

describe("J1 J2 J3 pre-receive", () => {
  test.each(refusals)("$title by a $role is refused", async ({ role, push, prepare, text }) => {
    const scene = await openScene();
    await prepare?.(scene);
    const url = scene.as(role);
    const before = await mustGit(scene.folder, "ls-remote", url);
    const { exitCode, output } = await git(scene.folder, "push", url, "main:fine", ...push);
    expect(remoteLines(output)).toEqual([text]);
    expect(exitCode).toBe(1);
    expect(output).toMatch(/ ! \[remote rejected\] main -> fine \(pre-receive hook declined\)/);
    expect(await mustGit(scene.folder, "ls-remote", url)).toBe(before);
  });

  test("a branch of an empty repository by who may not make the first", async () => {
    const folder = await makeWorkTree("one");
    const gitlab = await openGitlab();
    const url = withToken(gitlab.project.httpUrl, gitlab.tokens.developer);
    const { exitCode, output } = await git(folder, "push", url, "main");
    expect(exitCode).toBe(1);
    expect(output).toContain(
      [
        "remote: GitLab:",
        "remote: A default branch (e.g. main) does not yet exist for group/job-project",
        "remote: Ask a project Owner or Maintainer to create a default branch:",
        "remote:",
        `remote:   ${gitlab.url}/group/job-project/-/project_members`,
      ].join("\n"),
    );
  });

  test("what a rule allows lands: developers may create, a forced push where it is let", async () => {
    const { gitlab, folder, as } = await openScene();
    gitlab.admin.protectTag(1, "v*", { createLevel: 30 });
    gitlab.admin.protectBranch(1, "main", { pushLevel: 30, allowForcePush: true });
    await mustGit(folder, "push", as("developer"), "main", "main:refs/tags/v2");
    await mustGit(folder, "push", "--force", as("developer"), "main~2:main");
    await mustGit(folder, "push", as("developer"), ":other", ":refs/tags/nothing-of-it").catch(
      () => {},
    );
    expect(await mustGit(folder, "ls-remote", as("developer"))).not.toContain("refs/heads/other");
  });
});

describe("J4 refusals over HTTP", () => {
  interface HttpCase {
    readonly title: string;
    readonly prepare: (gitlab: EmbeddedGitlab) => unknown;
    readonly service?: "git-upload-pack" | "git-receive-pack";
    readonly status: number;
    readonly text: string;
  }
  const personal = (gitlab: EmbeddedGitlab, role: RoleName, ...scopes: readonly string[]) =>
    basic("oauth2", gitlab.admin.createToken({ kind: "personal", scopes, project: 1, role }).value);
  const notFound =
    "The project you were looking for could not be found or you don't have permission to view it.";
  const cases: readonly HttpCase[] = [
    { title: "nobody", prepare: () => ({}), status: 401, text: "HTTP Basic: Access denied." },
    {
      title: "a wrong token",
      prepare: () => basic("oauth2", "glpat-wrong"),
      status: 401,
      text: "HTTP Basic: Access denied.",
    },
    {
      title: "a job token under another name than gitlab-ci-token",
      prepare: (gitlab) => basic("oauth2", gitlab.tokens.job),
      status: 401,
      text: "HTTP Basic: Access denied.",
    },
    {
      title: "a non-member",
      prepare: (gitlab) =>
        basic("oauth2", gitlab.admin.createToken({ kind: "personal", scopes: ["api"] }).value),
      status: 404,
      text: notFound,
    },
    {
      title: "a token that may only read the API",
      prepare: (gitlab) => personal(gitlab, "developer", "read_api"),
      status: 403,
      text: "You are not allowed to download code.",
    },
    {
      title: "a guest",
      prepare: (gitlab) => personal(gitlab, "guest", "read_repository"),
      status: 403,
      text: "You are not allowed to download code from this project.",
    },
    {
      title: "a token that may only read the repository, pushing",
      prepare: (gitlab) => personal(gitlab, "maintainer", "read_repository"),
      service: "git-receive-pack",
      status: 403,
      text: "You are not allowed to upload code.",
    },
    {
      title: "a job, pushing where the project does not let it",
      prepare: (gitlab) => basic("gitlab-ci-token", gitlab.tokens.job),
      service: "git-receive-pack",
      status: 403,
      text: "You are not allowed to upload code.",
    },
    {
      title: "a reporter, pushing",
      prepare: (gitlab) => personal(gitlab, "reporter", "write_repository"),
      service: "git-receive-pack",
      status: 403,
      text: "You are not allowed to push code to this project.",
    },
    {
      title: "a push to an archived project",
      prepare: async (gitlab) => {
        await gitlab.admin.setProject(1, { archived: true });
        return personal(gitlab, "maintainer", "api");
      },
      service: "git-receive-pack",
      status: 403,
      text: "You can't push code to an archived project.",
    },
    {
      title: "a push while the repository is read-only",
      prepare: async (gitlab) => {
        await gitlab.admin.setProject(1, { readOnly: true });
        return personal(gitlab, "maintainer", "api");
      },
      service: "git-receive-pack",
      status: 403,
      text: "The repository is temporarily read-only. Please try again later.",
    },
    {
      title: "a job of a project that is not on the allowlist",
      prepare: async (gitlab) => {
        const other = await gitlab.admin.createProject({ path: "group/other" });
        const { userId } = gitlab.admin.createToken({ kind: "personal", scopes: [], project: 1 });
        const job = await gitlab.admin.startJob({ project: other.id, userId: userId ?? 0 });
        return basic("gitlab-ci-token", job.token);
      },
      status: 403,
      text: "Authentication by CI/CD job token not allowed from group/other to group/job-project.",
    },
    {
      title: "a job whose allowlist entry lets it read packages only",
      prepare: async (gitlab) => {
        const other = await gitlab.admin.createProject({ path: "group/other" });
        const allowlist = [{ projectId: other.id, permissions: ["read_packages"] }];
        await gitlab.admin.setProject(1, { allowlist });
        const { userId } = gitlab.admin.createToken({ kind: "personal", scopes: [], project: 1 });
        const job = await gitlab.admin.startJob({ project: other.id, userId: userId ?? 0 });
        return basic("gitlab-ci-token", job.token);
      },
      status: 403,
      text: "Insufficient permissions to pull from the repository of project group/job-project.",
    },
  ];
  test.each(cases)("$title: $status", async ({ prepare, service, status, text }) => {
    const gitlab = await openGitlab();
    const headers = await prepare(gitlab);
    const address = `${gitlab.project.httpUrl}/info/refs?service=${service ?? "git-upload-pack"}`;
    const answer = await fetch(address, { headers: new Headers(Object.entries(headers ?? {})) });
    expect([answer.status, (await answer.text()).slice(0, text.length)]).toEqual([status, text]);
    expect(answer.headers.get("www-authenticate")).toBe(
      status === 401 ? 'Basic realm="GitLab"' : null,
    );
  });

  test("a path without a service, and one without .git", async () => {
    const gitlab = await openGitlab();
    const headers = basic("oauth2", gitlab.tokens.developer);
    const dumb = await fetch(`${gitlab.project.httpUrl}/info/refs`, { headers });
    expect([dumb.status, await dumb.text()]).toEqual([403, "Git access over HTTP is not allowed"]);
    const bare = gitlab.project.httpUrl.replace(/\.git$/, "");
    const redirected = await fetch(`${bare}/info/refs?service=git-upload-pack`, {
      headers,
      redirect: "manual",
    });
    expect(redirected.headers.get("location")).toBe(
      `${gitlab.project.httpUrl}/info/refs?service=git-upload-pack`,
    );
  });

  test("a project that was moved sends its clients to the new address", async () => {
    const { gitlab, folder, as } = await openScene();
    const old = as("developer");
    await gitlab.admin.setProject(1, { path: "group/renamed" });
    expect(await mustGit(folder, "ls-remote", old, "main")).toContain("refs/heads/main");
    const strict = await git(folder, "-c", "http.followRedirects=false", "ls-remote", old);
    expect(strict.exitCode).not.toBe(0);
  });

  test("a deploy token reads and does not write, under its own name only", async () => {
    const { gitlab, folder } = await openScene();
    const init = { kind: "deploy", scopes: ["read_repository"], project: 1 } as const;
    const { value, username } = gitlab.admin.createToken(init);
    const url = withToken(gitlab.project.httpUrl, value, username);
    expect(await mustGit(folder, "ls-remote", url, "main")).toContain("refs/heads/main");
    expect((await git(folder, "push", url, "main:x")).output).toContain("403");
    const wrong = withToken(gitlab.project.httpUrl, value, "oauth2");
    expect((await git(folder, "ls-remote", wrong)).exitCode).toBe(128);
  });

  test("everyone may clone a public project", async () => {
    const { gitlab, folder } = await openScene();
    await gitlab.admin.setProject(1, { visibility: "public" });
    expect(await mustGit(folder, "ls-remote", gitlab.project.httpUrl)).toContain("refs/heads/main");
    expect((await git(folder, "push", gitlab.project.httpUrl, "main:x")).exitCode).toBe(128);
  });
});

describe("J5 what a push leaves behind", () => {
  test("a new branch is told where to open its merge request, an open one where it is", async () => {
    const { gitlab, folder, as } = await openScene();
    const url = as("developer");
    const first = await git(folder, "push", url, "main:feature/x");
    const web = `${gitlab.url}/group/job-project/-/merge_requests`;
    expect(first.output).toContain(
      `remote:\nremote: To create a merge request for feature/x, visit:\nremote:   ${web}/new?merge_request%5Bsource_branch%5D=feature%2Fx\nremote:\n`,
    );
    await mustGit(folder, "commit", "--quiet", "--allow-empty", "--message", "more");
    await mustGit(folder, "push", "-o", "merge_request.create", url, "main:feature/x");
    await mustGit(folder, "commit", "--quiet", "--allow-empty", "--message", "yet more");
    const third = await git(folder, "push", url, "main:feature/x");
    expect(third.output).toContain(
      `remote: View merge request for feature/x:\nremote:   ${web}/1\n`,
    );
    const toDefault = await git(folder, "push", as("maintainer"), "main");
    expect(toDefault.output).not.toContain("merge request");
  });

  test("G24 a push starts pipelines; one by a job token, where it is let, starts none", async () => {
    const { gitlab, folder, as } = await openScene();
    const pipelines = async () => {
      const headers = { "private-token": gitlab.tokens.maintainer };
      const answer = await fetch(`${gitlab.api}/projects/1/pipelines?source=push`, { headers });
      const list: unknown = await answer.json();
      return Array.isArray(list) ? list.length : -1;
    };
    await mustGit(folder, "push", as("maintainer"), "main", "main:refs/tags/v2");
    expect(await pipelines()).toBe(2);
    await gitlab.admin.setProject(1, { jobTokenPush: true });
    const url = withToken(gitlab.project.httpUrl, gitlab.tokens.job, "gitlab-ci-token");
    await mustGit(folder, "push", url, "main:by-job");
    expect(await pipelines()).toBe(2);
  });

  test("refs beyond the limit of a push, and those that skip, start none", async () => {
    const { gitlab, folder, as } = await openScene();
    gitlab.admin.setInstance({ pushPipelineLimit: 1 });
    await mustGit(folder, "push", as("developer"), "main:a", "main:b");
    await mustGit(folder, "push", "-o", "ci.skip", as("developer"), "main:c");
    await mustGit(folder, "push", "-o", "ci.variable=A=B", as("developer"), "main:d");
    const headers = { "private-token": gitlab.tokens.maintainer };
    const answer = await fetch(`${gitlab.api}/projects/1/pipelines?source=push`, { headers });
    expect(await answer.json()).toMatchObject([
      { ref: "d", status: "pending" },
      { ref: "c", status: "skipped" },
      { ref: "a", status: "pending" },
    ]);
  });
});

describe("J6 git's own refusals", () => {
  test("a branch that moved is refused alone, and with --atomic nothing lands", async () => {
    const { gitlab, folder, as } = await openScene();
    const url = as("maintainer");
    await mustGit(folder, "push", url, "main:topic");
    await mustGit(folder, "checkout", "--quiet", "-b", "behind", "main~1");
    await mustGit(folder, "commit", "--quiet", "--allow-empty", "--message", "elsewhere");
    const atomic = await git(
      folder,
      "push",
      "--atomic",
      url,
      "behind:topic",
      "behind:refs/tags/v9",
    );
    expect(atomic.output).toContain("[rejected]");
    expect(await mustGit(folder, "ls-remote", url)).not.toContain("refs/tags/v9");
    await git(folder, "push", url, "behind:topic", "behind:refs/tags/v9");
    expect(await mustGit(folder, "ls-remote", url)).toContain("refs/tags/v9");
    expect(gitlab.admin.requests().some(({ facts }) => facts["landed"] !== undefined)).toBe(true);
  });

  test("the same again is up to date; a tag made anew is another one", async () => {
    const { folder, as } = await openScene();
    const url = as("maintainer");
    await mustGit(folder, "push", url, "main", "main:refs/tags/v2");
    expect((await git(folder, "push", url, "main", "main:refs/tags/v2")).output).toContain(
      "Everything up-to-date",
    );
    await mustGit(folder, "tag", "--annotate", "v2", "--message", "again");
    const again = await git(folder, "push", url, "v2");
    expect([again.exitCode, again.output.includes("(already exists)")]).toEqual([1, true]);
  });

  test("G07 a server without atomic pushes says so by not offering them", async () => {
    const { gitlab, folder, as } = await openScene();
    await gitlab.admin.setProject(1, { advertiseAtomic: false });
    const { exitCode, output } = await git(folder, "push", "--atomic", as("maintainer"), "main");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("the receiving end does not support --atomic push");
  });

  test("a dry run asks no one", async () => {
    const { folder, as } = await openScene();
    expect((await git(folder, "push", "--dry-run", as("developer"), "main")).exitCode).toBe(0);
  });
});
