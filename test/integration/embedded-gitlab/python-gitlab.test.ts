import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { makeWorkTree, openFolder, openGitlab } from "../../embedded-gitlab/gitlab.ts";

const program = `
import sys, gitlab
url, token = sys.argv[1], sys.argv[2]
gl = gitlab.Gitlab(url, private_token=token)
gl.auth()
project = gl.projects.get("group/job-project")
print(project.default_branch, gl.version()[0].split(".")[0])
tag = project.tags.create({"tag_name": "v1", "ref": "main", "message": "m"})
print([t.name for t in project.tags.list(iterator=True)], tag.commit["title"])
print(project.branches.get("main").can_push)
project.commits.create({"branch": "topic", "start_branch": "main", "commit_message": "c",
    "actions": [{"action": "create", "file_path": "a.txt", "content": "a"}]})
print(project.files.get(file_path="a.txt", ref="topic").decode().decode())
f = project.generic_packages.upload("demo", "1.0", "pack.bin", sys.argv[3])
package = project.packages.list()[0]
stored = package.package_files.list()[0]
print(package.name, package.version, stored.file_name, stored.size, stored.file_sha256[:8])
print(project.generic_packages.download("demo", "1.0", "pack.bin").decode())
release = project.releases.create({"tag_name": "v1", "description": "d",
    "assets": {"links": [{"name": "pack", "url": "https://example.com/pack"}]}})
release.links.create({"name": "more", "url": "https://example.com/more"})
print([link.name for link in project.releases.get("v1").links.list()])
mr = project.mergerequests.create({"source_branch": "topic", "target_branch": "main", "title": "t"})
mr.notes.create({"body": "b"})
mr.merge()
print(project.mergerequests.get(mr.iid).state, len(project.pipelines.list(get_all=True)) > 0)
try:
    project.tags.create({"tag_name": "v1", "ref": "main"})
except gitlab.exceptions.GitlabCreateError as error:
    print(error.response_code, error.error_message)
`;

test("python-gitlab runs a whole release", async (context) => {
  const folder = await openFolder();
  const made = await execa("python3", ["-m", "venv", "venv"], { cwd: folder, reject: false });
  const python = join(folder, "venv/bin/python");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "python-gitlab"];
  const installed = made.failed ? made : await execa(python, pip, { cwd: folder, reject: false });
  if (installed.failed) return context.skip("python-gitlab cannot be installed from PyPI here");
  const gitlab = await openGitlab({ importRepository: await makeWorkTree("one") });
  await writeFile(join(folder, "program.py"), program);
  await writeFile(join(folder, "pack.bin"), "the bytes");
  const args = ["program.py", gitlab.url, gitlab.tokens.maintainer, "pack.bin"];
  const sha256 = createHash("sha256").update("the bytes").digest("hex").slice(0, 8);
  const { stdout } = await execa(python, args, { cwd: folder });
  expect(stdout.split("\n")).toEqual([
    "main 19",
    "['v1'] one",
    "True",
    "a",
    `demo 1.0 pack.bin 9 ${sha256}`,
    "the bytes",
    "['more', 'pack']",
    "merged True",
    "400 Tag v1 already exists",
  ]);
});
