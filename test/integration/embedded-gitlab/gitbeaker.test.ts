import { Gitlab } from "@gitbeaker/rest";
import { expect, test } from "vitest";
import { makeWorkTree, mustGit, openGitlab } from "../../embedded-gitlab/gitlab.ts";

test("@gitbeaker/rest sees the project, makes a tag, a branch, a package and a release, and reads them back", async () => {
  const source = await makeWorkTree("one");
  const head = await mustGit(source, "rev-parse", "HEAD");
  const gitlab = await openGitlab({ importRepository: source });
  const api = new Gitlab({ host: gitlab.url, token: gitlab.tokens.maintainer });
  const id = "group/job-project";

  const project = await api.Projects.show(id);
  expect(project).toMatchObject({ id: 1, path_with_namespace: id, default_branch: "main" });

  const tag = await api.Tags.create(id, "v1.0.0", "main", { message: "Release 1.0.0" });
  expect(tag).toMatchObject({ name: "v1.0.0", message: "Release 1.0.0", commit: { id: head } });
  expect((await api.Tags.all(id)).map(({ name }) => name)).toEqual(["v1.0.0"]);

  await api.Branches.create(id, "feature/x", "main");
  const branch = await api.Branches.show(id, "feature/x");
  expect(branch).toMatchObject({ can_push: true, protected: false, commit: { id: head } });
  const names = (await api.Branches.all(id)).map(({ name }) => name);
  expect(names).toEqual(["feature/x", "main"]);

  const commit = await api.Commits.create(id, "feature/x", "Add a file", [
    { action: "create", filePath: "docs/a.md", content: "a\n" },
  ]);
  expect(commit).toMatchObject({ parent_ids: [head] });
  const file = await api.RepositoryFiles.show(id, "docs/a.md", "feature/x");
  expect(Buffer.from(file.content, "base64").toString()).toBe("a\n");

  const content = new Blob(["the bytes"]);
  await api.PackageRegistry.publish(id, "demo", "1.0.0", { content, filename: "demo.tgz" });
  const [found] = await api.Packages.all({ projectId: id });
  expect(found).toMatchObject({ name: "demo", version: "1.0.0", package_type: "generic" });
  const files = await api.Packages.allFiles(id, found?.id ?? 0);
  expect(files.map((one) => one.file_name)).toEqual(["demo.tgz"]);
  const downloaded = await api.PackageRegistry.download(id, "demo", "1.0.0", "demo.tgz");
  expect(downloaded).toBeDefined();

  const url = `${gitlab.api}/projects/1/packages/generic/demo/1.0.0/demo.tgz`;
  const links = [{ name: "demo.tgz", url, link_type: "package" }];
  await api.ProjectReleases.create(id, {
    tag_name: "v1.0.0",
    description: "First",
    assets: { links },
  });
  const release = await api.ProjectReleases.show(id, "v1.0.0");
  expect(release).toMatchObject({
    tag_name: "v1.0.0",
    description: "First",
    assets: { links: [{ url }] },
  });
  await api.ReleaseLinks.create(id, "v1.0.0", "notes", "https://example.com/notes");
  expect((await api.ReleaseLinks.all(id, "v1.0.0")).map(({ name }) => name)).toEqual([
    "notes",
    "demo.tgz",
  ]);

  const request = await api.MergeRequests.create(id, "feature/x", "main", "Add a file");
  expect(request).toMatchObject({ iid: 1, state: "opened" });
  await api.MergeRequestNotes.create(id, 1, "Fine");
  expect(await api.MergeRequests.merge(id, 1)).toMatchObject({ state: "merged" });
});

test("@gitbeaker/rest is refused in words that reach its user", async () => {
  const source = await makeWorkTree("one");
  const gitlab = await openGitlab({ importRepository: source });
  gitlab.admin.protectTag(1, "v*");
  const api = new Gitlab({ host: gitlab.url, token: gitlab.tokens.developer });
  await expect(api.Tags.create(1, "v1", "main")).rejects.toThrow(
    "You are not allowed to create this tag as it is protected.",
  );
  await expect(api.Tags.show(1, "v9")).rejects.toThrow("404 Tag Not Found");
});
